import { drawn, rows, table } from './reference-pages.ts';
import { schemaOf } from './schema-node.ts';
import { seedShape } from './seed-shape.ts';

/** docs/reference/seed.md */
export function seedPage(): string {
  const root = schemaOf(seedShape);
  return [
    '# seed.yaml',
    `${drawn} What it is for: [the guide](../guide/seed.md).`,
    'It stands beside `greenroom.yaml` and may be left out; the file is YAML 1.2 and read by the same rules.',
    table(rows(root, root, '', new Set())),
    '',
  ].join('\n\n');
}

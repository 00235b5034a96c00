import { maskerOf, maskers, type MaskerName } from '../domain/refresh/maskers.ts';
import { drawn, rows, table } from './reference-pages.ts';
import { refreshShape } from './refresh-shape.ts';
import { schemaOf, type SchemaNode } from './schema-node.ts';

const injective = (name: MaskerName): string => {
  const { isInjective } = maskerOf(name);
  return isInjective === true ? 'yes' : isInjective === 'as-good' ? 'as good as' : 'no';
};

const longest = (name: MaskerName): string => {
  const { maxCharacters } = maskerOf(name);
  return maxCharacters === null ? 'as before' : maxCharacters === 'unbounded' ? 'as its words' : String(maxCharacters);
};

const maskerRow = (name: MaskerName): string => {
  const { families, isLeaf, guarantee } = maskerOf(name);
  const types = [...families, ...(isLeaf ? ['arrays of text', 'JSON by path'] : [])].join(', ');
  return `| \`${name}\` | ${types} | ${injective(name)} | ${longest(name)} | ${guarantee} |`;
};

/** docs/reference/refresh.md */
export function refreshPage(): string {
  const root = schemaOf(refreshShape);
  const rule: SchemaNode = root.$defs?.['rule'] ?? {};
  const mappings = (rule.anyOf ?? []).flatMap((form) => rows(root, form, '', new Set()));
  const fields = rows(root, root, '', new Set()).filter(({ path }) => !/^(?:columns|patterns|types)\./.test(path));
  return [
    '# refresh.yaml',
    `${drawn} What it is for, and how it is proposed and kept up to date: [the guide](../guide/refresh.md).`,
    'It stands beside `greenroom.yaml`; the file is YAML 1.2 and read by the same rules. Beside it `refresh.lock` holds the columns and types that people looked at; Greenroom writes it.',
    table(fields),
    '## A rule',
    rule.description ?? '',
    'It is one word, a masker of the table below, `keep` or `nothing`, or a mapping with one of these sets of fields: `mask` with what it takes; `keep: true` with `because`; `constant`; `json` with `rest`.',
    table(mappings),
    '## Maskers',
    [
      '| masker | for | one-to-one | longest text | what it promises |',
      '|---|---|---|---|---|',
      ...(Object.keys(maskers) as MaskerName[]).map(maskerRow),
    ].join('\n'),
    '',
  ].join('\n\n');
}

import { configurationCatalogue } from './catalogue.ts';
import { fullSchema } from './json-schema.ts';
import { laterInEnvironment, laterInProject } from './later.ts';
import { defaultPhases } from './phase-order.ts';
import { reservedFields } from './plugs.ts';
import type { Registries } from './registries.ts';
import { durationText, forms, isEndless, keyed, resolve, typeText, type SchemaNode } from './schema-node.ts';

interface Row {
  readonly path: string;
  readonly type: string;
  readonly byDefault: string;
  readonly meaning: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function defaultText(node: SchemaNode, isRequired: boolean): string {
  if (isRequired) return '**required**';
  const value = node.default;
  if (value === undefined || (value !== null && typeof value === 'object' && !Array.isArray(value))) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** Every field below a node, a row each; what the project names itself is written `<name>`. */
export function rows(root: SchemaNode, node: SchemaNode, base: string, skip: ReadonlySet<string>): readonly Row[] {
  if (isEndless(root, node)) return [];
  return keyed(root, node, undefined).flatMap((form) => {
    const required = new Set(form.required);
    const named = Object.entries(form.properties ?? {}).filter(([key]) => !skip.has(key));
    const own = named.flatMap(([key, child]) =>
      rowsOf(root, child, base === '' ? key : `${base}.${key}`, required.has(key)),
    );
    const other =
      typeof form.additionalProperties === 'object' && Object.keys(form.additionalProperties).length > 0
        ? form.additionalProperties
        : null;
    if (!other) return own;
    const isCheck = other.$ref === '#/$defs/check';
    return isCheck ? [...own, checkRow(`${base}.<name>`)] : [...own, ...rows(root, other, `${base}.<name>`, new Set())];
  });
}

const checkRow = (path: string): Row => ({
  path,
  type: 'kind or mapping',
  byDefault: '',
  meaning: 'One question asked of the world; [checks](checks.md) has the fields of every kind.',
});

function rowsOf(root: SchemaNode, child: SchemaNode, path: string, isRequired: boolean): readonly Row[] {
  const whole = resolve(root, child);
  const row = {
    path,
    type: typeText(root, child),
    byDefault: defaultText(whole, isRequired),
    meaning: whole.description ?? '',
  };
  const isPlug = ['driver', 'traffic', 'check'].some((name) => child.$ref === `#/$defs/${name}`);
  if (isPlug) return [{ ...row, type: 'kind or mapping' }];
  const lists = forms(root, child).flatMap((form) =>
    form.items ? rows(root, form.items, `${path}[]`, new Set()) : [],
  );
  return [row, ...rows(root, child, path, new Set()), ...lists];
}

export function table(all: readonly Row[]): string {
  const once = [...new Map(all.map((row) => [row.path, row])).values()];
  const lines = once.map(
    (row) => `| \`${row.path}\` | ${cell(row.type)} | ${cell(row.byDefault)} | ${cell(row.meaning)} |`,
  );
  return ['| field | type | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

export const drawn = 'Drawn from the schemas by `npm run reference`; do not edit.';

/** docs/reference/configuration.md */
export function configurationPage(registries: Registries): string {
  const root = fullSchema(registries);
  const all = rows(root, root, '', new Set()).filter((row) => !isLater(row.path));
  const phases = defaultPhases.map(
    (phase) => `| \`${phase.name}\` | ${durationText(phase.budgetMs)} | ${phase.work.join(', ')} |`,
  );
  const blocks = (table: Readonly<Record<string, string>>) =>
    Object.entries(table).map(([key, meaning]) => `- \`${key}\`: ${meaning}`);
  return [
    '# greenroom.yaml',
    `${drawn} Editors read [the same as JSON Schema](../../schema/greenroom.schema.json).`,
    'Durations are `500ms`, `30s`, `2m`, `1h30m`, `7d`; sizes `10MiB`; shares `0.1%`; rates `200/s`. The file is YAML 1.2: `no` is text, a key stands once, merge keys are refused.',
    table(all),
    '## The seven phases\nUsed where the file has no phase of that name; `off` leaves one out. A file may add its own and order them, as long as databases come before services and the decision is last.',
    ['| phase | budget | work |', '|---|---|---|', ...phases].join('\n'),
    '## References\n`${NAME}` and `${NAME:-default}` are looked up when a deployment begins: among the variables of the environment, then in those of the program. `secret://env/NAME` and `secret://file/path` fetch a secret. `$${` is a plain `${`. None is ever printed.',
    '## Declared for later\nThese blocks are accepted and kept, and `greenroom validate` says that they are not enforced by this version.',
    `In the project:\n\n${blocks(laterInProject).join('\n')}`,
    `In an environment:\n\n${blocks(laterInEnvironment).join('\n')}`,
    '## What can be wrong',
    [
      '| code | meaning |',
      '|---|---|',
      ...Object.entries(configurationCatalogue).map(([code, text]) => `| ${code} | ${text} |`),
    ].join('\n'),
    '',
  ].join('\n\n');
}

const isLater = (path: string): boolean => {
  const keys = path.split('.');
  if (keys.length === 1) return Object.hasOwn(laterInProject, path);
  return keys[0] === 'environments' && keys.length === 3 && Object.hasOwn(laterInEnvironment, keys[2]!);
};

/** docs/reference/checks.md */
export function checksPage(registries: Registries): string {
  const root = fullSchema(registries);
  const variants = forms(root, root.$defs?.['check'] ?? {});
  const ofKind = (kind: string) => variants.filter((form) => form.properties?.['kind']?.const === kind);
  const common = variants.find((form) => form.properties)?.properties ?? {};
  const shared = Object.entries(common).filter(([key]) => reservedFields.has(key) && key !== 'kind');
  const sections = [...registries.checks.values()]
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((check) => {
      const own = ofKind(check.kind).flatMap((form) => rows(root, form, '', reservedFields));
      const runs = check.runs === 'alone' ? 'Runs alone, never beside another check.' : 'Runs beside other checks.';
      const where =
        check.defaultIn === 'before-last'
          ? 'By default in every environment but the last of the path.'
          : 'By default in every environment.';
      return `## ${check.kind}\n\n${check.summary}\n\n${runs} ${where}\n\n${own.length > 0 ? table(own) : 'It has no fields of its own.'}`;
    });
  return [
    '# Checks',
    drawn,
    'A check stands in a phase as `name: kind` or `name: { kind: …, … }`. Every kind takes these fields:',
    table(shared.flatMap(([key, node]) => rowsOf(root, node, key, false))),
    ...sections,
    '',
  ].join('\n\n');
}

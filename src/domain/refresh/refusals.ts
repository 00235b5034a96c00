import type { Failure } from '../failure.ts';
import type { Detected } from './detect.ts';
import type { SourceColumn } from './source-schema.ts';

const file = (place: string): string => `refresh.yaml (${place})`;

/** Everything for which a plan is not made, each with the next step. */
export const refuse = {
  withoutRule: (name: string, type: string, detected: Detected | null): Failure => ({
    code: 'GR5020',
    message: `No rule says what becomes of ${name} (${type}).`,
    where: name,
    do: detected
      ? `Write  ${name}: ${detected.masker}  under "columns": ${detected.because} ${detected.confidence === 'sure' ? 'says' : 'suggests'} so.`
      : `Write  ${name}: keep  under "columns" if it holds nothing of people, or name a masker.`,
  }),
  notInjective: (name: string, place: string): Failure => ({
    code: 'GR5021',
    message: `${name} is unique, and its rule may make two values one.`,
    where: file(place),
    do: 'Use email, digits, token, iban or id.',
  }),
  partners: (name: string, place: string, partner: string): Failure => ({
    code: 'GR5022',
    message: `${name} refers to ${partner}, and their rules would give different values.`,
    where: file(place),
    do: 'Give both the same rule.',
  }),
  limits: (name: string, place: string, column: SourceColumn, tried: 'broke' | 'untried'): Failure => ({
    code: 'GR5023',
    message: `Masked values of ${name} ${tried === 'broke' ? 'broke' : 'were not tried against'} ${limitsOf(column)}.`,
    where: file(place),
    do:
      tried === 'broke'
        ? 'Choose a masker whose values fit.'
        : 'Plan with a connection to the source, so that its values can be tried.',
  }),
  wrongType: (name: string, place: string, what: string, type: string): Failure => ({
    code: 'GR5024',
    message: `${name}: ${what} is not for ${type}.`,
    where: file(place),
    do: 'Choose a masker for the type, `nothing`, or `keep`.',
  }),
  nullWhereNone: (name: string, place: string): Failure => ({
    code: 'GR5025',
    message: `${name} takes no null.`,
    where: file(place),
    do: 'Use a constant or a masker.',
  }),
  keptThoughPersonal: (name: string, place: string, { masker, because }: Detected): Failure => ({
    code: 'GR5026',
    message: `${name} is kept, but ${because} looks like ${masker}.`,
    where: file(place),
    do: `Mask it, or say why not:  ${name}: { keep: true, because: … }.`,
  }),
  keptObjects: (name: string, place: string): Failure => ({
    code: 'GR5026',
    message: `${name} is kept, but refers to large objects, which may be anything.`,
    where: file(place),
    do: `Write  picture  for a placeholder or  nothing, or say why they may be kept:  ${name}: { keep: true, because: … }.`,
  }),
  noEntity: (table: string, by: string): Failure => ({
    code: 'GR5027',
    message: `${table} has no column "${by}" that could say whose its dates are.`,
    where: table,
    do: 'Name a column of the same table that is not generated.',
  }),
  noSettingName: (table: string, by: string): Failure => ({
    code: 'GR5160',
    message: `${table} has no column of text "${by}" that could name its settings.`,
    where: table,
    do: 'Name the column that says which setting a row is, or leave "by" out.',
  }),
  manyEntities: (table: string, names: readonly string[]): Failure => ({
    code: 'GR5028',
    message: `The dates of ${table} move by ${names.join(' and ')}.`,
    where: table,
    do: 'Use one of them for all dates of the table.',
  }),
  unused: (place: string): Failure => ({
    code: 'GR5029',
    message: 'A rule meets no column of the source.',
    where: file(place),
    do: 'Correct its name, or take it out.',
  }),
  drift: (name: string, what: string): Failure => ({
    code: 'GR5030',
    message: `${name} ${what} since the plan was looked at.`,
    where: name,
    do: 'Run "greenroom refresh plan" for the environment: it shows what is different, --write and --accept take it in.',
  }),
  noPath: (name: string, place: string, path: string): Failure => ({
    code: 'GR5031',
    message: `${name}: "${path}" is no path into JSON.`,
    where: file(place),
    do: 'Write it as  contacts[].email  with * for any key.',
  }),
  partitionKey: (name: string, place: string): Failure => ({
    code: 'GR5032',
    message: `${name} decides which partition a row goes to and cannot be masked.`,
    where: file(place),
    do: 'Keep it, with the reason.',
  }),
};

function limitsOf({ checks, maxCharacters }: SourceColumn): string {
  const length = maxCharacters === null ? [] : [`a length of ${maxCharacters}`];
  return [...length, ...checks.map((check) => `the check "${check}"`)].join(' and ');
}

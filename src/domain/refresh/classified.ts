// Which values of the source are originals, by the rules of the plan: the set is filled from what is said to be about people, not from what was masked.
import type { PlannedColumn } from './compile.ts';
import { covers, leavesOf, parseJsonPath, type JsonStep } from './json-path.ts';
import type { MaskerName } from './maskers.ts';
import { foundInside, inside } from './outbound.ts';
import { formsOf, isTelling, partsOf } from './originals.ts';
import { familyOf } from './source-schema.ts';

/** Whether a column holds originals at all, so that it is worth reading. */
export function holdsOriginals({ rule, type }: PlannedColumn): boolean {
  if (rule.kind === 'keep') return false;
  if (rule.kind !== 'mask') return ['text', 'text-array', 'json'].includes(familyOf(type));
  const isNumber = ['whole', 'fraction', 'day'].includes(familyOf(type));
  return !isNumber && (['text', 'outbound'].includes(rule.masker) || isTelling(rule.masker));
}

const of = (value: string, masker: MaskerName | 'keep'): readonly string[] => {
  if (masker === 'keep') return [];
  if (masker === 'outbound') return outboundOriginals(value);
  if (masker === 'text') return partsOf(value);
  return isTelling(masker) ? formsOf(value) : [];
};

/** What nobody else may have: addresses of people, keys, and URLs that open something. A host alone stands in many places. */
const outboundOriginals = (value: string): readonly string[] => [
  ...foundInside('email', value.replace(new RegExp(inside.url, 'g'), ' ')).flatMap((text) => of(text, 'email')),
  ...foundInside('key', value).flatMap((text) => of(text, 'token')),
  ...foundInside('url', value)
    .filter((text) => opensSomething.test(text))
    .flatMap((text) => of(text, 'url')),
];
const opensSomething = /:\/\/[^/]*@|[/=](?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{12,}/;

/** Paths whose masker is kept in mind; keys that are values could be as many as rows. */
const MOST_PATHS = 4096;

/** Reads the forms of the originals of a column, one value after the other, each as PostgreSQL writes it in JSON, so a text has quotes and an array brackets. */
export function originalsOf({ rule }: PlannedColumn): (json: string) => readonly string[] {
  if (rule.kind === 'keep') return () => [];
  if (rule.kind !== 'json') {
    // What is left out altogether may be any text: only what is told apart inside it counts.
    const masker = rule.kind === 'mask' ? rule.masker : 'text';
    return (json) => [...leavesOf(JSON.parse(json))].flatMap(([, texts]) => texts.flatMap((text) => of(text, masker)));
  }
  const rules = rule.paths
    .map(({ path, masker }) => ({ steps: parseJsonPath(path) ?? [], masker }))
    .filter(({ steps }) => steps.length > 0)
    .toSorted((a, b) => b.steps.length - a.steps.length);
  const known = new Map<string, MaskerName | 'keep'>();
  const maskerAt = (path: string): MaskerName | 'keep' => {
    const leaf: readonly JsonStep[] = parseJsonPath(path) ?? [];
    const masker = rules.find(({ steps }) => covers(steps, leaf))?.masker ?? rule.rest;
    if (known.size < MOST_PATHS) known.set(path, masker);
    return masker;
  };
  return (json) =>
    [...leavesOf(JSON.parse(json))].flatMap(([path, texts]) => {
      const masker = known.get(path) ?? maskerAt(path);
      return masker === 'keep' ? [] : texts.flatMap((text) => of(text, masker));
    });
}

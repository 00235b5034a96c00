// Which values of the source are originals, by the rules of the plan: the set is filled from what is said to be about people, not from what was masked.
import type { PlannedColumn } from './compile.ts';
import { covers, leavesOf, parseJsonPath, type JsonStep } from './json-path.ts';
import type { MaskerName } from './maskers.ts';
import { foundInside, inside } from './outbound.ts';
import { formsOf, isTelling, partsOf } from './originals.ts';
import type { Rule } from './rules.ts';
import { familyOf } from './source-schema.ts';

/** Whether a column holds originals at all, so that it is worth reading. */
export function holdsOriginals({ rule, type }: PlannedColumn): boolean {
  if (rule.kind === 'keep') return false;
  if (rule.kind !== 'mask') return ['text', 'text-array', 'json'].includes(familyOf(type));
  const isNumber = ['whole', 'fraction', 'day', 'object'].includes(familyOf(type));
  return !isNumber && (['text', 'outbound'].includes(rule.masker) || isTelling(rule.masker));
}

export interface Original {
  /** As it is looked for. */
  readonly form: string;
  /** What has masked it. */
  readonly masker: MaskerName;
}

function of(value: string, masker: MaskerName | 'keep'): readonly Original[] {
  if (masker === 'keep') return [];
  return formsBy(value, masker).map((form) => ({ form, masker }));
}

function formsBy(value: string, masker: MaskerName): readonly string[] {
  if (masker === 'outbound') return outboundForms(value);
  if (masker === 'text') return partsOf(value);
  return isTelling(masker) ? formsOf(value) : [];
}

/** What nobody else may have: addresses of people, keys, and URLs that open something. A host alone stands in many places. */
const outboundForms = (value: string): readonly string[] =>
  [
    ...foundInside('email', value.replace(new RegExp(inside.url, 'g'), ' ')),
    ...foundInside('key', value),
    ...foundInside('url', value).filter((text) => opensSomething.test(text)),
  ].flatMap(formsOf);
const opensSomething = /:\/\/[^/]*@|[/=](?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{12,}/;

/** Paths whose masker is kept in mind; keys that are values could be as many as rows. */
const MOST_PATHS = 4096;

/** What masks a leaf of JSON, by its path. */
export function maskerByPath(rule: Extract<Rule, { kind: 'json' }>): (path: string) => MaskerName | 'keep' {
  const rules = rule.paths
    .map(({ path, masker }) => ({ steps: parseJsonPath(path) ?? [], masker }))
    .filter(({ steps }) => steps.length > 0)
    .toSorted((a, b) => b.steps.length - a.steps.length);
  const known = new Map<string, MaskerName | 'keep'>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const leaf: readonly JsonStep[] = parseJsonPath(path) ?? [];
    const masker = rules.find(({ steps }) => covers(steps, leaf))?.masker ?? rule.rest;
    if (known.size < MOST_PATHS) known.set(path, masker);
    return masker;
  };
}

/** Reads the originals of a column, one value after the other, each as PostgreSQL writes it in JSON, so a text has quotes and an array brackets. */
export function originalsOf({ rule }: PlannedColumn): (json: string) => readonly Original[] {
  if (rule.kind === 'keep') return () => [];
  if (rule.kind !== 'json') {
    // What is left out altogether may be any text: only what is told apart inside it counts.
    const masker = rule.kind === 'mask' ? rule.masker : 'text';
    return (json) => [...leavesOf(JSON.parse(json))].flatMap(([, texts]) => texts.flatMap((text) => of(text, masker)));
  }
  const maskerAt = maskerByPath(rule);
  return (json) =>
    [...leavesOf(JSON.parse(json))].flatMap(([path, texts]) => {
      const masker = maskerAt(path);
      return masker === 'keep' ? [] : texts.flatMap((text) => of(text, masker));
    });
}

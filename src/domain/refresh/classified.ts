// Which values of the source are originals, by the rules of the plan: the set is filled from what is said to be about people, not from what was masked.
import type { PlannedColumn } from './compile.ts';
import { covers, leavesOf, parseJsonPath, type JsonStep } from './json-path.ts';
import type { MaskerName } from './maskers.ts';
import { formsOf, isTelling, partsOf } from './originals.ts';
import { familyOf } from './source-schema.ts';

/** Whether a column holds originals at all, so that it is worth reading. */
export function holdsOriginals({ rule, type }: PlannedColumn): boolean {
  if (rule.kind === 'keep') return false;
  if (rule.kind !== 'mask') return ['text', 'text-array', 'json'].includes(familyOf(type));
  const isNumber = ['whole', 'fraction', 'day'].includes(familyOf(type));
  return !isNumber && (rule.masker === 'text' || isTelling(rule.masker));
}

export interface Original {
  /** As it is looked for. */
  readonly form: string;
  readonly masker: MaskerName;
  /** The text that its masker was given. */
  readonly value: string;
}

const of = (value: string, masker: MaskerName | 'keep'): readonly Original[] => {
  if (masker === 'keep') return [];
  const forms = masker === 'text' ? partsOf(value) : isTelling(masker) ? formsOf(value) : [];
  return forms.map((form) => ({ form, masker, value }));
};

/** Of one value of a column. `json`: as PostgreSQL writes it in JSON, so a text has quotes and an array brackets. */
export function originalsIn({ rule }: PlannedColumn, json: string): readonly Original[] {
  const value: unknown = JSON.parse(json);
  const leaves = [...leavesOf(value)];
  if (rule.kind === 'mask') return leaves.flatMap(([, texts]) => texts.flatMap((text) => of(text, rule.masker)));
  if (rule.kind !== 'json')
    // What is left out altogether may be any text: only what is told apart inside it counts.
    return rule.kind === 'keep' ? [] : leaves.flatMap(([, texts]) => texts.flatMap((text) => of(text, 'text')));
  const rules = rule.paths.map(({ path, masker }) => ({ steps: parseJsonPath(path) ?? [], masker }));
  return leaves.flatMap(([path, texts]) => {
    const leaf: readonly JsonStep[] = parseJsonPath(path) ?? [];
    const met = rules
      .filter(({ steps }) => steps.length > 0 && covers(steps, leaf))
      .toSorted((a, b) => b.steps.length - a.steps.length)[0];
    return texts.flatMap((text) => of(text, met?.masker ?? rule.rest));
  });
}

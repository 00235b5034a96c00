import type { RehearsalFacts } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** What would measure it, by name. */
const listing = (names: readonly string[]) =>
  `List under  old-statements, with values, what the old version reads and writes of ${names.join(', ')}, or meet all of its statements by  capture`;

/** What the listed statements never ask for they do not measure. A table that is dropped by a declared forward fix is told as that; captured statements have reasons of their own. */
export function judgeAsked({
  asked,
  reshaped,
  tables,
  wayBack,
  captured,
}: RehearsalFacts): readonly RehearsalFinding[] {
  if (!asked || !reshaped || captured !== undefined) return [];
  const isDeclared = wayBack !== null && wayBack !== 'none' && wayBack.kind === 'forward-fix';
  const known = new Set(asked.map(({ relation }) => relation));
  const named = (some: readonly { readonly relation: string }[]) =>
    some.map(({ relation }) => relation).filter((relation) => !known.has(relation));
  const changed = reshaped.filter(({ how }) => how === 'changed');
  // Where they ask for nothing at all, they have measured nothing at all.
  const missed = named(asked.length === 0 ? (tables ?? reshaped) : changed);
  const stricter = named(reshaped.filter(({ how }) => how === 'stricter' || (how === 'gone' && !isDeclared))).filter(
    (each) => !missed.includes(each),
  );
  const text = (names: readonly string[]) =>
    `No listed statement of the old version asks for ${names.join(', ')}, which the migration changes.`;
  return [
    ...(missed.length === 0 ? [] : [finding('not-measured', text(missed), `${listing(missed)}.`)]),
    ...(stricter.length === 0
      ? []
      : [finding('not-asked', text(stricter), `${listing(stricter)}; where it asks nothing of it, accept that.`)]),
  ];
}

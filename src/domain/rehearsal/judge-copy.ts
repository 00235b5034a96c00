import { formatDuration } from '../duration.ts';
import type { RehearsalBars } from './bars.ts';
import type { SchemaDifference } from './fingerprint.ts';
import type { RehearsalFacts, TableSize, VersionPair } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** Whether the copy says anything of production. */
export function judgeCopy(facts: RehearsalFacts, bars: RehearsalBars): readonly RehearsalFinding[] {
  const { copyAgeMs } = facts;
  const isOld = copyAgeMs !== null && !(copyAgeMs <= bars.copyAgeMs);
  const age = `The copy is older than ${formatDuration(bars.copyAgeMs)}.`;
  return [
    ...(isOld ? [finding('copy-too-old', age, 'Make a new copy from the newest backup.')] : []),
    ...(facts.versions ?? []).flatMap(judgeVersion),
    ...judgeSchema((facts.copySchema ?? []).filter((each) => !isInvalid(each))),
    ...(facts.copySchema ?? []).filter(isInvalid).map(judgeInvalid),
    ...(facts.tables ?? []).flatMap((table) => judgeSize(table, bars)),
  ];
}

function judgeVersion({ name, copy, production }: VersionPair): readonly RehearsalFinding[] {
  if (production === null) {
    const text = `Nobody knows which version of ${name} production has.`;
    return [finding('not-measured', text, 'Let Greenroom ask production, or declare it.')];
  }
  if (name === 'server' ? major(copy) === major(production) : copy === production) return [];
  const text = `On the copy ${name} is ${copy}, in production ${production}.`;
  return [finding('other-version', text, 'Rehearse on the versions of production.')];
}

const mostNamed = 6;
const differs = { missing: 'the copy lacks', new: 'only the copy has', changed: 'the copy has another' } as const;

const isInvalid = ({ name, how }: SchemaDifference): boolean => how === 'missing' && name.startsWith('INVALID index ');

/** No copy from a backup has it, however new. */
function judgeInvalid({ name }: SchemaDifference): RehearsalFinding {
  const [schema, ...rest] = name.replace('INVALID index ', '').match(/"(?:[^"]|"")*"|[^.]+/g) ?? [];
  const index = `${schema}.${rest.at(-1)}`;
  const next = `In production  DROP INDEX CONCURRENTLY ${index};  or  REINDEX INDEX CONCURRENTLY ${index};  then rehearse again.`;
  return finding('other-schema', `The index ${index} of production is INVALID, and in no backup.`, next);
}

/** On another schema the migration meets other tables than production's. Of a table that is not in both its parts are not told one by one. */
function judgeSchema(differences: readonly SchemaDifference[]): readonly RehearsalFinding[] {
  if (differences.length === 0) return [];
  const whole = differences.flatMap(({ name, how }) =>
    how !== 'changed' && /^(?:table|view) /.test(name) ? [`${name.replace(/^\w+ /, '')}.`] : [],
  );
  const told = differences.filter(({ name }) => !whole.some((each) => name.replace(/^\w+ /, '').startsWith(each)));
  const named = told.slice(0, mostNamed).map(({ name, how }) => `${differs[how]} ${name}`);
  const more = told.length > mostNamed ? `, and ${told.length - mostNamed} more` : '';
  const text = `The copy's schema is not production's: ${named.join(', ')}${more}.`;
  const next = 'Make a new copy from a backup that is newer than the last change of production’s schema.';
  return [finding('other-schema', text, next)];
}

/** Of the server only the major version decides; it is the first number since PostgreSQL 10. */
const major = (version: string): string => version.split('.')[0]!;

function judgeSize(
  { relation, copyBytes, productionBytes }: TableSize,
  bars: RehearsalBars,
): readonly RehearsalFinding[] {
  if (productionBytes === null) {
    const text = `Nobody knows how large ${relation} is in production.`;
    return [finding('copy-too-small', text, 'Let Greenroom ask production for its sizes.', { relation })];
  }
  // A table that is small in production is quick on any copy.
  if (productionBytes <= bars.tableBytes || copyBytes >= productionBytes * bars.copyShare) return [];
  const share = `${Math.floor((100 * copyBytes) / productionBytes)} %`;
  const text = `The copy of ${relation} is ${share} of production's: its durations are shown as a range.`;
  return [finding('copy-too-small', text, 'Rehearse on a copy of at least half the size.', { relation })];
}

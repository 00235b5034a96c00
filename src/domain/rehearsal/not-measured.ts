import type { Place, RehearsalFacts } from './facts.ts';
import { judgeAsked } from './judge-asked.ts';
import { judgeSettings } from './judge-settings.ts';
import { judgeUnmet } from './judge-unmet.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** What each measurement is called where it is missing. */
const words: Readonly<Record<keyof RehearsalFacts, string>> = {
  copyAgeMs: 'the age of the copy',
  copySchema: 'whether the copy has production’s schema',
  tables: 'the sizes of the touched tables',
  versions: 'the versions of server, extensions and collations',
  statements: 'the locks of the statements',
  lostLocks: 'how many runs lost a lock to the old version',
  durationMs: 'how long the migration takes',
  stalls: 'how long the old version’s statements waited',
  oldVersion: 'the old version on the new schema',
  asked: 'which tables the old version’s statements ask for',
  reshaped: 'which tables the migration changes for the old version',
  unmet: 'which changes the old version’s statements meet',
  newSettings: 'which settings new sessions get',
  unaskedSchemas: 'which schemas the roles of production find first',
  goneTables: 'which data the migration takes away',
  wayBack: 'the way back',
  books: 'the books of migration tools',
  secondRuns: 'a second run after it was cut off',
  cuts: 'at how many of its commits it was cut off',
  invalidIndexes: 'whether INVALID indexes are left',
  session: 'what the script does to its session',
  hostileReader: 'whether it gives up on a reader that never ends',
  lint: 'what the statements say',
  unread: 'which files cannot be read',
  captured: 'the old version’s captured statements on the new schema',
  newVersion: 'the new version on the new schema',
};

/** The profile `quick` leaves these out. */
export const leftOutByQuick: readonly string[] = (['wayBack', 'secondRuns', 'hostileReader'] as const).map((name) =>
  missingText(words[name]),
);

/** What only a migration that ended leaves to measure. */
const afterwards: readonly (keyof RehearsalFacts)[] = [
  ...([
    'oldVersion',
    'goneTables',
    'reshaped',
    'unmet',
    'wayBack',
    'secondRuns',
    'durationMs',
    'hostileReader',
    'captured',
    'newVersion',
  ] as const),
];

/** A finding for each measurement that is missing. One that failed is told as that, and not for all that could not follow. */
export function notMeasured(facts: RehearsalFacts): readonly RehearsalFinding[] {
  const hasFailed = facts.statements?.some(({ failedWith }) => failedWith !== null) ?? false;
  const empty = emptyOnes(facts);
  return [
    ...(Object.keys(words) as (keyof RehearsalFacts)[])
      .filter((name) => (facts[name] === null || empty.includes(name)) && !(hasFailed && afterwards.includes(name)))
      .flatMap((name) => (name === 'lint' && facts.unread ? facts.unread.map(unreadAt) : [missing(words[name])])),
    ...judgeAsked(facts),
    ...judgeUnmet(facts),
    ...judgeSettings(facts),
  ];
}

function missingText(what: string): string {
  return `Nobody has measured ${what}.`;
}

const missing = (what: string): RehearsalFinding =>
  finding('not-measured', missingText(what), 'Rehearse again, and see what kept it from being measured.');

const unreadAt = (place: Place): RehearsalFinding =>
  finding(
    'not-measured',
    `Nobody has measured ${words.lint}: from here on it is nothing that PostgreSQL 18 reads.`,
    'Write it as PostgreSQL reads it, without words of psql or of a template; or leave the file out of  files:  where it was run long ago.',
    { place },
  );

/** Lists that cannot be empty: a migration without statements and an old version that asks nothing were not looked at. */
const emptyOnes = ({ statements, oldVersion, stalls, versions }: RehearsalFacts): readonly (keyof RehearsalFacts)[] =>
  Object.entries({ statements, oldVersion, stalls, versions })
    .filter(([, list]) => list?.length === 0)
    .map(([name]) => name as keyof RehearsalFacts);

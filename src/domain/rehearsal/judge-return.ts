import { judgeCaptured } from './captured.ts';
import { expandAndContract } from './expand-contract.ts';
import type { NewVersion, OldStatement, RehearsalFacts, SecondRun, StatementEnd, WayBack } from './facts.ts';
import { bookWords } from './going-back.ts';
import { byItself, failsHow } from './failure-words.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/** What it left: for the old version, for whoever goes back, for whoever runs it again. */
export function judgeReturn(facts: RehearsalFacts): readonly RehearsalFinding[] {
  return [
    ...(facts.oldVersion ?? []).flatMap(judgeOld),
    ...(facts.captured ? judgeCaptured(facts.captured) : []),
    ...(facts.newVersion ? judgeNew(facts.newVersion) : []),
    ...(facts.invalidIndexes ?? []).map((index) =>
      finding('invalid-index', `The index ${index} is INVALID.`, 'DROP INDEX CONCURRENTLY, then build it again.', {
        relation: index,
      }),
    ),
    ...judgeBack(facts),
    ...(facts.secondRuns ?? []).flatMap(judgeSecond),
  ];
}

function judgeOld({ text, before, after }: OldStatement): readonly RehearsalFinding[] {
  const said = describe(before, after);
  if (said === null) return [];
  const next = expandAndContract('failedWith' in after ? after.failedWith : '');
  return [finding('old-version-fails', `The old version's statement ${said}: ${text}`, next)];
}

/** A smoke that asked nothing of the copy has looked at something else. */
function judgeNew({ failedWith, statements }: NewVersion): readonly RehearsalFinding[] {
  if (statements === 0) {
    const text = 'The new version’s smoke asked nothing of the migrated copy.';
    return [finding('not-measured', text, 'Let it take its address from DATABASE_URL.')];
  }
  if (failedWith === null) return [];
  const how = failedWith === byItself ? '' : `: it ${failsHow(failedWith)}`;
  const text = `The new version’s smoke fails on the migrated copy${how}.`;
  return [finding('new-version-fails', text, 'Run the smoke by hand against a migrated copy, and correct either.')];
}

/** Null where it ends as before. One that failed before too proves nothing, and is told. */
function describe(before: StatementEnd, after: StatementEnd): string | null {
  if ('failedWith' in before) return `failed before the migration already, with SQLSTATE ${before.failedWith}`;
  if ('failedWith' in after) return `fails with SQLSTATE ${after.failedWith}`;
  return after.rows === before.rows ? null : `meets ${after.rows} rows instead of ${before.rows}`;
}

function judgeBack({ wayBack, goneTables }: RehearsalFacts): readonly RehearsalFinding[] {
  const gone = goneTables ?? [];
  if (wayBack === null) return [];
  if (wayBack === 'none') {
    return [
      finding('no-way-back', 'It has no way back, and nothing says that there is none.', declareIt),
      ...gone.map(lost),
    ];
  }
  const { lostTables, failedWith } = wayBack;
  // Who declares a forward fix has said that nobody goes back; what is gone then is a step that somebody accepts.
  const isDeclared = wayBack.kind !== 'down' && failedWith === null;
  const accepted = isDeclared ? gone.filter((table) => !lostTables.includes(table)) : [];
  const alsoLost = failedWith === null ? [] : gone;
  return [
    ...brokenBack(wayBack),
    ...bookWords(wayBack).map((text) =>
      finding(
        'no-way-back',
        text,
        'Let the way back take back each migration that it goes over, and strike it from the book.',
      ),
    ),
    ...[...new Set([...lostTables, ...alsoLost])].map(lost),
    ...accepted.map((relation) =>
      finding('destructive-step', `Data of ${relation} is gone for good.`, restoreOnce, { relation }),
    ),
  ];
}

const declareIt =
  'Write  back:  of the database, or  forward-fix:  of the check; or say  forward-only: true  of the database, and nobody goes back.';
const restoreOnce = 'See that a backup of it was restored once.';

const lost = (table: string): RehearsalFinding =>
  finding(
    'data-lost',
    `The way back does not bring back the data of ${table}.`,
    'Keep the values until nobody goes back.',
    {
      relation: table,
    },
  );

function brokenBack({ kind, failedWith, schemaDifferences, movedSequences }: WayBack): readonly RehearsalFinding[] {
  const name = kind === 'down' ? 'way back' : 'forward fix';
  const differing = [...schemaDifferences, ...movedSequences];
  return [
    ...(failedWith === null
      ? []
      : [finding('no-way-back', `The ${name} ${failsHow(failedWith)}.`, `Correct the ${name}, and rehearse again.`)]),
    ...(differing.length === 0
      ? []
      : [
          finding(
            'no-way-back',
            `After the ${name} differs: ${differing.join(', ')}.`,
            'Let it bring back what was there, or declare a forward fix in its place.',
          ),
        ]),
  ];
}

function judgeSecond({ cutAt, failedWith, isSame }: SecondRun): readonly RehearsalFinding[] {
  if (failedWith === null && isSame) return [];
  const said = failedWith === null ? 'it comes to something else' : `it ${failsHow(failedWith)}`;
  const text = `Cut off here and run again, ${said}.`;
  const next = 'Let each statement stand a second run: IF NOT EXISTS, or all in one transaction.';
  return [finding('not-repeatable', text, next, { place: cutAt })];
}

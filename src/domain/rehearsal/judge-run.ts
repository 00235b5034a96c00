import { formatDuration } from '../duration.ts';
import type { RehearsalBars } from './bars.ts';
import type { RehearsalFacts, StatementFacts } from './facts.ts';
import { byItself, failsHow, notInTime } from './failure-words.ts';
import { finding, type RehearsalFinding } from './finding.ts';
import { judgeHeld } from './judge-held.ts';
import { judgeRows } from './judge-rows.ts';
import { largeIn } from './large.ts';
import { blocksWrites, strongest } from './lock-mode.ts';

/** insufficient_privilege, and what dblink says to who is no superuser (prohibited_sql_statement_attempted). */
const refusedRights: readonly string[] = ['42501', '2F003'];

/** What it did to those who use the database while it ran. */
export function judgeRun(facts: RehearsalFacts, bars: RehearsalBars): readonly RehearsalFinding[] {
  const isLarge = largeIn(facts, bars);
  return [
    ...judgeTime(facts, bars),
    ...judgeSession(facts),
    ...(facts.stalls ?? []).flatMap(({ text, longestMs }) => judgeStall(text, longestMs, bars)),
    ...judgeHeld(facts, bars),
    ...judgeRows(facts, bars),
    ...(facts.statements ?? []).flatMap((statement) => [
      ...judgeFailure(statement),
      ...judgeTables(statement, isLarge),
    ]),
  ];
}

function judgeTime({ durationMs }: RehearsalFacts, bars: RehearsalBars): readonly RehearsalFinding[] {
  if (durationMs === null || durationMs <= bars.budgetMs) return [];
  const text = `It took ${formatDuration(durationMs)}, its budget is ${formatDuration(bars.budgetMs)}.`;
  return [finding('over-budget', text, 'Do what takes long outside of the migration, in batches.')];
}

function judgeSession({ session, hostileReader }: RehearsalFacts): readonly RehearsalFinding[] {
  const deeds = {
    'ends-transaction': () => finding('own-transaction', 'It ends its transaction itself.', leaveTransactions),
    'leaves-transaction-open': () => finding('own-transaction', 'It leaves a transaction open.', leaveTransactions),
    'sets-lock-timeout': () => finding('own-lock-timeout', 'It sets the lock timeout itself.', leaveTimeout),
  };
  const reader = {
    'gave-up-and-retried': [],
    'never-gave-up': [finding('never-gives-up', 'It did not give up on a reader that never ends.', takeTimeout)],
    'retry-failed': [
      finding('not-repeatable', 'After it had given up on a reader it could not be run again.', repeatable),
    ],
  };
  return [...(session ?? []).map((deed) => deeds[deed]()), ...(hostileReader === null ? [] : reader[hostileReader])];
}

const leaveTransactions = 'Leave BEGIN, COMMIT and ROLLBACK to what runs the migration; one file for each transaction.';
const leaveTimeout = 'Leave lock_timeout to Greenroom, here and in production.';
const takeTimeout =
  'Let its driver read PGOPTIONS, or the command set what GREENROOM_LOCK_TIMEOUT_MS says when it connects, or write options=-c%20lock_timeout=… into the database’s address.';
const repeatable = 'Let each statement stand a second run: IF NOT EXISTS, or all in one transaction.';

function judgeStall(statement: string, longestMs: number, bars: RehearsalBars): readonly RehearsalFinding[] {
  if (longestMs <= bars.stallConditionalMs) return [];
  const reason = longestMs <= bars.stallMs ? 'short-stall' : 'canary-stalled';
  const text = `A statement of the old version waited ${formatDuration(longestMs)}: ${statement}`;
  return [finding(reason, text, 'Hold strong locks only for a moment: commit before what takes long.')];
}

function judgeFailure(statement: StatementFacts): readonly RehearsalFinding[] {
  const { failedWith, place } = statement;
  if (failedWith === null) return [];
  if (failedWith === byItself || failedWith === notInTime) return [judgeCommand(failedWith, statement)];
  const fails = finding('fails', `It fails with SQLSTATE ${failedWith}.`, 'Correct it, and rehearse again.', { place });
  if (!refusedRights.includes(failedWith)) return [fails];
  const text = 'It asked for more than the role that rehearses may do: programs, files, the network, the server.';
  const next = 'Let the administrator do it, outside of migrations.';
  return [fails, finding('reaches-outside', text, next, { place })];
}

/** No statement tells why, so what it printed has to. */
function judgeCommand(failedWith: string, { durationMs, said, place }: StatementFacts): RehearsalFinding {
  const how = failedWith === notInTime ? `did not end within ${formatDuration(durationMs)}` : failsHow(failedWith);
  const last = said ? `said last: ${said}` : 'printed nothing';
  const next =
    'Run the migrate command by hand against a copy: it gets the variables that the guide names, and no other.';
  return finding('fails', `It ${how}, and ${last}`, next, { place });
}

function judgeTables(
  { place, rewrites, scans, changedWhole, locks }: StatementFacts,
  isLarge: (relation: string) => boolean,
): readonly RehearsalFinding[] {
  const modeOn = (relation: string) =>
    strongest(locks.filter((each) => each.relation === relation).map(({ mode }) => mode));
  const at = (relation: string) => ({ place, relation, mode: modeOn(relation) });
  // Whoever measured a rewrite or a scan without any lock has missed the lock, so it counts as one that blocks.
  const waits = (relation: string) => isLarge(relation) && blocksWrites(modeOn(relation) ?? 'AccessExclusiveLock');
  return [
    ...rewrites
      .filter(waits)
      .map((relation) =>
        finding('rewrite-under-lock', `It writes ${relation} anew while others wait.`, expandAndContract, at(relation)),
      ),
    ...scans
      .filter((relation) => waits(relation) && !rewrites.includes(relation))
      .map((relation) =>
        finding('scan-under-lock', `It reads all of ${relation} while writers wait.`, validateLater, at(relation)),
      ),
    ...changedWhole
      .filter(isLarge)
      .map((relation) =>
        finding('rows-locked', `It changes every row of ${relation} in one transaction.`, inBatches, at(relation)),
      ),
  ];
}

const expandAndContract = 'Add a new column or table, fill it in batches, let the code change over, drop the old one.';
const validateLater =
  'Build indexes CONCURRENTLY; add constraints NOT VALID, and validate them in a transaction of their own.';
const inBatches = 'Change a few thousand rows at a time, each batch in a transaction of its own.';

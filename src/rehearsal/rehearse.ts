// A whole rehearsal on clones of a copy: what is measured becomes facts, which the domain judges.
import type { RehearsalFacts, SecondRun } from '../domain/rehearsal/facts.ts';
import { notInTime } from '../domain/rehearsal/failure-words.ts';
import { compareSchemas } from '../domain/rehearsal/fingerprint.ts';
import { migratorsPath } from './application.ts';
import { chooseCuts } from './choose-cuts.ts';
import { tableSizes, versionPairs } from './copy-facts.ts';
import { hostileRun } from './hostile-run.ts';
import { newVersionRun, tryCaptured, triedBefore } from './version-runs.ts';
import { changesNothing } from './idle-run.ts';
import { observedRun, shortName, type ObservedRun } from './observed-run.ts';
import type { RehearsalOrder } from './order.ts';
import type { MigrationStatement } from './parse-migration.ts';
import { patientRun, type PatientRun } from './patient-run.ts';
import { invalidNamed } from './plain-schema.ts';
import { readFiles, readingOf } from './reading.ts';
import { returnRun } from './return-run.ts';
import { makeScratch, sweepScratch, type Scratch } from './scratch.ts';
import { runAfterFailure, secondRun } from './second-runs.ts';

export interface Rehearsal {
  readonly facts: RehearsalFacts;
  /** For the drawing, in ms since the migration began. */
  readonly lines: {
    readonly locks: ObservedRun['observation']['locks'];
    readonly canary: ObservedRun['song']['line'];
  };
  /** Nothing of the files was sent, and a run of the command leaves a clone as it was. */
  readonly isIdle: boolean;
  /** How often the whole migration was run. */
  readonly runs: number;
  /** Names of what an earlier rehearsal had left, and is gone now. */
  readonly swept: readonly string[];
}

/** `quick`: up once, looked at; the way back, second runs and the hostile reader stay unmeasured. Throws what keeps it from measuring; nothing is left behind then. */
export async function rehearse(order: RehearsalOrder): Promise<Rehearsal> {
  const swept = await sweepScratch(order.adminUrl);
  const { statements, unread } = await readFiles(order);
  const counter = { runs: 0 };
  const onIdleClone = async <T>(work: (scratch: Scratch) => Promise<T>): Promise<T> => {
    const scratch = await makeScratch({ ...order, searchPath: migratorsPath(order) });
    try {
      return await work(scratch);
    } finally {
      await scratch.drop();
    }
  };
  const onClone: OnClone = (work) => {
    counter.runs += 1;
    return onIdleClone(work);
  };
  const met = await triedBefore(onIdleClone, order);
  const seen = await patientRun(() =>
    onClone(async (scratch) => {
      const run = await observedRun(
        scratch,
        order,
        statements ?? [],
        met?.statements.map(({ text }) => text),
      );
      if (run.end.failedWith !== null) return { ...run, captured: null, newVersion: null };
      // What the new version writes comes last.
      const captured = met && (await tryCaptured(scratch, order, met));
      return { ...run, captured, newVersion: await newVersionRun(scratch, order) };
    }),
  );
  const isIdle = mayBeIdle(order, seen) && (await onClone((scratch) => changesNothing(scratch, order)));
  const later = order.profile === 'full' ? await laterRuns(onClone, order, seen) : null;
  return {
    facts: { ...factsOf(order, statements, seen, later), ...(unread.length > 0 && { unread }) },
    lines: { locks: seen.observation.locks, canary: seen.song.line },
    ...{ isIdle, runs: counter.runs, swept },
  };
}

/** A command that asked nothing at all has perhaps gone elsewhere. */
function mayBeIdle({ files }: RehearsalOrder, { observation: { statements }, end }: ObservedRun): boolean {
  const isOfFiles = statements.some(({ place }) => files.some(({ file }) => file === place.file));
  return end.failedWith === null && statements.length > 0 && !isOfFiles;
}

/** Where a failure stands that no statement has. */
const command = { file: 'the migrate command', line: 0 };

type Later = Pick<RehearsalFacts, 'wayBack' | 'secondRuns' | 'cuts' | 'hostileReader' | 'books'>;
type OnClone = <T>(work: (scratch: Scratch) => Promise<T>) => Promise<T>;

async function laterRuns(onClone: OnClone, order: RehearsalOrder, seen: ObservedRun): Promise<Later> {
  const { observation, end } = seen;
  if (end.failedWith !== null) {
    const isHalf = observation.commitsAfter.length > 0;
    const place = observation.statements.findLast((each) => each.failedWith !== null)?.place ?? command;
    const secondRuns = isHalf ? await onClone((scratch) => runAfterFailure(scratch, order, place)) : null;
    return { wayBack: null, secondRuns, hostileReader: null };
  }
  const went = await onClone((scratch) => returnRun(scratch, order, false));
  const wrote = order.write === null ? went : await onClone((scratch) => returnRun(scratch, order, true));
  const chosen = await chooseCuts(observation.commitsAfter, observation.texts);
  const secondRuns: SecondRun[] = [];
  for (const after of chosen) {
    const place = observation.statements[after]!.place;
    const each = { before: after + 1, place, once: went.up };
    secondRuns.push(await onClone((scratch) => secondRun(scratch, order, each)));
  }
  const again = went.againFailedWith ?? wrote.againFailedWith;
  if (again !== null)
    secondRuns.push({ cutAt: observation.statements[0]?.place ?? command, failedWith: again, isSame: false });
  const waitMs = 2 * end.durationMs + (observation.statements.length + 1) * order.lockTimeoutMs + 5_000;
  return {
    wayBack: worse(went.wayBack, wrote.wayBack),
    secondRuns,
    cuts: { tried: chosen.length, of: observation.commitsAfter.length },
    books: went.up.books.map(({ relation, left }) => ({ relation: shortName(relation), left })),
    hostileReader: await onClone((scratch) => hostileRun(scratch, order, waitMs)),
  };
}

/** The way back is proven when it was both with and without rows of the new version. */
function worse(plain: Later['wayBack'], written: Later['wayBack']): Later['wayBack'] {
  if (plain === null || plain === 'none') return plain;
  if (written === null || written === 'none') return written;
  return {
    ...plain,
    failedWith: plain.failedWith ?? written.failedWith,
    schemaDifferences: [...new Set([...plain.schemaDifferences, ...written.schemaDifferences])],
    leftInBooks: (plain.leftInBooks ?? []).length > 0 ? plain.leftInBooks! : (written.leftInBooks ?? []),
  };
}

function factsOf(
  order: RehearsalOrder,
  statements: readonly MigrationStatement[] | null,
  seen: PatientRun & Pick<RehearsalFacts, 'captured' | 'newVersion'>,
  later: Later | null,
): RehearsalFacts {
  const { end, observation, relations, captured, newVersion } = seen;
  // What the command met on its way and dealt with is not its failure; a command that fails without any is one all the same.
  const done = observation.statements.map((each) => (end.failedWith === null ? { ...each, failedWith: null } : each));
  const hasFailed = done.some(({ failedWith }) => failedWith !== null);
  const nothing = { durationMs: end.durationMs, locks: [], rewrites: [], scans: [], changedWhole: [], walBytes: 0 };
  const ended = { ...nothing, place: command, failedWith: end.failedWith, said: end.said };
  const isTold = end.failedWith === null || (hasFailed && end.failedWith !== notInTime);
  const touched = new Set(
    done.flatMap(({ locks, rewrites, scans, changedWhole }) => [
      ...[...rewrites, ...scans, ...changedWhole],
      ...locks.filter(({ mode }) => mode !== 'AccessShareLock').map(({ relation }) => relation),
    ]),
  );
  return {
    copyAgeMs: order.copiedAtMs === null ? null : order.nowMs - order.copiedAtMs,
    copySchema: order.production && compareSchemas(invalidNamed(order.production.schema), invalidNamed(seen.schema)),
    tables: tableSizes(touched, relations, order.production?.sizes ?? null),
    versions: versionPairs(seen.versions, order.production?.versions ?? null),
    statements: isTold ? done : [...done, ended],
    durationMs: end.durationMs,
    lostLocks: seen.lostLocks,
    stalls: seen.song.stalls,
    oldVersion: seen.oldVersion,
    ...{ asked: seen.asked, newSettings: seen.newSettings, unaskedSchemas: seen.unaskedSchemas },
    goneTables: end.failedWith === null ? seen.goneTables : null,
    reshaped: end.failedWith === null ? seen.reshaped : null,
    unmet: end.failedWith === null ? seen.unmet : null,
    ...{ wayBack: later?.wayBack ?? null, secondRuns: later?.secondRuns ?? null },
    ...(later?.cuts && { cuts: later.cuts }),
    ...(later?.books && later.books.length > 0 && { books: later.books }),
    hostileReader: later?.hostileReader ?? null,
    invalidIndexes: seen.invalid,
    session: observation.session,
    lint: statements === null ? null : readingOf(order, statements, observation, seen.indexes),
    ...(order.capture && { captured: captured ?? null }),
    ...(order.smoke && { newVersion: newVersion ?? null }),
  };
}

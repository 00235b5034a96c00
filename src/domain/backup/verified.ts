// What the log says of verified backups: the line that is written, and what is read out of it again.
import type { Outcome } from '../outcome.ts';
import type { ChainedRecord, RecordBody } from '../record.ts';

export interface VerifiedBackup {
  readonly environment: string;
  /** Name of the check that declares it. */
  readonly check: string;
  readonly outcome: Outcome;
  readonly reason: string;
  /** Null, as what follows: nothing could be measured. */
  readonly database: string | null;
  /** Name of the file or folder. */
  readonly backup: string | null;
  readonly sizeBytes: number | null;
  /** What would be lost is what came after it. */
  readonly takenAt: number | null;
  /** Null also when it could not be restored. */
  readonly restoreMs: number | null;
  readonly rowCount: number | null;
  readonly by: string;
  readonly at: number;
}

export const verifiedKind = 'backup-verified';

export const verifiedRecord = (
  actor: string,
  {
    environment,
    check,
    database,
    backup,
    outcome,
    reason,
    sizeBytes,
    takenAt,
    restoreMs,
    rowCount,
  }: Omit<VerifiedBackup, 'by' | 'at'>,
): RecordBody => ({
  ...{ kind: verifiedKind, actor },
  data: { environment, check, database, backup, outcome, reason, sizeBytes, takenAt, restoreMs, rowCount },
});

/** The newest first. */
export const verifiedOf = (log: readonly ChainedRecord[]): readonly VerifiedBackup[] =>
  log
    .filter(({ kind }) => kind === verifiedKind)
    .map(({ actor, at, data }) => ({ ...(data as unknown as Omit<VerifiedBackup, 'by' | 'at'>), by: actor, at }))
    .toReversed();

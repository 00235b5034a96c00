import { formatDuration } from '../../domain/duration.ts';
import { worst } from '../../domain/outcome.ts';
import type { SchemaDifference } from '../../domain/rehearsal/fingerprint.ts';
import type { RestoredBackup } from '../../kinds/rehearsals.ts';
import type { Finding, Judgement } from '../../kinds/check.ts';
import { counted } from '../../kinds/wording.ts';
import type { BackupConfig } from './schema.ts';

export interface BackupData {
  readonly database: string;
  readonly backup: string;
  readonly sizeBytes: number;
  /** By its own word or by its file's time of change, whichever is earlier. */
  readonly takenAt: number;
  readonly askedAt: number;
  /** The newest of this check that passed, as the log has it. */
  readonly lastVerified: { readonly sizeBytes: number; readonly at: number } | null;
  /** Null: it could be restored. */
  readonly brokenBy: string | null;
  readonly restoreMs: number | null;
  readonly differences: readonly SchemaDifference[];
  readonly tables: RestoredBackup['tables'];
  readonly swept: readonly string[];
}

type Bars = Pick<BackupConfig, 'at-most' | 'restored-within' | 'rows-at-least' | 'volatile' | 'size-at-least'>;

/** A backup that is old, slow, smaller than it should be, or not the database it is of, fails. */
export function judgeBackup(bars: Bars, data: BackupData): Judgement {
  const findings = [ageOf(bars, data), ...sizeOf(bars, data), ...restoreOf(bars, data)];
  const outcome = worst(findings.map((each) => each.outcome));
  const { backup, database, tables, restoreMs } = data;
  if (outcome === 'pass') {
    const rowCount = tables.reduce((sum, table) => sum + (table.rowCount ?? 0), 0);
    const reason = `The backup ${backup} of database "${database}" was restored in ${formatDuration(restoreMs ?? 0)}: ${counted(rowCount, 'row')} in ${counted(tables.length, 'table')}, ${formatDuration(data.askedAt - data.takenAt)} old.`;
    return { outcome, reason, findings };
  }
  const wrong = findings.filter((each) => each.outcome === outcome).map(({ name, value }) => `${name}: ${value}`);
  const more = wrong.length > mostTold ? `; and ${wrong.length - mostTold} more` : '';
  return {
    ...{
      outcome,
      findings,
      reason: `The backup ${backup} of database "${database}": ${wrong.slice(0, mostTold).join('; ')}${more}.`,
    },
    cause: 'What would be restored after a loss is not what the environment needs, or not in time.',
    next: nextOf(data),
  };
}

const mostTold = 3;
/** Each becomes a line of the evidence. */
const mostFindings = 40;

function ageOf(bars: Bars, { takenAt, askedAt }: BackupData): Finding {
  const ageMs = askedAt - takenAt;
  const threshold = `at most ${formatDuration(bars['at-most'])}`;
  // Nobody knows how old something is that is still to come.
  if (!(ageMs >= 0))
    return { name: 'age', outcome: 'error', value: 'it is of an instant that is still to come', threshold };
  return { name: 'age', outcome: ageMs <= bars['at-most'] ? 'pass' : 'fail', value: formatDuration(ageMs), threshold };
}

function sizeOf(bars: Bars, { sizeBytes, lastVerified }: BackupData): readonly Finding[] {
  if (lastVerified === null) return [];
  const least = Math.ceil(lastVerified.sizeBytes * bars['size-at-least']);
  const outcome = sizeBytes >= least ? 'pass' : 'fail';
  return [
    { name: 'size', outcome, value: counted(sizeBytes, 'byte'), threshold: `at least ${counted(least, 'byte')}` },
  ];
}

function restoreOf(bars: Bars, data: BackupData): readonly Finding[] {
  const { brokenBy, restoreMs } = data;
  if (brokenBy !== null) return [{ name: 'restore', outcome: 'fail', value: brokenBy, threshold: null }];
  const threshold = `at most ${formatDuration(bars['restored-within'])}`;
  const time: Finding =
    restoreMs === null
      ? { name: 'restore', outcome: 'error', value: 'not measured', threshold }
      : {
          name: 'restore',
          outcome: restoreMs <= bars['restored-within'] ? 'pass' : 'fail',
          value: formatDuration(restoreMs),
          threshold,
        };
  return [time, ...schemaOf(data), ...tablesOf(bars, data)];
}

function schemaOf({ differences, tables }: BackupData): readonly Finding[] {
  if (tables.length === 0)
    return [{ name: 'schema', outcome: 'error', value: 'the database has no table to compare', threshold: null }];
  if (differences.length === 0)
    return [{ name: 'schema', outcome: 'pass', value: 'as the database has it', threshold: null }];
  const words = { missing: 'missing in the backup', new: 'only in the backup', changed: 'different' };
  const all = differences.map(({ name, how }): Finding => ({
    name,
    outcome: 'fail',
    value: words[how],
    threshold: null,
  }));
  return cut(all);
}

function tablesOf(bars: Bars, { tables }: BackupData): readonly Finding[] {
  const judged = tables.map((table): Finding => {
    const { name, rowCount, originalCount } = table;
    const value = rowCount === null ? 'no such table' : counted(rowCount, 'row');
    if (bars.volatile.includes(name) && rowCount !== null) return { name, outcome: 'pass', value, threshold: null };
    const least = leastRows(originalCount, bars['rows-at-least']);
    return {
      name,
      outcome: rowCount !== null && rowCount >= least ? 'pass' : 'fail',
      value,
      threshold: `at least ${counted(least, 'row')}`,
    };
  });
  const bad = judged.filter(({ outcome }) => outcome !== 'pass');
  return [
    ...cut(bad),
    {
      name: 'tables',
      outcome: bad.length === 0 && tables.length > 0 ? 'pass' : 'fail',
      value: `${tables.length - bad.length} of ${tables.length} have their rows`,
      threshold: null,
    },
  ];
}

/** What is less than one row is no row; but a table that has rows now must have had some. */
export const leastRows = (originalCount: number, share: number): number =>
  originalCount === 0 ? 0 : Math.max(1, Math.floor(originalCount * share));

function cut(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= mostFindings) return findings;
  const rest: Finding = {
    name: 'more',
    outcome: 'fail',
    value: `${findings.length - mostFindings} more`,
    threshold: null,
  };
  return [...findings.slice(0, mostFindings), rest];
}

function nextOf({ brokenBy, differences }: BackupData): string {
  if (brokenBy !== null) return 'Look into the log of the program that makes the backups, and make a new one.';
  if (differences.length > 0)
    return 'See that it is a backup of this database; after a migration make a new one, since an older one lacks it.';
  return 'Look when and of what backups are made; make a new one, then run it again.';
}

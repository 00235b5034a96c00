import { formatDuration } from '../../domain/duration.ts';
import { worst } from '../../domain/outcome.ts';
import type { Finding, Judgement } from '../../kinds/check.ts';
import type { DataAgeData } from '../data-age.ts';

/** Old data fails, data that nobody has proven warns, and what log and database do not say alike cannot be judged. */
export function judgeDataAge(atMostMs: number, data: DataAgeData): Judgement {
  const { environment, database, askedAt, refresh } = data;
  const doubt = doubtOf(data);
  const again = `Run "greenroom refresh ${environment}".`;
  if (doubt !== null || refresh === null) {
    const reason = `Nobody knows how old the data of database "${database}" is: ${doubt ?? unknown}.`;
    const finding: Finding = { name: 'age', outcome: 'error', value: 'not measured', threshold: threshold(atMostMs) };
    const next =
      data.bentAt === null ? again : 'Find out who changed the database: "greenroom status" says what differs.';
    return { outcome: 'error', reason, findings: [finding], next };
  }
  const ageMs = askedAt - refresh.dataFromAt;
  const findings: readonly Finding[] = [
    {
      ...{ name: 'age', outcome: ageMs <= atMostMs ? 'pass' : 'fail' },
      ...{ value: formatDuration(ageMs), threshold: threshold(atMostMs) },
    },
    {
      ...{ name: 'proof', outcome: refresh.isProven ? 'pass' : 'warn' },
      ...{ value: refresh.isProven ? 'no original is left' : 'nobody has looked for originals', threshold: null },
    },
  ];
  const outcome = worst(findings.map((each) => each.outcome));
  const reason = `The data of database "${database}" was taken from ${refresh.from} ${formatDuration(ageMs)} ago${outcome === 'warn' ? ', and nobody has looked for originals in it' : ''}.`;
  return outcome === 'pass' ? { outcome, reason, findings } : { outcome, reason, findings, next: again };
}

const threshold = (atMostMs: number): string => `at most ${formatDuration(atMostMs)}`;
const unknown = 'the log knows no refresh of it';

/** Why log, database and clock do not tell the age; null when they do. */
function doubtOf({ bentAt, refresh, target, environment, askedAt }: DataAgeData): string | null {
  if (bentAt !== null) return `line ${bentAt} of the log was changed`;
  if (target.isSeeded === true) return 'its rows were made up by "greenroom seed", and are no copy of anything';
  if (refresh === null) return unknown;
  if (target.marker === null) return 'the database does not say whose it is';
  if (target.marker !== environment) return `the database says that it belongs to ${target.marker}`;
  if (target.refreshedAt === null) return 'the database does not say when it was refreshed';
  if (target.refreshedAt !== refresh.dataFromAt)
    return `the database says that it was refreshed with data of ${instant(target.refreshedAt)}, and the log knows of ${instant(refresh.dataFromAt)} at the latest`;
  if (target.identity !== refresh.identity) return 'it is another database than the one that was refreshed';
  // The end is on record by the clock of whoever refreshed it.
  if (!(askedAt >= Math.max(refresh.dataFromAt, refresh.endedAt))) return 'the clock shows a time before its refresh';
  return null;
}

/** Of any number, also one beyond what a date can be. */
const instant = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at));

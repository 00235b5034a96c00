import { formatDuration } from './duration.ts';
import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import { databaseFacts, isUnproven, oneWayReason, returnWords, type MigratedDatabase } from './migrated-database.ts';
import type { Plan } from './plan.ts';
import type { Environment } from './project.ts';
import type { ChainedRecord } from './record.ts';
import type { OwnAnswer, ResultFinding } from './verdict.ts';

/** What the two steps of a rehearsal have measured, as they record it. */
export interface BackFacts {
  /** `open`: the old version was shown to serve. `closed`: it was not, and a rollback would not help. `unmeasured`: nobody can tell. */
  readonly way: 'open' | 'closed' | 'unmeasured';
  /** Why it is not open; null when it is. */
  readonly fault: string | null;
  /** From the wish to the traffic being there, the old version asked for its health first; null when nothing was moved. */
  readonly backMs: number | null;
  /** The same, until it was verified through the public address and by its checks. */
  readonly verifiedMs: number | null;
  /** Of Greenroom's own through the public address, and those of users that the proxy counted. */
  readonly requests: number;
  readonly failedRequests: number;
  /** Answers of the version that was switched to through the public address, of the service that had fewest. */
  readonly arrived: number;
  /** Checks of the old version's own phase `health`. */
  readonly checks: number;
  /** Step of the migration that the old version does not come back over. */
  readonly pointOfNoReturn: string | null;
  readonly old: string;
}
export interface ForthFacts {
  readonly forthMs: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly arrived: number;
}

/** A rehearsed way back of one release to another, in one environment. */
export interface RollbackCertificate {
  readonly environment: string;
  /** `lossy`: it works and loses requests. */
  readonly result: 'proven' | 'lossy' | 'roll-forward' | 'unmeasured';
  readonly reason: string | null;
  /** Revision of the release that was taken back, and of the one that it was taken back to. */
  readonly fromRevision: string;
  readonly toRevision: string;
  readonly toVersion: string;
  readonly backMs: number | null;
  readonly verifiedMs: number | null;
  readonly forthMs: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly checks: number;
  readonly pointOfNoReturn: string | null;
  readonly measuredAt: number;
}

export type Rehearsal =
  | { readonly status: 'rehearsed'; readonly certificate: RollbackCertificate }
  /** There was nothing to go back to. */
  | { readonly status: 'first'; readonly environment: string }
  | { readonly status: 'not-rehearsed'; readonly environment: string; readonly reason: string };

/** Fewer answers of a version through the public address say nothing of it. */
export const leastRequests = 20;

/** What the log of a deployment tells of its rehearsal. Only what both steps have recorded counts. */
export function readRehearsal(
  plan: Plan,
  environment: Pick<Environment, 'name' | 'rehearseRollback'>,
  own: readonly ChainedRecord[],
): Rehearsal {
  const place = { environment: environment.name };
  const none = (reason: string): Rehearsal => ({ ...place, status: 'not-rehearsed', reason });
  if (environment.rehearseRollback !== true) return none(`${environment.name} does not ask for it`);
  if (plan.standing.releaseRevision === null) return { ...place, status: 'first' };
  const [backStep, forthStep] = [ended(own, 'rehearse-back'), ended(own, 'rehearse-forth')];
  const back = backStep && (backStep.data['facts'] as unknown as BackFacts);
  const forth = forthStep && (forthStep.data['facts'] as unknown as ForthFacts);
  if (!back || !forth || forthStep.sequence < backStep.sequence)
    return none('the rehearsal was not measured to its end');
  const requests = back.requests + forth.requests;
  const failedRequests = back.failedRequests + forth.failedRequests;
  const certificate: RollbackCertificate = {
    ...{ ...place, result: resultOf(back, forth), reason: back.fault },
    ...{ fromRevision: plan.release.revision, toRevision: plan.standing.releaseRevision, toVersion: back.old },
    ...{ backMs: back.backMs, verifiedMs: back.verifiedMs, forthMs: forth.forthMs, requests, failedRequests },
    ...{ checks: back.checks, pointOfNoReturn: back.pointOfNoReturn, measuredAt: forthStep.at },
  };
  return { status: 'rehearsed', certificate };
}

const ended = (own: readonly ChainedRecord[], step: string): ChainedRecord | undefined =>
  own.findLast(({ kind, data }) => kind === 'step-ended' && data['step'] === step && data['status'] === 'done');

function resultOf(back: BackFacts, forth: ForthFacts): RollbackCertificate['result'] {
  if (back.way === 'closed') return 'roll-forward';
  const arrived = Math.min(back.arrived, forth.arrived);
  if (back.way !== 'open' || back.backMs === null || !(arrived >= leastRequests)) return 'unmeasured';
  return back.failedRequests === 0 && forth.failedRequests === 0 ? 'proven' : 'lossy';
}

/** One line for people, to be read before anybody says yes. */
export function rehearsalWords(rehearsal: Rehearsal): string {
  if (rehearsal.status === 'first')
    return `not rehearsed: it was the first release in ${rehearsal.environment}, so there was nothing to go back to`;
  if (rehearsal.status === 'not-rehearsed') return `not rehearsed: ${rehearsal.reason}`;
  const { result, reason, toVersion, backMs, verifiedMs, requests, failedRequests, ...rest } = rehearsal.certificate;
  const lost = `${failedRequests} of ${requests} requests failed`;
  const back = `back to ${toVersion} in ${formatDuration(backMs ?? 0)}, verified after ${formatDuration(verifiedMs ?? 0)}`;
  const no = rest.pointOfNoReturn === null ? '' : ` Point of no return: ${rest.pointOfNoReturn}.`;
  if (result === 'roll-forward') return `no automatic rollback: roll forward. ${reason ?? ''}.${no}`;
  if (result === 'unmeasured') return `not rehearsed to its end: ${reason ?? 'too few requests were answered'}`;
  if (result === 'lossy') return `${back}, but ${lost}`;
  return `${back}, ${lost}. Point of no return: the beginning of "stop"`;
}

export interface CertificateQuestion {
  /** Where the release is to go, and where it was rehearsed. */
  readonly environment: string;
  readonly previous: string;
  readonly isRequired: boolean;
  readonly releaseRevision: string;
  /** What serves there now, to be gone back to; null: nothing. */
  readonly servesRevision: string | null;
  readonly rehearsal: Rehearsal;
  /** Databases that the promotion migrates, with what their rehearsals say. */
  readonly databases: readonly MigratedDatabase[];
  readonly maxAgeMs: number;
  /** Now, by this machine's clock and by that of the database: an age holds by both. */
  readonly at: number;
  readonly databaseAt: number;
}

/** Clocks of machines that follow a time server differ by less. */
const clockToleranceMs = 60_000;

/** Why the certificate is none for this promotion; null when it is one. Whatever was not measured is none. */
export function certificateFlaw(question: CertificateQuestion): Failure | null {
  const { environment, previous, rehearsal, releaseRevision, servesRevision, at, databaseAt, maxAgeMs } = question;
  const again = `Deploy to ${previous} with "rehearse-rollback: true" what serves ${environment}, then this release again.`;
  const said = rehearsalWords(rehearsal);
  if (rehearsal.status !== 'rehearsed')
    return { code: 'GR4350', message: `The way back was not rehearsed in ${previous}: ${said}.`, do: again };
  const { result, fromRevision, toRevision, toVersion, measuredAt } = rehearsal.certificate;
  if (fromRevision !== releaseRevision || toRevision !== servesRevision)
    return {
      code: 'GR4353',
      message:
        fromRevision === releaseRevision
          ? `The way back was rehearsed to ${toVersion} (revision ${toRevision.slice(0, 12)}), which is not what serves ${environment}.`
          : `The rollback certificate is of another release (revision ${fromRevision.slice(0, 12)}).`,
      do: again,
    };
  if (result === 'roll-forward')
    return {
      code: 'GR4352',
      message: `The rehearsal in ${previous} has found ${said}`,
      do: `Let the migration leave what the version before needs, and prove that release in ${previous}; or take "rollback-certificate" out of environments.${environment}.promotion.require for a release that nobody can take back.`,
    };
  if (result !== 'proven')
    return { code: 'GR4351', message: `The rehearsal in ${previous} failed: ${said}.`, do: again };
  const [earliest, latest] = [Math.min(at, databaseAt), Math.max(at, databaseAt)];
  if (latest - measuredAt > maxAgeMs || measuredAt - earliest > clockToleranceMs)
    return { code: 'GR4354', message: `The rollback certificate of ${previous} is too old.`, do: again };
  return migrationFlaw(question);
}

/** Traffic was shown to go back; whether one can go back over the migration of this environment's data says its rehearsal. */
function migrationFlaw({ environment, databases }: CertificateQuestion): Failure | null {
  const shut = databases.find((each) => oneWayReason(each) !== null);
  if (shut)
    return {
      code: 'GR4352',
      message: `Nobody goes back over the migration of the database ${shut.name}: ${oneWayReason(shut)}.`,
      do: `Let the migration leave what the version before needs, and rehearse that release; or take "rollback-certificate" out of environments.${environment}.promotion.require for a release that nobody can take back.`,
    };
  const unproven = databases.find(isUnproven);
  if (!unproven) return null;
  return {
    code: 'GR5110',
    message: `Nobody knows whether one can go back over the migration of the database ${unproven.name}: ${returnWords(unproven.rehearsed)}.`,
    do: 'Deploy this release where the check migration-rehearsal runs, then here again.',
  };
}

/** What the file or a rehearsal says of migrations; nothing where neither does. */
const migrationWords = ({ databases }: CertificateQuestion): string =>
  databases
    .filter((each) => each.hasSameMigrations !== true && (each.rehearsed !== null || each.isForwardOnly))
    .map((each) => `; the migration of ${each.name}: ${oneWayReason(each) ?? returnWords(each.rehearsed)}`)
    .join('');

/** Nothing is demanded where nothing serves: there nobody could go back. */
export function certificateObstacles(question: CertificateQuestion): readonly Failure[] {
  if (!question.isRequired || question.servesRevision === null) return [];
  const flaw = certificateFlaw(question);
  return flaw === null ? [] : [flaw];
}

/** The certificate as a line of the verdict. Where it is not demanded, a way back that was found shut is owed an answer; one that nobody has tried is said to be so. */
export function judgeCertificate(question: CertificateQuestion): OwnAnswer {
  const { environment, previous, isRequired, servesRevision, rehearsal } = question;
  const said = `${rehearsalWords(rehearsal)}${migrationWords(question)}`;
  const findings = rehearsal.status === 'rehearsed' ? certificateFindings(rehearsal.certificate) : [];
  if (servesRevision === null) {
    const measured = rehearsal.status === 'rehearsed' ? `; in ${previous}: ${rehearsalWords(rehearsal)}` : '';
    const reason = `nothing serves ${environment} yet, so there is nothing to go back to${measured}`;
    return { outcome: 'skip', reason, findings };
  }
  const flaw = certificateFlaw(question);
  if (flaw === null) return { outcome: 'pass', reason: said, findings };
  const isShut = ['GR4351', 'GR4352', 'GR5110'].includes(flaw.code);
  const reason = flaw.code === 'GR4353' ? `${said}; ${flaw.message}` : said;
  const outcome = isRequired ? 'fail' : isShut ? 'warn' : 'skip';
  return { outcome, findings, reason, ...(flaw.do !== undefined && { next: flaw.do }) };
}

function certificateFindings(certificate: RollbackCertificate): readonly ResultFinding[] {
  const { result, backMs, verifiedMs, forthMs, failedRequests, requests, pointOfNoReturn } = certificate;
  const time = (name: string, ms: number | null): ResultFinding => ({
    ...{ name, outcome: ms === null ? 'error' : 'pass', value: ms === null ? 'not measured' : formatDuration(ms) },
    threshold: null,
  });
  return [
    { name: 'rehearsal', outcome: result === 'proven' ? 'pass' : 'fail', value: result, threshold: 'proven' },
    time('switched back', backMs),
    time('verified', verifiedMs),
    time('switched forth', forthMs),
    {
      ...{ name: 'failed requests', outcome: failedRequests === 0 ? 'pass' : 'fail' },
      ...{ value: `${failedRequests} of ${requests}`, threshold: '0' },
    },
    { name: 'point of no return', outcome: 'pass', value: pointOfNoReturn ?? 'the beginning of stop', threshold: null },
    { name: 'from', outcome: 'pass', value: certificate.fromRevision, threshold: null },
    { name: 'to', outcome: 'pass', value: certificate.toRevision, threshold: null },
  ];
}

/** As evidence of that line. */
export const certificateFacts = ({ rehearsal, databases }: CertificateQuestion): JsonObject => ({
  ...(rehearsal.status === 'rehearsed' ? { ...rehearsal, certificate: { ...rehearsal.certificate } } : rehearsal),
  databases: databases.map(databaseFacts),
});

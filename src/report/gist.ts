import type { Account } from '../domain/account.ts';
import { readRehearsal, rehearsalWords } from '../domain/certificate.ts';
import type { EndedAs } from '../domain/deployment.ts';
import { givenBackIn, givenBackWords } from '../domain/given-back.ts';
import { isVerification, verificationOf } from '../domain/verification.ts';
import { decisiveLines, neverAsked, reportLines, stands, type ReportLine } from './lines.ts';
import { count, formatSpan } from './wording.ts';

export type Tone = 'good' | 'caution' | 'bad' | 'unknown' | 'plain';

/** What a person reads first. All of it is still to be escaped. */
export interface Gist {
  readonly tone: Tone;
  /** What came of it, in capitals: the verdict, such as `NO-GO` or `COULD NOT JUDGE`; of a release that was taken back the end, such as `ROLLED BACK`. */
  readonly lead: string;
  /** Beside it: `live`, `running` … and `after GO` of a release that was taken back. */
  readonly rest: string;
  /** Both in a line: `GO · live`, `ROLLED BACK after GO`. */
  readonly headline: string;
  /** One or two sentences in plain words. */
  readonly sentence: string;
  readonly reasons: readonly { readonly subject: string; readonly text: string }[];
}

const endings: Record<EndedAs, string> = {
  live: 'live',
  refused: 'refused',
  'no-go': 'stopped before traffic',
  'could-not-judge': 'stopped before traffic',
  'rolled-back': 'rolled back',
  cancelled: 'cancelled',
  superseded: 'superseded',
};

export const gist = (account: Account): Gist =>
  account.contradiction === null
    ? { tone: toneOf(account), ...headWords(account), sentence: sentence(account), reasons: reasons(account) }
    : contradicted(account, account.contradiction);

/** Whatever the database says came of it: when the log does not bear it out, that is the news. */
const contradicted = (account: Account, reason: string): Gist => ({
  ...{
    tone: 'bad',
    lead: 'RECORD CHANGED',
    rest: 'not to be believed',
    headline: 'RECORD CHANGED · not to be believed',
  },
  sentence: `What the database says of this deployment to ${account.plan.environment} is not what was recorded: ${reason}.`,
  reasons: [{ subject: 'record', text: `${reason}; find out who changed the database` }],
});

/** A release that was taken back does not begin with GO: who reads two words only reads what is true now. */
function headWords(account: Account): Pick<Gist, 'lead' | 'rest' | 'headline'> {
  const { ending, verdict } = account;
  if (isUntouched(account)) {
    const [lead, rest] = ['STOPPED', `before traffic, after ${verdictWords(account)}`];
    return { lead, rest, headline: `${lead} ${rest}` };
  }
  if (ending && ['rolled-back', 'cancelled', 'superseded'].includes(ending.as)) {
    const lead = endings[ending.as].toUpperCase();
    const rest = verdict ? `after ${verdictWords(account)}` : 'before a verdict';
    return { lead, rest, headline: `${lead} ${rest}` };
  }
  const [lead, rest] = [verdictWords(account), standingWords(account)];
  return { lead, rest, headline: `${lead} · ${rest}` };
}

function verdictWords({ verdict, ending }: Account): string {
  if (!verdict) return ending ? 'NO VERDICT' : 'NO VERDICT YET';
  if (verdict.couldNotJudge) return 'COULD NOT JUDGE';
  return verdict.decision === 'go' ? 'GO' : verdict.decision === 'conditional-go' ? 'CONDITIONAL GO' : 'NO-GO';
}

/** The ending outweighs the verdict: a GO that was rolled back is not good news. */
function toneOf({ verdict, ending }: Account): Tone {
  if (ending && ['rolled-back', 'no-go', 'refused'].includes(ending.as)) return 'bad';
  if (verdict?.couldNotJudge || ending?.as === 'could-not-judge') return 'unknown';
  if (verdict?.decision === 'no-go') return 'bad';
  if (ending && ending.as !== 'live') return 'plain';
  if (verdict?.decision === 'conditional-go') return 'caution';
  return verdict ? 'good' : 'plain';
}

function sentence(account: Account): string {
  const { environment, release, standing } = account.plan;
  const subject = `Release ${release.version}`;
  const before = standing.releaseId ? `${standing.releaseId} serves ${environment} as before.` : nobodyBefore(account);
  const ending = account.ending;
  if (!ending) return `${subject} ${underWay(account)}`;
  const reason = ending.reason.replace(/\.$/, '');
  switch (ending.as) {
    case 'live':
      return `${subject} serves ${environment}. ${tally(account)}${rehearsed(account)}${verifiedWords(account)}`;
    case 'no-go':
      return `${subject} was stopped before any traffic reached it. ${tally(account)} ${before}`;
    case 'could-not-judge':
      return `${subject} could not be judged and did not get traffic. ${tally(account)} ${before}`;
    case 'rolled-back':
      if (isUntouched(account))
        return `${subject} was stopped before any traffic reached it: ${reason}. ${before}${verifiedWords(account)}`;
      return `${subject} was taken back${afterTraffic(account)}: ${reason}. ${before}${verifiedWords(account)}`;
    case 'refused':
      return `${subject} was not let into ${environment}: ${reason}. ${before}`;
    case 'cancelled':
    case 'superseded':
      return `${subject} was ${ending.as}: ${reason}. ${before}`;
    default:
      return ending.as satisfies never;
  }
}

/** Where no release served: what had the port before, and was given it back. */
function nobodyBefore({ plan, steps }: Account): string {
  const given = givenBackIn(steps.findLast(({ kind }) => kind === 'stop-new')?.facts ?? {});
  if (given.length === 0) return `Nothing served ${plan.environment} before.`;
  return [`No release served ${plan.environment} before.`, ...given.map(givenBackWords)].join(' ');
}

/** What the rehearsal of the way back came to, where there was one. */
function rehearsed({ plan, records }: Account): string {
  if (!plan.steps.some((step) => step.kind === 'rehearse-back')) return '';
  const asking = { name: plan.environment, rehearseRollback: true } as const;
  return ` Rollback certificate: ${rehearsalWords(readRehearsal(plan, asking, records)).replace(/\.?$/, '.')}`;
}

/** For the pill beside the verdict: how it ended, or how it stands. */
function standingWords({ ending, status }: Account): string {
  if (ending) return endings[ending.as];
  return /^(?:held|queued|going back)/.test(status) ? (/^[a-z ]+/.exec(status)?.[0] ?? status) : 'running';
}

function underWay({ status, plan, steps, records }: Account): string {
  const reason = records.findLast((record) => record.kind === 'held')?.data['reason'];
  if (status.startsWith('held'))
    return `is held in ${plan.environment}: ${typeof reason === 'string' ? reason : status}.`;
  if (status === 'queued') return `waits for its turn in ${plan.environment}.`;
  if (status === 'going back') return `is being taken back from ${plan.environment}.`;
  const step = steps.findLast((each) => each.status === 'running')?.name;
  return `is on its way to ${plan.environment}${step ? `, at ${step}` : ''}.`;
}

/** What was seen of a rollback once it had the traffic; said whatever it was, so that a failure is never read over. */
function verifiedWords({ steps }: Account): string {
  const step = steps.findLast((each) => isVerification(each.kind) && each.status !== 'running');
  if (!step) return '';
  if (step.status !== 'done') return ` Its verification was not passed: ${step.reason ?? step.status}.`;
  const { outcome, said } = verificationOf(step.facts);
  if (outcome === 'skip') return ' Nothing was verified: no release serves.';
  return outcome === 'pass' ? ` Verified after it: ${said}.` : ` VERIFICATION FAILED: ${said}.`;
}

const hasMovedTraffic = ({ kind, status, facts }: Account['steps'][number]): boolean =>
  kind === 'switch' && (status === 'done' || facts?.['moved'] === true);

/** Its switch has begun, and it is known that no user ever reached it. */
const isUntouched = ({ ending, steps }: Account): boolean =>
  ending?.as === 'rolled-back' &&
  steps.findLast(({ kind }) => kind === 'switch')?.facts?.['moved'] === false &&
  !steps.some(hasMovedTraffic);

function afterTraffic(account: Account): string {
  const began = account.steps.find(hasMovedTraffic)?.beganAt ?? null;
  const ended = account.steps.findLast((step) => step.kind === 'switch-back')?.endedAt ?? null;
  return began === null || ended === null ? '' : ` ${formatSpan(began, ended)} after traffic began to move`;
}

/** `12 of 14 checks passed, 1 failed, 1 gave no answer.` */
export function tally(account: Account): string {
  const lines = reportLines(account);
  const number = (...outcomes: readonly string[]): number =>
    lines.filter((line) => outcomes.includes(line.outcome)).length;
  const passed = number('pass');
  const asked = lines.length - number('skip');
  const others = [
    [number('fail'), 'failed'],
    [number('error'), 'gave no answer'],
    [number('warn'), 'passed with a warning'],
    [number('pending'), 'did not run'],
  ] as const;
  const rest = others.flatMap(([many, words]) => (many > 0 ? [`${many} ${words}`] : []));
  if (passed === asked && asked > 0) return `All ${count(asked, 'check')} passed.`;
  return `${passed} of ${count(asked, 'check')} passed${rest.length > 0 ? `, ${rest.join(', ')}` : ''}.`;
}

function reasons(account: Account): Gist['reasons'] {
  const { ending, verdict } = account;
  const decisive = decisiveLines(account);
  const unreached = decisive.filter((line) => line.result === null);
  const lines = decisive
    .filter((line) => line.result !== null)
    .map((line) => ({
      subject: line.name,
      text: `${line.reason}${line.blocking || !stands(line) ? '' : ' (does not block)'}`,
    }));
  const named = new Set(lines.map((line) => line.subject));
  const steps = account.steps
    .filter((step) => (step.status === 'failed' || step.status === 'unknown') && step.kind !== 'checks')
    .filter((step) => !named.has(step.name))
    .map((step) => ({ subject: step.name, text: step.reason ?? 'failed' }));
  const found = [...steps, ...lines, ...unreachedReason(unreached)];
  if (found.length > 0) return found;
  if (ending && ending.as !== 'live') return [{ subject: ending.as, text: ending.reason }];
  return verdict ? [{ subject: 'checks', text: goodReason(account) }] : [];
}

/** Checks behind the one that stopped the deployment are one reason, not many. */
function unreachedReason(lines: readonly ReportLine[]): Gist['reasons'] {
  if (lines.length === 0) return [];
  const names = lines.slice(0, 6).map((line) => line.name);
  const more = lines.length > names.length ? ` and ${lines.length - names.length} more` : '';
  return [{ subject: 'not measured', text: `the deployment stopped before ${names.join(', ')}${more}` }];
}

function goodReason(account: Account): string {
  const left = neverAsked(account).length;
  const flaky = reportLines(account).filter((line) => line.flaky).length;
  return [
    tally(account),
    flaky > 0 ? `${count(flaky, 'of them was', 'of them were')} flaky.` : 'None was flaky.',
    ...(left > 0 ? [`${count(left, 'check does', 'checks do')} not run here.`] : []),
  ].join(' ');
}

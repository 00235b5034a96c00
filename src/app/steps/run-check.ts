import { formatDuration } from '../../domain/duration.ts';
import { FailureError } from '../../domain/failure.ts';
import type { Json } from '../../domain/json.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { CheckSpec } from '../../domain/project.ts';
import type { CheckResult } from '../../domain/verdict.ts';
import type { CheckContext, Gathered, Judgement, RegisteredCheck } from '../../kinds/check.ts';
import type { Site } from '../site.ts';
import { record } from './answer.ts';

interface Attempt {
  readonly judgement: Judgement;
  readonly gathered: Gathered<Json>;
}

/**
 * Asks one check, again after a bad answer as often as it may, and records the last answer with all outcomes before it.
 * `prepare` makes what the attempt of this number, from 1, may know and write to.
 */
export async function runCheck(
  site: Site,
  spec: CheckSpec,
  phase: string,
  prepare: (attempt: number) => Promise<CheckContext>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const check = site.world.checks.get(spec.kind)!;
  const beganAt = site.world.clock.now();
  const attempts: Outcome[] = [];
  let last: Attempt;
  do {
    last = await attempt(check, spec, await prepare(attempts.length + 1), signal);
    attempts.push(last.judgement.outcome);
  } while (isBad(last.judgement.outcome) && attempts.length <= spec.retries && !signal.aborted);
  await site.world.reach(`check:${spec.name}:inside`);
  const { gathered, judgement } = last;
  return record(site, {
    ...{
      name: spec.name,
      kind: spec.kind,
      phase,
      outcome: judgement.outcome,
      reason: judgement.reason,
      findings: judgement.findings,
      attempts,
      beganAt,
    },
    ...(judgement.cause !== undefined && { cause: judgement.cause }),
    ...(judgement.next !== undefined && { next: judgement.next }),
    evidence:
      gathered.status === 'measured'
        ? { config: spec.config, data: gathered.data, plots: gathered.plots ?? [], artifacts: gathered.artifacts ?? [] }
        : null,
  });
}

const isBad = (outcome: Outcome): boolean => outcome === 'fail' || outcome === 'error';

async function attempt(
  check: RegisteredCheck,
  spec: CheckSpec,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Attempt> {
  const gathered = await gather(check, spec, context, signal);
  if (gathered.status === 'measured') {
    try {
      return { gathered, judgement: check.judge(spec.config, gathered.data) };
    } catch (error) {
      return { gathered, judgement: { outcome: 'error', findings: [], ...broken(check, error) } };
    }
  }
  const { reason, cause, next } = gathered;
  const judgement: Judgement = {
    outcome: 'error',
    reason: `not measured: ${reason}`,
    findings: [],
    ...(cause !== undefined && { cause }),
    ...(next !== undefined && { next }),
  };
  return { gathered, judgement };
}

/** Gathers within the time limit; whatever breaks on the way is "not measured", never an answer. */
async function gather(
  check: RegisteredCheck,
  spec: CheckSpec,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Gathered<Json>> {
  const limit = AbortSignal.timeout(spec.timeoutMs);
  const both = AbortSignal.any([signal, limit]);
  const cutOff = new Promise<Gathered<Json>>((resolve) => {
    const say = () =>
      resolve({
        status: 'not-measured',
        reason: limit.aborted ? `it took longer than its limit of ${formatDuration(spec.timeoutMs)}` : 'it was cut off',
        next: `Raise the timeout of "${spec.name}" or make it faster.`,
      });
    if (both.aborted) say();
    else both.addEventListener('abort', say, { once: true });
  });
  return Promise.race([measure(check, spec, context, both), cutOff]);
}

async function measure(
  check: RegisteredCheck,
  spec: CheckSpec,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Gathered<Json>> {
  try {
    return await check.gather(spec.config as Json & never, context, signal);
  } catch (error) {
    if (error instanceof FailureError)
      return {
        status: 'not-measured',
        reason: error.failures[0]!.message,
        ...(error.failures[0]!.do !== undefined && { next: error.failures[0]!.do }),
      };
    return { status: 'not-measured', ...broken(check, error) };
  }
}

const broken = ({ kind }: RegisteredCheck, error: unknown) => ({
  reason: `the check broke: ${error instanceof Error ? error.message : String(error)}`,
  next: `This is a defect of the check "${kind}"; report it.`,
});

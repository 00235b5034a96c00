import { formatDuration } from '../domain/duration.ts';
import { worst } from '../domain/outcome.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement } from '../kinds/check.ts';
import type { LoadPlan, LoadTarget } from '../kinds/effects.ts';
import { noSuchService, serviceOf } from '../kinds/service-address.ts';
import { excerpt } from '../kinds/wording.ts';
import { latenessFinding, objectiveFindings, type Driven } from './load/findings.ts';
import { plotsOf } from './load/plots.ts';
import { relativeFinding } from './load/relative.ts';
import { loadSchema, type LoadConfig } from './load/schema.ts';

export interface LoadData {
  /** The version under test. */
  readonly fresh: Driven;
  /** The version that serves, driven in the same seconds; null when nothing was to be compared, or nothing runs yet. */
  readonly running: Driven | null;
}

export const load: Check<LoadConfig, LoadData> = {
  kind: 'load',
  summary:
    'Drives a service in open loop and judges latency and errors, alone and side by side with the running version.',
  schema: loadSchema,
  runs: 'alone',
  defaultIn: 'before-last',

  async gather(config, context, signal): Promise<Gathered<LoadData>> {
    signal.throwIfAborted();
    const service = serviceOf(config.service, context.services);
    if (!service) return { ...noSuchService(config.service, context), status: 'not-measured' };
    const old = config.against
      ? context.running.find((one) => one.name === service.name && one.url !== service.url)
      : undefined;
    const targets = [...(old ? [{ name: 'running', baseUrl: old.url }] : []), { name: 'new', baseUrl: service.url }];
    const result = await drive(planOf(config, targets), context, signal);
    if (typeof result === 'string') {
      const next = 'Look whether this machine has room for the load generator, and run the check again.';
      return { status: 'not-measured', reason: `The load was not driven: ${excerpt(result)}.`, next };
    }
    const driven = result.map((target) => ({
      ...target,
      sampleMs: config.against ? target.sampleMs.map(rounded) : [],
    }));
    const fresh = driven.find((target) => target.name === 'new');
    if (!fresh)
      return { status: 'not-measured', reason: 'The load generator gave no figures.', next: 'Run the check again.' };
    const running = driven.find((target) => target.name === 'running') ?? null;
    return { status: 'measured', data: { fresh, running }, plots: plotsOf(config, driven) };
  },

  judge(config, { fresh, running }): Judgement {
    const wanted = config.against?.running;
    const relative = wanted && running ? relativeFinding(wanted, running.sampleMs, fresh.sampleMs) : null;
    const lateness = latenessFinding(running ? [running, fresh] : [fresh]);
    const findings = [lateness, ...objectiveFindings(config, fresh), ...(relative ? [relative.finding] : [])];
    // With late starts the other figures are the generator's own: nothing they say counts.
    const outcome = lateness.outcome === 'error' ? 'error' : worst(findings.map((finding) => finding.outcome));
    const told = findings.filter(
      (finding) => finding !== lateness && (outcome === 'pass' || finding.outcome !== 'pass'),
    );
    const said = outcome === 'error' && lateness.outcome === 'error' ? [lateness] : told;
    const notes = wanted && !running ? [' No version runs yet, so there was nothing to compare with.'] : [];
    const more = relative?.moreSamplesNeeded ?? 0;
    if (relative?.finding.outcome === 'error') notes.push(` ${moreText(more, config)}`);
    const reason = `${said.map((one) => `${one.name} was ${one.value}, the objective is ${one.threshold}`).join('; ')}.${notes.join('')}`;
    return { outcome, reason, findings, ...adviceOf(outcome, said) };
  },
};

/** Tens of microseconds are as exact as a sample is; evidence stays small. */
const rounded = (latencyMs: number): number => Math.max(0.01, Math.round(latencyMs * 100) / 100);

function planOf(config: LoadConfig, targets: readonly LoadTarget[]): LoadPlan {
  return {
    targets,
    requests: config.requests,
    ratePerSecond: config.rate,
    durationMs: config.for,
    warmupMs: config.warmup,
    timeoutMs: config['answer-within'],
    maxInFlight: config['max-open'],
    seed: config.seed,
  };
}

/** Answers why when the generator broke; an abort stays an abort. */
async function drive(plan: LoadPlan, context: CheckContext, signal: AbortSignal) {
  try {
    return (await context.effects.load.run(plan, signal)).targets;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

function moreText(moreSamples: number, config: LoadConfig): string {
  const longerMs = Math.ceil(moreSamples / config.rate) * 1_000;
  return `Insufficient data: ${moreSamples} more samples needed of each version, about ${formatDuration(longerMs)} more at this rate.`;
}

function adviceOf(outcome: Judgement['outcome'], said: readonly Finding[]): { cause?: string; next?: string } {
  if (outcome === 'pass') return {};
  if (outcome === 'error') {
    const late = said.some((finding) => finding.name === 'late starts');
    return {
      cause: late
        ? 'The load generator could not keep its times: this machine had too little room.'
        : 'There were too few answers to judge by.',
      next: late ? 'Lower the rate, or run the check where less else runs.' : 'Drive it longer, or at a higher rate.',
    };
  }
  const errors = said.some((finding) => finding.name === 'errors');
  return errors
    ? {
        cause:
          'The service fails or refuses requests under load: often its database connections, or a limit of open files or memory.',
        next: "Look at the service's log for the seconds in which errors are plotted.",
      }
    : {
        cause: 'This release is slower than it may be: compare what it does for each request, its queries first.',
        next: 'Look at the plots: slow all the time is work, slow in bursts is waiting.',
      };
}

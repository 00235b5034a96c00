import { formatDuration } from '../../domain/duration.ts';
import type { Finding } from '../../kinds/check.ts';
import type { LoadTargetResult } from '../../kinds/effects.ts';
import { shortNumber } from '../../kinds/wording.ts';
import type { LoadConfig } from './schema.ts';

/** Above this share of late starts the generator was measured, not the service. */
const LATE_LIMIT = 0.01;

export type Driven = Omit<LoadTargetResult, 'sampleMs'> & { readonly sampleMs: readonly number[] };

export function latenessFinding(targets: readonly Driven[]): Finding {
  const shares = targets.map((target) => (target.issued > 0 ? target.lateCount / target.issued : 1));
  const worst = Math.max(...shares);
  return {
    name: 'late starts',
    outcome: worst <= LATE_LIMIT ? 'pass' : 'error',
    value: percent(worst),
    threshold: `at most ${percent(LATE_LIMIT)}`,
  };
}

export function objectiveFindings(config: LoadConfig, target: Driven): readonly Finding[] {
  const failed = target.wrongStatus + target.transportErrors + target.timeouts + target.notSent;
  const errors = target.issued > 0 ? failed / target.issued : 1;
  const { errors: tolerated, ...percentiles } = config.objectives;
  const value = `${percent(errors)} (${failed} of ${target.issued}${failed > 0 ? `: ${kindsOf(target)}` : ''})`;
  const found: Finding[] = [
    {
      name: 'errors',
      outcome: errors <= tolerated ? 'pass' : 'fail',
      value,
      threshold: `at most ${percent(tolerated)}`,
    },
  ];
  for (const name of ['p50', 'p90', 'p95', 'p99'] as const) {
    const limitMs = percentiles[name];
    if (limitMs !== undefined) found.push(latencyFinding(name, limitMs, target));
  }
  return found;
}

/** Of requests that nobody answered there is no latency, and none that is good. */
function latencyFinding(name: 'p50' | 'p90' | 'p95' | 'p99', limitMs: number, target: Driven): Finding {
  const threshold = `at most ${formatDuration(limitMs)}`;
  const measuredMs = target.latencyMs[name];
  if (target.ok + target.timeouts === 0 || !Number.isFinite(measuredMs))
    return { name, outcome: 'error', value: 'not measured', threshold };
  return { name, outcome: measuredMs <= limitMs ? 'pass' : 'fail', value: formatDuration(measuredMs), threshold };
}

function kindsOf(target: Driven): string {
  const kinds: [number, string][] = [
    [target.wrongStatus, 'with a wrong status'],
    [target.transportErrors, 'cut or refused'],
    [target.timeouts, 'too late'],
    [target.notSent, 'not sent'],
  ];
  return kinds.flatMap(([count, text]) => (count > 0 ? [`${count} ${text}`] : [])).join(', ');
}

const percent = (ratio: number): string => `${shortNumber(ratio * 100)} %`;

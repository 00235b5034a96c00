import type { Plot } from '../../domain/plot.ts';
import type { LoadConfig } from './schema.ts';
import type { Driven } from './findings.ts';

/** How latency is spread, and how it went second by second. */
export function plotsOf(config: LoadConfig, targets: readonly Driven[]): readonly Plot[] {
  const { p95, p99 } = config.objectives;
  const limit =
    p99 === undefined ? (p95 === undefined ? null : { label: 'p95', value: p95 }) : { label: 'p99', value: p99 };
  const threshold = limit ? { threshold: { label: `objective ${limit.label}`, value: limit.value } } : {};
  const series = (of: (target: Driven) => readonly (readonly [number, number])[]) =>
    targets.map((target) => ({ name: target.name, points: of(target) }));
  return [
    {
      title: 'Latency by percentile',
      kind: 'curve',
      xLabel: 'percentile',
      yLabel: 'ms',
      series: series((target) => target.curve),
      ...threshold,
    },
    {
      title: 'p99 by second',
      kind: 'line',
      xLabel: 's',
      yLabel: 'ms',
      series: series((target) =>
        target.perSecond.filter((one) => one.count > one.errors).map((one) => [one.second, one.p99] as const),
      ),
      ...threshold,
    },
    {
      title: 'Errors by second',
      kind: 'line',
      xLabel: 's',
      yLabel: 'errors',
      series: series((target) => target.perSecond.map((one) => [one.second, one.errors] as const)),
    },
  ];
}

import { blocksReads, blocksWrites, lockModes, type LockMode } from '../../domain/rehearsal/lock-mode.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { Plot } from '../../domain/plot.ts';
import type { MeasuredRehearsal, SeenLock } from '../../kinds/rehearsals.ts';
import { counted } from '../../kinds/wording.ts';

type Row = NonNullable<Plot['rows']>[number];
type Look = Row['bars'][number]['look'];

const mostRows = 12;
const mostBars = 60;

/** How long the old version waited, and below it on the same axis what was locked meanwhile; relations with the strongest locks first. */
export function timelineOf({ canary, locks }: Pick<MeasuredRehearsal, 'canary' | 'locks'>): Plot {
  const points = canary.map(({ atMs, longestMs }) => [atMs, Number(longestMs.toPrecision(4))] as const);
  const telling = locks.filter(({ mode }) => lookOf(mode) !== null);
  const byRelation = [...Map.groupBy(telling, ({ relation }) => relation)].toSorted(
    ([, one], [, other]) => gravity(other) - gravity(one) || longest(other) - longest(one),
  );
  const rows = byRelation.slice(0, mostRows).map(([name, held]): Row => ({ name, bars: barsOf(held) }));
  const left = byRelation.length - rows.length;
  return {
    title: 'The old version while it migrates',
    kind: 'line',
    ...{ xLabel: 'ms since the watch began', yLabel: 'ms waited', series: [{ name: 'longest wait', points }] },
    ...(rows.length > 0 && {
      rows: left > 0 ? [...rows, { name: `… ${counted(left, 'more relation')}`, bars: [] }] : rows,
      looks: { light: 'locked, reads and writes go on', firm: 'locked, writes wait', grave: 'locked, all wait' },
    }),
  };
}

/** Null for locks that let everybody read and write beside them and come with any statement. */
function lookOf(mode: LockMode): Look | null {
  if (blocksReads(mode)) return 'grave';
  if (blocksWrites(mode)) return 'firm';
  return mode === 'ShareUpdateExclusiveLock' ? 'light' : null;
}

const gravity = (held: readonly SeenLock[]): number => Math.max(...held.map(({ mode }) => lockModes.indexOf(mode)));
const longest = (held: readonly SeenLock[]): number => Math.max(...held.map(({ fromMs, toMs }) => toMs - fromMs));

/** The longest of a table that is locked again and again, in their order. */
const barsOf = (held: readonly SeenLock[]): Row['bars'] =>
  held
    .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .slice(0, mostBars)
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .map(({ mode, fromMs, toMs }) => ({
      ...{ from: tenth(fromMs), to: tenth(toMs), look: lookOf(mode)! },
      label: `${mode} for ${formatDuration(toMs - fromMs)}`,
    }));

const tenth = (ms: number): number => Math.round(ms * 10) / 10;

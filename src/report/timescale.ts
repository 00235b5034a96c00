/** A stretch of time, epoch milliseconds. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Timescale {
  /** Horizontal place of an instant; instants outside are put on the nearest edge. */
  readonly x: (at: number) => number;
  /** Where time was folded: the middle of each fold. */
  readonly folds: readonly (Stretch & { readonly x: number })[];
  readonly ticks: readonly { readonly x: number; readonly elapsedMs: number }[];
}

const stepsMs = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1_800e3,
  3_600e3, 7_200e3, 10_800e3, 21_600e3, 43_200e3, 86_400e3, 172_800e3, 604_800e3,
];

/**
 * Time from left to right. Long stretches in which nothing is busy (a bake of a day, a wait for a person) are folded to a
 * fraction of the busy time, so that a minute of checks stays visible beside them.
 */
export function timescale(whole: Stretch, busy: readonly Stretch[], width: number): Timescale {
  const totalMs = Math.max(1, whole.toMs - whole.fromMs);
  const quiet = gaps(whole, busy);
  const busyMs = totalMs - sum(quiet.map(lengthMs));
  const folded = busyMs > 0 ? quiet.filter((each) => lengthMs(each) > busyMs * 0.8) : [];
  const shownMs = totalMs - sum(folded.map(lengthMs)) + folded.length * busyMs * 0.4;
  const x = (at: number): number => {
    const instant = Math.min(Math.max(at, whole.fromMs), whole.fromMs + totalMs);
    const saved = folded.map((each) => {
      const passed = Math.min(Math.max(instant - each.fromMs, 0), lengthMs(each));
      return passed * (1 - (busyMs * 0.4) / lengthMs(each));
    });
    return Math.min(width, (width * (instant - whole.fromMs - sum(saved))) / shownMs);
  };
  const folds = folded.map((each) => ({ ...each, x: x((each.fromMs + each.toMs) / 2) }));
  return { x, folds, ticks: ticks({ ...whole, toMs: whole.fromMs + totalMs }, folded, (shownMs * 80) / width, x) };
}

const lengthMs = (stretch: Stretch): number => stretch.toMs - stretch.fromMs;
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What of the whole is covered by none of the stretches. */
function gaps(whole: Stretch, busy: readonly Stretch[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let at = whole.fromMs;
  for (const each of busy.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (each.fromMs > at) found.push({ fromMs: at, toMs: each.fromMs });
    at = Math.max(at, each.toMs);
  }
  return at < whole.toMs ? [...found, { fromMs: at, toMs: whole.toMs }] : found;
}

/** Round instants since the beginning, at least 60 apart and none inside a fold. */
function ticks(whole: Stretch, folded: readonly Stretch[], leastMs: number, x: Timescale['x']): Timescale['ticks'] {
  const stepMs = stepsMs.find((each) => each >= leastMs) ?? leastMs;
  const made: { x: number; elapsedMs: number }[] = [];
  const add = (elapsedMs: number): void => {
    const at = whole.fromMs + elapsedMs;
    const place = x(at);
    const inFold = folded.some((each) => at > each.fromMs && at < each.toMs);
    if (!inFold && place - (made.at(-1)?.x ?? -100) >= 60) made.push({ x: place, elapsedMs });
  };
  let fromMs = whole.fromMs;
  for (const next of [...folded, { fromMs: whole.toMs, toMs: whole.toMs }]) {
    const first = Math.ceil((fromMs - whole.fromMs) / stepMs);
    const last = Math.min(Math.floor((next.fromMs - whole.fromMs) / stepMs), first + 200);
    for (let index = first; index <= last; index += 1) add(index * stepMs);
    fromMs = next.toMs;
  }
  return made;
}

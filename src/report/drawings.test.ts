import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dark, light, type Palette } from './palette.ts';
import { bounds, linearAxis, logarithmicAxis, niceTicks, percentileAxis, thinned } from './plot-scale.ts';
import type { Plot } from '../domain/plot.ts';
import { plotLegend, svgPlot } from './svg-plot.ts';
import { svgTimeline } from './svg-timeline.ts';
import { couldNotJudge, rolledBack, stillRunning } from './testing/accounts.ts';
import { timelineRows } from './timeline-rows.ts';
import { timescale } from './timescale.ts';

const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe('time from left to right', () => {
  const stretch = fc.tuple(fc.nat(1e8), fc.nat(1e6)).map(([fromMs, ms]) => ({ fromMs, toMs: fromMs + ms }));

  test('never runs backwards, stays inside, and keeps its ticks apart', () => {
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(1e8), { minLength: 2 }),
        (busy, instants) => {
          const whole = { fromMs: 0, toMs: Math.max(...busy.map((each) => each.toMs)) };
          const scale = timescale(whole, busy, 500);
          const places = instants.toSorted((a, b) => a - b).map(scale.x);
          for (const [index, place] of places.entries()) {
            expect(place).toBeGreaterThanOrEqual((places[index - 1] ?? 0) - 1e-6);
            expect(place).toBeLessThanOrEqual(500 + 1e-6);
          }
          for (const [index, tick] of scale.ticks.entries())
            expect(tick.x - (scale.ticks[index - 1]?.x ?? -100)).toBeGreaterThanOrEqual(60 - 1e-6);
        },
      ),
    );
  });

  test('folds a bake of a day so that a minute of checks stays visible', () => {
    const scale = timescale({ fromMs: 0, toMs: 86_460_000 }, [{ fromMs: 0, toMs: 60_000 }], 560);
    expect(scale.x(60_000)).toBeCloseTo(400, 0);
    expect(scale.folds).toHaveLength(1);
  });

  test('a phase whose check gave no answer is not drawn as failed', () => {
    expect(timelineRows(couldNotJudge()).find((row) => row.label === 'health')).toMatchObject({ outcome: 'error' });
  });

  test('the way back has its own look, and what still runs is open', () => {
    expect(String(svgTimeline(rolledBack()))).toMatch(
      /class="bar back is-back"[^>]*><title>traffic back to the old version: ✓/,
    );
    expect(String(svgTimeline(stillRunning()))).toContain('integration: … runs, to come');
  });
});

describe('axes', () => {
  test('ticks are even, round and cover the values', () => {
    fc.assert(
      fc.property(value, fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (from, room) => {
        const span = Math.max(room, Math.abs(from) * 1e-6);
        const ticks = niceTicks(from, from + span, 5);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThan(14);
        expect(ticks[0]!).toBeLessThanOrEqual(from + span * 1e-6);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(from + span * (1 - 1e-6) - Math.abs(from) * 1e-9);
      }),
    );
    expect(niceTicks(0, 312, 5)).toEqual([0, 100, 200, 300, 400]);
  });

  test('percentiles: every nine takes as much room as the one before', () => {
    const axis = percentileAxis([0, 99.99], 400);
    expect([90, 99, 99.9, 99.99].map((each) => Math.round(axis.place(each)))).toEqual([100, 200, 300, 400]);
    expect(percentileAxis([0, 50], 400).ticks).toEqual([0, 50, 75, 90]);
  });

  test('values over orders of magnitude get powers of ten', () => {
    expect(logarithmicAxis([2, 1_900], 300).ticks).toEqual([1, 10, 100, 1_000, 10_000]);
    expect(linearAxis([5, 5], 300, 5, true).place(5)).toBeLessThanOrEqual(300);
  });

  test('thinning keeps the highest and the lowest', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 2_000 }), (points) => {
        const kept = thinned(points, 100);
        expect(kept.length).toBeLessThanOrEqual(102);
        expect(bounds(kept.map(([, y]) => y))).toEqual(bounds(points.map(([, y]) => y)));
      }),
    );
  });
});

describe('plots', () => {
  const plot = (points: Plot['series'][number]['points'], more: Partial<Plot> = {}): Plot => ({
    title: 't',
    kind: 'line',
    xLabel: 'x',
    yLabel: 'ms',
    series: [
      {
        name: 's',
        points,
      },
    ],
    ...more,
  });

  test('no number, however odd, leaves a broken drawing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 20 }),
        fc.constantFrom('line' as const, 'curve' as const),
        fc.double(),
        (points, kind, limit) => {
          const drawn = String(svgPlot(plot(points, { kind, threshold: { label: 'l', value: limit } }), 'p') ?? '');
          expect(drawn).not.toMatch(/NaN|undefined|="-?Infinity/);
        },
      ),
    );
  });

  test('nothing measured is nothing drawn', () => {
    expect(svgPlot(plot([]), 'p')).toBeNull();
    expect(svgPlot(plot([[Number.NaN, 1]]), 'p')).toBeNull();
  });

  test('series differ by dashes, not by colour alone; title and description are there', () => {
    const series = ['old', 'new'].map((name, index) => ({
      name,
      points: [
        [0, 1 + index],
        [1, 2 + index],
      ] as const,
    }));
    const drawn = String(svgPlot({ ...plot([]), series }, 'p7'));
    expect(new Set([...drawn.matchAll(/stroke-dasharray="([^"]*)"/g)].map((each) => each[1])).size).toBe(2);
    expect(drawn).toContain('aria-labelledby="p7-title p7-desc"');
    expect(drawn).toContain('old: from 1 to 2; new: from 2 to 3');
  });
});

describe('what lasted meanwhile', () => {
  const held: Plot = {
    ...{ title: 't', kind: 'line', xLabel: 'ms', yLabel: 'ms waited', series: [{ name: 'wait', points: [[0, 5]] }] },
    rows: [
      { name: 'users', bars: [{ from: 100, to: 900, look: 'grave', label: 'AccessExclusiveLock for 800 ms' }] },
      { name: '<script>', bars: [{ from: 50, to: 60, look: 'light', label: '"&' }] },
    ],
    looks: { grave: 'all wait', firm: 'writes wait' },
  };
  const bars = (drawn: string) =>
    [...drawn.matchAll(/class="hold h-(\w+)"\s+x="([\d.]+)"\s+y="([\d.]+)"\s+width="([\d.]+)"\s+height="(\d+)"/g)].map(
      ([, look, x, y, width, height]) => ({
        look,
        x: Number(x),
        y: Number(y),
        width: Number(width),
        height: Number(height),
      }),
    );

  test('bars stand on the axis of the line, below it, and tell their look by height and in words', () => {
    const drawn = String(svgPlot(held, 'p'));
    const [grave, light] = bars(drawn);
    expect(bars(drawn).map(({ look }) => look)).toEqual(['grave', 'light']);
    expect(grave!.width).toBeGreaterThan(light!.width);
    expect(grave!.height).toBeGreaterThan(light!.height);
    expect(grave!.x).toBeGreaterThan(light!.x);
    // The axis reaches as far as the longest of them.
    expect(grave!.x + grave!.width).toBeLessThanOrEqual(546.1);
    expect(grave!.x + grave!.width).toBeGreaterThan(500);
    expect(grave!.y).toBeGreaterThan(330);
    expect(drawn).toContain('users: AccessExclusiveLock for 800 ms.');
    expect(drawn).not.toContain('<script>');
    const legend = String(plotLegend(held));
    expect(legend).toContain('all wait');
    expect(legend).not.toContain('writes wait');
  });

  test('without rows nothing is drawn below, and without a line the rows are', () => {
    const { rows: _, ...line } = held;
    expect(String(svgPlot(line, 'p'))).toContain('viewBox="0 0 560 330"');
    expect(bars(String(svgPlot({ ...held, series: [] }, 'p')))).toHaveLength(2);
  });

  test('no number, however odd, leaves a broken drawing', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (from, to) => {
        const rows = [{ name: 'r', bars: [{ from, to, look: 'firm', label: 'l' } as const] }];
        const drawn = String(svgPlot({ ...held, rows }, 'p'));
        expect(drawn).not.toMatch(/NaN|undefined|="-?Infinity/);
        for (const { x, width } of bars(drawn)) {
          expect(x).toBeGreaterThanOrEqual(66);
          expect(x + width).toBeLessThanOrEqual(546.2);
        }
      }),
    );
  });
});

describe('colours', () => {
  const luminance = (hex: string): number => {
    const channel = (at: number): number => {
      const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  };
  const contrast = (a: string, b: string): number => {
    const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
    return (high! + 0.05) / (low! + 0.05);
  };

  test.each([
    ['light', light],
    ['dark', dark],
  ] as const)('%s: every text has the contrast of WCAG AA', (_, palette: Palette) => {
    const { card, page, sunk, banner, bannerInk, ink, soft, link, pass, warn, fail, error, skip, pending, back } =
      palette;
    for (const text of [ink, soft, link, pass, warn, fail, error, skip, pending, back])
      expect(contrast(text, card)).toBeGreaterThanOrEqual(4.5);
    for (const ground of [page, sunk]) expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(soft, page)).toBeGreaterThanOrEqual(4.5);
    for (const ground of Object.values(banner)) expect(contrast(bannerInk, ground)).toBeGreaterThanOrEqual(4.5);
  });
});

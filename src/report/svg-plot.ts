import { html, type Html } from './html-template.ts';
import { linearAxis, logarithmicAxis, percentileAxis, thinned, type Axis } from './plot-scale.ts';
import type { Plot } from '../domain/plot.ts';
import { shortened } from './plot-words.ts';
import { drawRows, rowsHeight, rowsLegend, rowsWords } from './svg-rows.ts';
import { formatNumber } from './wording.ts';

const width = 560;
const height = 330;
const area = { left: 66, top: 18, right: 546, bottom: 268 };
const mostPoints = 600;

/** Looks of a series: the colour is a class, the dashes tell lines apart without it. */
const dashes = ['7 4', '', '2 3', '10 3 2 3'];

/** A plot with axes, threshold and legend; null when no point of it can be drawn. `id` must be unique in the page. */
export function svgPlot(plot: Plot, id: string): Html | null {
  const series = plot.series.map((each) => ({
    ...each,
    points: thinned(drawable(each.points, plot.kind), mostPoints),
  }));
  const points = series.flatMap((each) => each.points);
  const lasting = (plot.rows ?? []).flatMap(({ bars }) => bars.flatMap(({ from, to }) => [from, to])).filter(sane);
  if (points.length === 0 && lasting.length === 0) return null;
  const { x, y } = axes(plot, points, lasting);
  const tall = height + rowsHeight(plot);
  return html`<svg class="plot" viewBox="0 0 ${width} ${tall}" role="img" aria-labelledby="${id}-title ${id}-desc">
    <title id="${id}-title">${plot.title}</title>
    <desc id="${id}-desc">${description(plot)}</desc>
    ${yAxis(y, plot.yLabel)} ${xAxis(x, plot.xLabel)}
    ${series.map((each, index) => drawSeries(each.points, index, x, y))} ${threshold(plot, y)}
    ${drawRows(plot, x, { left: area.left, right: area.right, top: height })}
  </svg>`;
}

export function plotLegend(plot: Plot): Html {
  const entry = (name: string, look: string, dash: string): Html =>
    html`<li>
      <svg class="swatch" viewBox="0 0 30 10" aria-hidden="true">
        <line class="${look}" x1="1" y1="5" x2="29" y2="5" stroke-dasharray="${dash}" /></svg
      >${name}
    </li>`;
  return html`<ul class="legend">
    ${plot.series.map((each, index) => entry(each.name, `series s${index % 4}`, dashes[index % 4] ?? ''))}${plot.threshold && entry(plot.threshold.label, 'threshold', '5 3')}${rowsLegend(plot)}
  </ul>`;
}

/** Beyond this nothing measured makes sense, and arithmetic would overflow. */
const sane = (value: number): boolean => Math.abs(value) < 1e15;

const drawable = (points: Plot['series'][number]['points'], kind: Plot['kind']): Plot['series'][number]['points'] =>
  points.filter(([x, y]) => sane(x) && sane(y) && (kind === 'line' || (x >= 0 && x <= 99.995)));

function axes(
  plot: Plot,
  points: readonly (readonly [number, number])[],
  lasting: readonly number[],
): { x: Axis; y: Axis } {
  const xs = [...points.map(([x]) => x), ...lasting];
  const ys = points.map(([, y]) => y);
  const limit = plot.threshold && sane(plot.threshold.value) ? [plot.threshold.value * 1.05] : [];
  const shown = [...ys, ...limit];
  const middle = ys.toSorted((a, b) => a - b)[Math.floor(ys.length / 2)] ?? 0;
  const wide =
    shown.every((value) => value > 1e-12) &&
    shown.some((value) => value > middle * 20) &&
    shown.every((value) => value > middle * 1e-6);
  const across = area.right - area.left;
  const up = area.bottom - area.top;
  return {
    x: plot.kind === 'curve' ? percentileAxis(xs, across) : linearAxis(xs, across, 6, false),
    y: wide ? logarithmicAxis(shown, up) : linearAxis(shown, up, 5, true),
  };
}

function yAxis(axis: Axis, label: string): Html {
  const note = axis.scale === 'logarithmic' ? ' (logarithmic)' : '';
  return html`${axis.ticks.map((tick) => {
      const y = fixed(area.bottom - axis.place(tick));
      return html`<line class="grid" x1="${area.left}" y1="${y}" x2="${area.right}" y2="${y}" /><text
          class="tick"
          x="${area.left - 7}"
          y="${y}"
          dy="0.35em"
          text-anchor="end"
          >${formatNumber(tick)}</text
        >`;
    })}<text class="axis" transform="translate(14 ${(area.top + area.bottom) / 2}) rotate(-90)" text-anchor="middle"
      >${shortened(label)}${note}</text
    >`;
}

function xAxis(axis: Axis, label: string): Html {
  const unit = axis.scale === 'percentile' ? ' %' : '';
  let last = Number.NEGATIVE_INFINITY;
  const ticks = axis.ticks.filter((tick) => {
    if (axis.place(tick) - last < 52) return false;
    last = axis.place(tick);
    return true;
  });
  return html`${ticks.map((tick) => {
      const x = fixed(area.left + axis.place(tick));
      return html`<line class="grid" x1="${x}" y1="${area.top}" x2="${x}" y2="${area.bottom + 4}" /><text
          class="tick"
          x="${x}"
          y="${area.bottom + 20}"
          text-anchor="middle"
          >${formatNumber(tick)}${unit}</text
        >`;
    })}<line class="base" x1="${area.left}" y1="${area.bottom}" x2="${area.right}" y2="${area.bottom}" /><text
      class="axis"
      x="${(area.left + area.right) / 2}"
      y="${height - 12}"
      text-anchor="middle"
    >
      ${shortened(label)}</text
    >`;
}

function drawSeries(points: readonly (readonly [number, number])[], index: number, x: Axis, y: Axis): Html | null {
  if (points.length === 0) return null;
  const places = points.map(([a, b]) => [fixed(area.left + x.place(a)), fixed(area.bottom - y.place(b))] as const);
  const look = `series s${index % 4}`;
  if (places.length === 1) return html`<circle class="${look}" cx="${places[0]![0]}" cy="${places[0]![1]}" r="3" />`;
  return html`<path
    class="${look}"
    d="M${places.map(([a, b]) => `${a} ${b}`).join('L')}"
    stroke-dasharray="${dashes[index % 4]}"
  />`;
}

function threshold({ threshold }: Plot, axis: Axis): Html | null {
  if (!threshold || !sane(threshold.value)) return null;
  const y = area.bottom - axis.place(threshold.value);
  return html`<line
      class="threshold"
      x1="${area.left}"
      y1="${fixed(y)}"
      x2="${area.right}"
      y2="${fixed(y)}"
      stroke-dasharray="5 3"
    /><text class="limit" x="${area.left + 6}" y="${fixed(y < area.top + 14 ? y + 14 : y - 5)}"
      >${shortened(threshold.label)}</text
    >`;
}

const description = (plot: Plot): string =>
  `${plot.yLabel} over ${plot.xLabel}. ${plot.series.map((each) => `${each.name}: ${extent(each.points)}`).join('; ')}${plot.threshold ? `; ${plot.threshold.label}` : ''}.${rowsWords(plot)}`;

function extent(points: Plot['series'][number]['points']): string {
  const ys = points.map(([, y]) => y).filter(sane);
  if (ys.length === 0) return 'no values';
  const { least, most } = { least: ys.reduce((a, b) => Math.min(a, b)), most: ys.reduce((a, b) => Math.max(a, b)) };
  return `from ${formatNumber(least)} to ${formatNumber(most)}`;
}

const fixed = (value: number): string => (Math.round(value * 10) / 10).toString();

import { html, type Html } from './html-template.ts';
import type { Axis } from './plot-scale.ts';
import type { Plot } from '../domain/plot.ts';
import { shortened } from './plot-words.ts';

type Row = NonNullable<Plot['rows']>[number];
type Bar = Row['bars'][number];

const rowHeight = 27;
/** The look is told by the height too, so that nobody needs the colour. */
const heights = { light: 4, firm: 8, grave: 12 } as const;

export const rowsHeight = ({ rows = [] }: Plot): number => (rows.length === 0 ? 0 : rows.length * rowHeight + 12);

/** What lasted meanwhile: a name and its bars, each a row below the drawing, on its x axis. */
export function drawRows(
  { rows = [] }: Plot,
  x: Axis,
  { left, right, top }: { readonly left: number; readonly right: number; readonly top: number },
): Html {
  const place = (value: number): number => Math.min(right, Math.max(left, left + x.place(value)));
  const drawBar = ({ from, to, look, label }: Bar, base: number): Html => {
    const start = Math.min(place(from), right - 2.5);
    const width = Math.max(2.5, place(to) - start);
    return html`<rect
      class="hold h-${look}"
      x="${fixed(start)}"
      y="${fixed(base - heights[look])}"
      width="${fixed(width)}"
      height="${heights[look]}"
      ><title>${label}</title></rect
    >`;
  };
  return html`${rows.map(({ name, bars }, index) => {
    const base = top + (index + 1) * rowHeight;
    return html`<g
      ><text class="tick" x="${left}" y="${base - 15}">${shortened(name)}</text
      ><line class="grid" x1="${left}" y1="${base}" x2="${right}" y2="${base}" />${bars
        .filter(({ from, to }) => Number.isFinite(from) && Number.isFinite(to) && to >= from)
        .map((bar) => drawBar(bar, base))}</g
    >`;
  })}`;
}

/** Only of looks that are drawn. */
export const rowsLegend = ({ rows = [], looks = {} }: Plot): readonly Html[] =>
  (['grave', 'firm', 'light'] as const)
    .filter((look) => rows.some(({ bars }) => bars.some((bar) => bar.look === look)))
    .map(
      (look) => html`<li>
        <svg class="swatch" viewBox="0 0 30 14" aria-hidden="true">
          <rect class="hold h-${look}" x="1" y="${13 - heights[look]}" width="28" height="${heights[look]}" /></svg
        >${looks[look] ?? look}
      </li>`,
    );

export const rowsWords = ({ rows = [] }: Plot): string =>
  rows
    .filter(({ bars }) => bars.length > 0)
    .map(
      ({ name, bars }) =>
        ` ${name}: ${bars
          .slice(0, 6)
          .map(({ label }) => label)
          .join(', ')}.`,
    )
    .join('');

const fixed = (value: number): string => (Math.round(value * 10) / 10).toString();

import type { Account } from '../domain/account.ts';
import { formatDuration } from '../domain/duration.ts';
import { html, type Html } from './html-template.ts';
import { timelineRows, type TimelineRow } from './timeline-rows.ts';
import { timescale, type Stretch, type Timescale } from './timescale.ts';
import { outcomeMarks, outcomeWords } from './wording.ts';

const left = 226;
const chart = 570;
const right = 164;
const width = left + chart + right;
const top = 30;

interface Drawing {
  readonly scale: Timescale;
  /** Where a bar that still runs is drawn to. */
  readonly lastAt: number;
}

/** The deployment from left to right: a bar per phase with its budget, thinner bars for its steps and checks. */
export function svgTimeline(account: Account): Html | null {
  const rows = timelineRows(account);
  if (rows.length === 0) return null;
  const whole = wholeSpan(rows, account);
  const scale = timescale(whole, busyStretches(rows, whole.toMs), chart);
  const drawing: Drawing = { scale, lastAt: whole.toMs };
  let y = top;
  const bands = rows.map((row) => {
    const band = drawBand(row, y, drawing);
    y += bandHeight(row);
    return band;
  });
  const height = y + 8;
  return html`<svg
    class="timeline"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-labelledby="timeline-title timeline-desc"
  >
    <title id="timeline-title">Timeline of the deployment</title>
    <desc id="timeline-desc">${description(rows)}</desc>
    ${scale.ticks.map((tick) => drawTick(tick, height))} ${bands} ${scale.folds.map((fold) => drawFold(fold, height))}
  </svg>`;
}

function wholeSpan(rows: readonly TimelineRow[], account: Account): Stretch {
  const fromMs = Math.min(account.createdAt, ...rows.map((row) => row.beganAt));
  const ends = rows.flatMap((row) => [row, ...row.parts]).map((row) => row.endedAt ?? row.beganAt);
  const toMs = Math.max(fromMs + 1, ...ends);
  const runs = rows.some((row) => row.endedAt === null);
  return { fromMs, toMs: runs ? toMs + (toMs - fromMs) * 0.08 : toMs };
}

/** Watching and waiting may be folded; work may not. */
const busyStretches = (rows: readonly TimelineRow[], lastAt: number): readonly Stretch[] =>
  rows
    .filter((row) => !row.label.startsWith('bake') && !row.label.startsWith('drain'))
    .map((row) => ({ fromMs: row.beganAt, toMs: row.endedAt ?? lastAt }));

const bandHeight = (row: TimelineRow): number => 27 + row.parts.length * 17 + (row.hidden > 0 ? 17 : 0);

function drawTick({ x, elapsedMs }: Timescale['ticks'][number], height: number): Html {
  const at = fixed(left + x);
  return html`<line class="grid" x1="${at}" y1="${top - 6}" x2="${at}" y2="${height}" /><text
      class="tick"
      x="${at}"
      y="16"
      text-anchor="middle"
      >${elapsedMs === 0 ? '0' : formatDuration(elapsedMs).replace('.0 s', ' s')}</text
    >`;
}

function drawFold({ x, fromMs, toMs }: Timescale['folds'][number], height: number): Html {
  const at = left + x;
  return html`<g class="fold"
    ><rect x="${fixed(at - 4)}" y="${top - 6}" width="8" height="${height - top + 6}" /><line
      x1="${fixed(at - 4)}"
      y1="${top - 6}"
      x2="${fixed(at - 4)}"
      y2="${height}"
    /><line x1="${fixed(at + 4)}" y1="${top - 6}" x2="${fixed(at + 4)}" y2="${height}" /><text
      class="tick"
      x="${fixed(at)}"
      y="16"
      text-anchor="middle"
      >≈ ${formatDuration(toMs - fromMs)} ≈</text
    ></g
  >`;
}

function drawBand(row: TimelineRow, y: number, drawing: Drawing): Html {
  const more = y + 27 + row.parts.length * 17;
  return html`<g>
    <text class="label ${row.kind}" x="0" y="${y + 17}">${shortened(row.label, 32)}</text>
    ${drawBudget(row, y, drawing)}${drawBar(row, y + 6, 14, drawing)}
    <text class="took" x="${left + chart + 10}" y="${y + 17}">${took(row)}</text>
    ${row.parts.map((part, index) => drawPart(part, y + 27 + index * 17, drawing))}
    ${row.hidden > 0 && html`<text class="sub" x="12" y="${more + 11}">… ${row.hidden} more that passed</text>`}
  </g>`;
}

const drawPart = (part: TimelineRow, y: number, drawing: Drawing): Html =>
  html`<text class="sub" x="12" y="${y + 10}">${shortened(part.label, 32)}</text
    >${drawBar(part, y + 2, 8, drawing)}<text class="sub" x="${left + chart + 10}" y="${y + 10}">${took(part)}</text>`;

function drawBar(row: TimelineRow, y: number, height: number, { scale, lastAt }: Drawing): Html {
  const from = left + scale.x(row.beganAt);
  const barWidth = Math.max(2.5, left + scale.x(row.endedAt ?? lastAt) - from);
  const look = row.kind === 'back' && row.outcome === 'pass' ? 'back' : row.outcome;
  return html`<rect
    class="bar ${row.kind} is-${look}"
    x="${fixed(Math.min(from, left + chart - 2.5))}"
    y="${y}"
    width="${fixed(barWidth)}"
    height="${height}"
    rx="2"
    ><title>${row.label}: ${took(row)}, ${outcomeWords[row.outcome]}</title></rect
  >`;
}

/** The budget as a mark, where it falls inside the drawing and not in folded time; the column on the right names it in any case. */
function drawBudget(row: TimelineRow, y: number, { scale, lastAt }: Drawing): Html | null {
  if (row.budgetMs === null || row.beganAt + row.budgetMs > lastAt) return null;
  if (scale.folds.some((fold) => fold.toMs > row.beganAt && fold.fromMs < row.beganAt + (row.budgetMs ?? 0)))
    return null;
  const at = fixed(left + scale.x(row.beganAt + row.budgetMs));
  const from = fixed(left + scale.x(row.beganAt));
  return html`<line class="budget-line" x1="${from}" y1="${y + 13}" x2="${at}" y2="${y + 13}" /><path
      class="budget"
      d="M${at} ${y + 3}v20m-3 -20h6"
      ><title>budget ${formatDuration(row.budgetMs)}</title></path
    >`;
}

function took(row: TimelineRow): string {
  const mark = outcomeMarks[row.outcome];
  if (row.endedAt === null) return `${mark} runs`;
  const budget = row.budgetMs === null ? '' : ` of ${formatDuration(row.budgetMs).replace('.0 s', ' s')}`;
  return `${mark} ${formatDuration(row.endedAt - row.beganAt)}${budget}`;
}

const description = (rows: readonly TimelineRow[]): string =>
  rows.map((row) => `${row.label} ${took(row).slice(2)}, ${outcomeWords[row.outcome]}`).join('; ');

const shortened = (text: string, most: number): string =>
  [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text;

const fixed = (value: number): string => (Math.round(value * 10) / 10).toString();

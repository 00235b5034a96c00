import type { Account } from '../domain/account.ts';
import { visibleName } from './escape.ts';
import { gist } from './gist.ts';
import { attentionSection, badge, checkSection } from './html-checks.ts';
import { banner, conditionSection, factSection, reasonSection } from './html-head.ts';
import { lookSection } from './html-looks.ts';
import { style } from './html-style.ts';
import { html, type Html } from './html-template.ts';
import { neverAsked, notMeasured, reportLines } from './lines.ts';
import { newestLook } from './looks.ts';
import { plotLegend, svgPlot } from './svg-plot.ts';
import { svgTimeline } from './svg-timeline.ts';
import { timelineRows } from './timeline-rows.ts';
import { count, formatInstant, outcomeWords } from './wording.ts';

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** One self-contained page without scripts and without requests; the same account gives the same bytes. */
export function reportHtml(account: Account): string {
  const { project, environment, release } = account.plan;
  const summary = gist(account);
  const title = `${summary.headline}: ${visibleName(project)} ${visibleName(release.version)} → ${visibleName(environment)}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <a class="skip-link" href="#main">To the report</a>
        ${banner(account)}
        <main id="main">
          ${reasonSection(summary)} ${conditionSection(account)} ${factSection(account)} ${attentionSection(account)}
          ${timelineSection(account)} ${lookSection(account)} ${plotSection(account)} ${checkSection(account)}
          ${absentSection(account)} ${recordSection(account)}
        </main>
        <footer><p>Written by Greenroom from the record of deployment ${account.id}. Times are in UTC.</p></footer>
      </body>
    </html> `.toString();
}

/** Our own constants, which hold quotes that must stay as they are. */
const trusted = (constant: string): Html => html(Object.assign([constant], { raw: [constant] }));

function timelineSection(account: Account): Html | null {
  const drawing = svgTimeline(account);
  const drawn = String(drawing);
  const rows = timelineRows(account);
  const shown = new Set(rows.flatMap((row) => [row, ...row.parts]).map((row) => row.outcome));
  const key = [
    ...(['pass', 'warn', 'fail', 'error', 'pending'] as const)
      .filter((outcome) => shown.has(outcome))
      .map((outcome) => [outcome, outcome === 'pending' ? 'runs' : outcomeWords[outcome]] as const),
    ...(rows.some((row) => row.kind === 'back') ? [['back', 'way back'] as const] : []),
  ];
  return (
    drawing &&
    html`<section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Timeline, can be scrolled sideways">${drawing}</div>
      <ul class="key">
        ${key.map(([look, words]) => html`<li><i style="background:var(--${look})"></i>${words}</li>`)}
        ${drawn.includes('class="budget"') && html`<li>⊤ budget</li>`}${drawn.includes('class="fold"') && html`<li>≈ time folded</li>`}
      </ul>
    </section>`
  );
}

function plotSection(account: Account): Html | null {
  const looks = newestLook(account);
  const lines = [...(looks ? [looks] : []), ...reportLines(account)];
  const plots = lines.flatMap((line) => (line.body?.plots ?? []).map((plot) => ({ line, plot })));
  const figures = plots.flatMap(({ line, plot }, index) => {
    const drawing = svgPlot(plot, `plot-${index}`);
    return drawing
      ? [
          html`<figure>
            <figcaption>${plot.title} <span class="soft">· ${visibleName(line.name)}</span></figcaption>
            ${drawing}${plotLegend(plot)}
          </figure>`,
        ]
      : [];
  });
  return figures.length === 0
    ? null
    : html`<section aria-labelledby="plots">
        <h2 id="plots">Measurements</h2>
        <div class="plots">${figures}</div>
      </section>`;
}

/** Silence is not consent: what was not asked is named. */
function absentSection(account: Account): Html | null {
  const missing = notMeasured(account).map((line) => ({
    name: line.name,
    phase: line.phase,
    reason: line.reason,
    outcome: line.outcome,
  }));
  const left = neverAsked(account).map((each) => ({ ...each, outcome: 'skip' as const }));
  if (missing.length + left.length === 0) return null;
  return html`<section aria-labelledby="absent">
    <h2 id="absent">What was not run or not measured</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Phase</th>
          <th scope="col">Counts as</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${[...missing, ...left].map(
          (each) =>
            html`<tr>
              <th scope="row">${visibleName(each.name)}</th>
              <td data-name="Phase">${each.phase}</td>
              <td data-name="Counts as">${each.outcome === 'skip' ? 'not asked here' : badge(each.outcome)}</td>
              <td data-name="Why">${each.reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function recordSection(account: Account): Html {
  const head = account.records.at(-1);
  return html`<section aria-labelledby="record">
    <h2 id="record">Record</h2>
    ${
      head
        ? html`<p>
              ${count(account.records.length, 'record')} of this deployment; the last is number ${head.sequence},
              ${head.kind}, ${formatInstant(head.at)}.
            </p>
            <p>Its hash vouches for everything before it:</p>
            <pre>${head.hash}</pre>`
        : html`<p>Nothing is recorded yet.</p>`
    }
    <p class="soft">Plan ${account.plan.hash}<br />Definition ${account.plan.definitionHash}</p>
  </section>`;
}

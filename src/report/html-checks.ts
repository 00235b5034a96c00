import type { Account } from '../domain/account.ts';
import { canonical } from '../domain/json.ts';
import { clipped, visibleName } from './escape.ts';
import { html, type Html } from './html-template.ts';
import { reportLines, type ReportLine } from './lines.ts';
import { troubles } from './troubles.ts';
import { formatInstant, formatSpan, outcomeMarks, outcomeWords, shortHash, type Shown } from './wording.ts';

const longestArtifact = 20_000;
const longestData = 4_000;

export const badge = (outcome: Shown): Html =>
  html`<span class="badge o-${outcome}"
    ><b aria-hidden="true">${outcomeMarks[outcome]}</b>${outcomeWords[outcome]}</span
  >`;

/** What needs a person comes before the long table. */
export function attentionSection(account: Account): Html | null {
  const found = troubles(account);
  if (found.length === 0) return null;
  return html`<section aria-labelledby="attention">
    <h2 id="attention">What needs attention</h2>
    ${found.map(
      ({ name, outcome, reason, cause, next, where }) => html`<article class="finding is-${outcome}">
        <h3>${visibleName(name)} ${badge(outcome)}</h3>
        <p>${reason}</p>
        <dl>
          <dt>Likely cause</dt>
          <dd>${cause ?? 'not known; read what the check saw, below'}</dd>
          <dt>Next step</dt>
          <dd>${next ?? 'Repair it and deploy a new release.'}</dd>
          ${
            where !== null &&
            html`<dt>Asked for in</dt>
              <dd>${where}</dd>`
          }
        </dl>
      </article>`,
    )}
  </section>`;
}

/** Every line of the verdict, phase by phase. */
export function checkSection(account: Account): Html {
  const lines = reportLines(account);
  const phases = [...new Set(lines.map((line) => line.phase))];
  return html`<section aria-labelledby="checks">
    <h2 id="checks">Every check</h2>
    <table class="checks">
      <thead>
        <tr>
          <th scope="col" class="c1">Outcome</th>
          <th scope="col" class="c2">Check</th>
          <th scope="col">Value and bound</th>
          <th scope="col" class="c4">Took</th>
          <th scope="col" class="c5">Evidence</th>
        </tr>
      </thead>
      ${phases.map((phase) =>
        phaseRows(
          phase,
          lines.filter((line) => line.phase === phase),
        ),
      )}
    </table>
  </section>`;
}

const phaseRows = (phase: string, lines: readonly ReportLine[]): Html =>
  html`<tbody>
    <tr class="phase">
      <th scope="rowgroup" colspan="5">
        ${phase}
        <span class="soft">${lines.filter((line) => line.outcome === 'pass').length} of ${lines.length} passed</span>
      </th>
    </tr>
    ${lines.map(row)}
  </tbody>`;

function row(line: ReportLine): Html {
  const { result } = line;
  return html`<tr>
    <td>${badge(line.outcome)}</td>
    <th scope="row">
      ${visibleName(line.name)}${line.flaky && html`<span class="flag">flaky</span>`}${!line.blocking && html`<span class="flag calm">does not block</span>`}
      <div class="soft reason">${line.reason}</div>
      ${depth(line)}
    </th>
    <td data-name="Value">${values(line)}</td>
    <td data-name="Took">${result && formatSpan(result.beganAt, result.endedAt)}</td>
    <td data-name="Evidence">
      ${line.evidence ? html`<code title="${line.evidence}">${shortHash(line.evidence)}</code>` : 'none'}
    </td>
  </tr>`;
}

const values = (line: ReportLine): Html | null =>
  line.findings.length === 0
    ? null
    : html`<ul class="values">
        ${line.findings.map(
          (each) =>
            html`<li>
              ${each.outcome !== 'pass' && html`<span class="o-${each.outcome}">${outcomeMarks[each.outcome]} </span>`}${each.name}
              <strong>${each.value}</strong
              >${each.threshold !== null && html` <span class="bound">(${each.threshold})</span>`}
            </li>`,
        )}
      </ul>`;

/** What one has to open to see: what was asked, what was seen, and the kept texts. */
function depth(line: ReportLine): Html | null {
  const { result, body } = line;
  if (!result) return null;
  return html`<details>
    <summary>${line.next && line.outcome !== 'pass' ? 'Next step and what it saw' : 'What it saw'}</summary>
    ${line.cause && html`<p>Likely cause: ${line.cause}</p>`}${line.next && html`<p>Next step: ${line.next}</p>`}
    <p class="soft">
      A check of kind ${line.kind}, asked for in ${line.where}. Ran ${formatInstant(result.beganAt)};
      ${attempts(result.attempts)}.
    </p>
    ${body && html`<pre>${{ block: `asked  ${clipped(canonical(body.config), longestData)}\nseen   ${clipped(canonical(body.data), longestData)}` }}</pre>`}
    ${body?.artifacts.map(
      (each) =>
        html`<p>${each.label}</p>
          <pre>${{ block: middleCut(each.text) }}</pre>`,
    )}
  </details>`;
}

const attempts = (outcomes: readonly Shown[]): string =>
  `${outcomes.length === 1 ? 'one attempt' : `${outcomes.length} attempts`}: ${outcomes.map((each) => outcomeWords[each]).join(', ')}`;

/** Beginning and end of a long text: the cause is usually in one of them. */
function middleCut(text: string): string {
  if (text.length <= longestArtifact) return text;
  const half = longestArtifact / 2;
  return `${text.slice(0, half)}\n… ${text.length - longestArtifact} characters left out …\n${text.slice(-half)}`;
}

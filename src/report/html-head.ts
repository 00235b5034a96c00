import type { Account } from '../domain/account.ts';
import { visibleName } from './escape.ts';
import { gist, type Gist, type Tone } from './gist.ts';
import { html, type Html } from './html-template.ts';
import { unacceptedWords } from './lines.ts';
import { formatInstant, formatSpan, shortHash } from './wording.ts';

const signs: Record<Tone, string> = { good: '✓', caution: '!', bad: '✕', unknown: '?', plain: '…' };

/** What a manager sees without scrolling: the verdict, what became of it, and one sentence. */
export function banner(account: Account): Html {
  const { tone, lead, rest, sentence } = gist(account);
  const { project, environment, release } = account.plan;
  return html`<header class="tone-${tone}">
    <div>
      <p class="where">
        ${visibleName(project)} ${visibleName(release.version)} → ${visibleName(environment)} · deployment
        ${account.number}
      </p>
      <div class="stands">
        <h1><span class="sign" aria-hidden="true">${signs[tone]}</span>${lead}</h1>
        <span class="ending${account.ending?.as !== 'live' && ' loud'}">${rest}</span>
      </div>
      <p class="sentence">${sentence}</p>
    </div>
  </header>`;
}

export function reasonSection({ reasons, tone }: Gist): Html | null {
  if (reasons.length === 0) return null;
  return html`<section aria-labelledby="why">
    <h2 id="why">Why</h2>
    <ul class="reasons is-${tone}">
      ${reasons.map(({ subject, text }) => html`<li><strong>${visibleName(subject)}</strong>: ${text}</li>`)}
    </ul>
  </section>`;
}

export function factSection(account: Account): Html {
  const { plan, verdict } = account;
  const { release, standing } = plan;
  const commit = release.parts.commit === null ? 'no git checkout' : release.parts.commit.slice(0, 12);
  const digests = Object.entries(release.parts.artifacts).map(([name, digest]) => `${name} ${shortHash(digest)}`);
  const facts: readonly (readonly [string, string, string | null])[] = [
    ['Release', visibleName(release.version), release.id],
    ['Commit', commit, release.parts.dirty ? 'with uncommitted changes' : null],
    ['Digest', digests.join(', ') || '–', `revision ${shortHash(release.revision)}`],
    [
      'Environment',
      visibleName(plan.environment),
      `colour ${plan.colour}${plan.purpose === 'roll-back' ? ', a rollback' : ''}`,
    ],
    ['Deployed by', visibleName(account.actor), account.id],
    [
      'Began',
      formatInstant(account.createdAt),
      account.endedAt === null ? 'not ended yet' : `ended ${formatInstant(account.endedAt)}`,
    ],
    [
      'Took',
      account.endedAt === null ? 'still runs' : formatSpan(account.createdAt, account.endedAt),
      verdict && `verdict after ${formatSpan(account.createdAt, verdict.decidedAt)}`,
    ],
    [
      'Replaces',
      standing.releaseId ?? 'nothing: the first release here',
      standing.colour && `colour ${standing.colour}`,
    ],
    ['Score', verdict ? `${verdict.score} of 100` : '–', 'shown, never decisive'],
  ];
  return html`<section aria-labelledby="facts">
    <h2 id="facts">Release and deployment</h2>
    <dl class="facts">
      ${facts.map(
        ([name, value, more]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}${more && html`<span class="soft">${more}</span>`}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

/** What a conditional go owes, and who took it on. */
export function conditionSection(account: Account): Html | null {
  const conditions = account.verdict?.conditions ?? [];
  if (conditions.length === 0) return null;
  return html`<section aria-labelledby="conditions">
    <h2 id="conditions">Conditions</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Owed</th>
          <th scope="col">Owner</th>
          <th scope="col">Due</th>
          <th scope="col">Accepted</th>
        </tr>
      </thead>
      <tbody>
        ${conditions.map((condition) => {
          const accepted = account.acceptedConditions.findLast((each) => each.id === condition.id);
          const because = accepted?.reason ? `: ${accepted.reason}` : '';
          return html`<tr>
            <th scope="row">${condition.text}</th>
            <td data-name="Owner">${visibleName(condition.owner)}</td>
            <td data-name="Due">${formatInstant(condition.dueAt)}</td>
            <td data-name="Accepted">
              ${accepted ? html`✓ by ${visibleName(accepted.by)}, ${formatInstant(accepted.at)}${because}` : unacceptedWords(account)}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

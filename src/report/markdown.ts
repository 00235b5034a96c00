import type { Account } from '../domain/account.ts';
import { lookPromise } from '../domain/bake-words.ts';
import { formatDuration } from '../domain/duration.ts';
import { clipped, escapeMarkdown, markdownCode } from './escape.ts';
import { gist, type Tone } from './gist.ts';
import { neverAsked, reportLines, unacceptedWords, type ReportLine } from './lines.ts';
import { newestLook } from './looks.ts';
import { timelineRows } from './timeline-rows.ts';
import { troubles, type Trouble } from './troubles.ts';
import { formatInstant, formatSpan, outcomeWords, shortHash, type Shown } from './wording.ts';

const toneMarks: Record<Tone, string> = { good: '✅', caution: '⚠️', bad: '❌', unknown: '❔', plain: '⏳' };
const marks: Record<Shown, string> = { pass: '✅', warn: '⚠️', fail: '❌', error: '❔', skip: '➖', pending: '⏳' };
const longestText = 1_000;

/** Inline text, safe wherever something of ours stands before it on the line. */
const md = (text: string): string => escapeMarkdown(clipped(text, longestText));

/** For a pull request or a job summary: verdict first, then what to do, then everything else. */
export function reportMarkdown(account: Account): string {
  const { tone, headline, sentence, reasons } = gist(account);
  const { plan } = account;
  const sections = [
    `## ${toneMarks[tone]} ${md(headline)}: ${md(plan.project)} ${md(plan.release.version)} → ${md(plan.environment)}`,
    `${toneMarks[tone]} ${md(sentence)}`,
    list(reasons.map(({ subject, text }) => `${markdownCode(subject)}: ${md(text)}`)),
    attention(account),
    conditions(account),
    looks(account),
    checks(account),
    absent(account),
    timeline(account),
    facts(account),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function attention(account: Account): string {
  const item = ({ name, outcome, reason, cause, next, where }: Trouble): string =>
    [
      `- ${marks[outcome]} ${markdownCode(name)} ${outcomeWords[outcome]}: ${md(reason)}`,
      ...(cause ? [`  - likely cause: ${md(cause)}`] : []),
      ...(next ? [`  - next step: ${md(next)}`] : []),
      ...(where ? [`  - asked for in ${markdownCode(where)}`] : []),
    ].join('\n');
  const found = troubles(account);
  return found.length === 0 ? '' : `### What needs attention\n\n${found.map(item).join('\n')}`;
}

function conditions(account: Account): string {
  const owed = account.verdict?.conditions ?? [];
  if (owed.length === 0) return '';
  const rows = owed.map((condition) => {
    const accepted = account.acceptedConditions.findLast((each) => each.id === condition.id);
    const because = accepted?.reason ? `: ${md(accepted.reason)}` : '';
    const by = accepted ? `by ${md(accepted.by)}, ${formatInstant(accepted.at)}${because}` : unacceptedWords(account);
    return [md(condition.text), md(condition.owner), formatInstant(condition.dueAt), by];
  });
  return `### Conditions\n\n${table(['Owed', 'Owner', 'Due', 'Accepted'], rows)}`;
}

function checks(account: Account): string {
  const rows = reportLines(account).map((line) => [
    `${marks[line.outcome]} ${outcomeWords[line.outcome]}${line.flaky ? ', flaky' : ''}`,
    markdownCode(line.name),
    line.findings.length === 0 ? md(line.reason) : line.findings.map(finding).join('<br>'),
    line.result ? formatSpan(line.result.beganAt, line.result.endedAt) : '–',
    line.evidence ? markdownCode(shortHash(line.evidence)) : 'none',
  ]);
  return `### Checks\n\n${table(['Outcome', 'Check', 'Value and bound', 'Took', 'Evidence'], rows)}`;
}

function looks(account: Account): string {
  const look = newestLook(account);
  if (look === null) return '';
  const rows = look.findings.map((each) => [
    `${marks[each.outcome]} ${outcomeWords[each.outcome]}`,
    md(each.name),
    md(each.value),
    md(each.threshold ?? ''),
  ]);
  return `### Looks of the bake\n\n${md(look.reason)}\n\nOf all looks together: ${md(lookPromise)}.\n\n${table(['Says', 'What', 'Seen in all looks', 'Allowed'], rows)}`;
}

const finding = ({ name, outcome, value, threshold }: ReportLine['findings'][number]): string =>
  `${outcome === 'pass' ? '' : `${marks[outcome]} `}${md(name)} **${md(value)}**${threshold === null ? '' : ` (${md(threshold)})`}`;

function absent(account: Account): string {
  const left = neverAsked(account);
  if (left.length === 0) return '';
  return `### Not run here\n\n${list(left.map((each) => `${markdownCode(each.name)} (${md(each.phase)}): ${md(each.reason)}`))}`;
}

function timeline(account: Account): string {
  const rows = timelineRows(account).map((row) => [
    `${marks[row.outcome]} ${md(row.label)}`,
    formatSpan(account.createdAt, row.beganAt),
    row.endedAt === null ? 'runs' : formatSpan(row.beganAt, row.endedAt),
    row.budgetMs === null ? '–' : formatDuration(row.budgetMs),
  ]);
  if (rows.length === 0) return '';
  return `### Timeline\n\n${table(['What', 'Began after', 'Took', 'Budget'], rows)}`;
}

function facts(account: Account): string {
  const { release, definitionHash } = account.plan;
  const commit = release.parts.commit === null ? 'no git checkout' : markdownCode(release.parts.commit.slice(0, 12));
  const head = account.records.at(-1);
  const line = [
    `Release ${markdownCode(release.id)}`,
    `commit ${commit}${release.parts.dirty ? ' with uncommitted changes' : ''}`,
    ...Object.entries(release.parts.artifacts).map(
      ([name, digest]) => `${md(name)} ${markdownCode(shortHash(digest))}`,
    ),
    `deployment ${markdownCode(account.id)}`,
    `by ${md(account.actor)}`,
    `began ${formatInstant(account.createdAt)}`,
    `definition ${markdownCode(shortHash(definitionHash))}`,
    ...(head ? [`record ${head.sequence} ${markdownCode(shortHash(head.hash))}`] : []),
  ];
  return line.join(' · ');
}

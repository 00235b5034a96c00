import type { Account } from '../domain/account.ts';
import { visible, visibleName } from './escape.ts';
import { gist, type Gist } from './gist.ts';
import { neverAsked, owedConditions } from './lines.ts';
import { columns, fitted, hanging, outcomePaint, paint, tonePaint, type TextLook } from './paint.ts';
import { timelineRows, type TimelineRow } from './timeline-rows.ts';
import { troubles } from './troubles.ts';
import { count, formatInstant, formatSpan, outcomeMarks } from './wording.ts';

const mostFailures = 5;

/** The end of a deployment on a terminal: what it came to, why, what to do, where the time went, where to read on. */
export function reportText(account: Account, look: TextLook): string {
  const summary = gist(account);
  const blocks = [
    box(account, summary, look),
    story(account, summary, look),
    failures(account, look),
    timing(account, look),
    footer(account, look),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

const widthOf = (look: TextLook): number => Math.min(100, Math.max(40, look.width));

function box(account: Account, { tone, headline }: Gist, look: TextLook): readonly string[] {
  const { project, environment, release } = account.plan;
  const inner = widthOf(look) - 4;
  const first = visible(headline);
  const second = `${visibleName(project)} ${visibleName(release.version)} → ${visibleName(environment)}`;
  const rows =
    columns(first) + columns(second) + 3 <= inner
      ? [first + ' '.repeat(inner - columns(first) - columns(second)) + second]
      : [fitted(first, inner), fitted(second, inner)];
  const how = tonePaint[tone];
  const edge = '─'.repeat(inner + 2);
  return [
    paint(`╭${edge}╮`, how, look),
    ...rows.map((row) => `${paint('│', how, look)} ${paint(row, 'bold', look)} ${paint('│', how, look)}`),
    paint(`╰${edge}╯`, how, look),
  ];
}

/** The sentence; the reasons only where no failing line below repeats them. */
function story(account: Account, { sentence, reasons }: Gist, look: TextLook): readonly string[] {
  const told = new Set(
    troubles(account)
      .slice(0, mostFailures)
      .map((each) => each.name),
  );
  const asOne = new Set([account.ending?.reason, 'checks']);
  const more = reasons.filter(
    (each) => !told.has(each.subject) && !asOne.has(each.subject) && !sentence.includes(each.text),
  );
  const left = neverAsked(account).length;
  return [
    ...hanging('', sentence, look),
    ...more.slice(0, 8).flatMap(({ subject, text }) => hanging(`· ${visibleName(subject)}: `, text, look)),
    ...(left > 0 ? hanging('· ', `${count(left, 'check is', 'checks are')} not run here`, look) : []),
    ...owedConditions(account)
      .slice(0, 8)
      .flatMap((each) =>
        hanging(
          '· owed: ',
          `${each.id} by ${each.owner}, due ${formatInstant(each.dueAt)} — greenroom accept ${each.id}`,
          look,
          'yellow',
        ),
      ),
  ];
}

function failures(account: Account, look: TextLook): readonly string[] {
  const found = troubles(account);
  const shown = found
    .slice(0, mostFailures)
    .flatMap(({ name, outcome, reason, cause, next, where }) => [
      ...hanging(`${outcomeMarks[outcome]} ${visibleName(name)}  `, reason, look, outcomePaint[outcome]),
      ...(cause ? hanging('    cause  ', cause, look) : []),
      ...(next ? hanging('    do     ', next, look) : []),
      ...(where ? hanging('    where  ', where, look) : []),
    ]);
  const more = found.length - mostFailures;
  return more > 0
    ? [
        ...shown,
        ...hanging(
          '… ',
          `and ${more} more; "greenroom why ${visibleName(account.plan.environment)}/${account.number}" lists them`,
          look,
        ),
      ]
    : shown;
}

function timing(account: Account, look: TextLook): readonly string[] {
  const rows = timelineRows(account).filter((row) => row.label !== 'admission');
  const longest = Math.max(1, ...rows.map(tookMs));
  const label = Math.min(32, widthOf(look) - 26, Math.max(...rows.map((row) => columns(visible(row.label))), 8));
  const room = widthOf(look) - label - 16;
  return rows.map((row) => {
    const length = Math.max(1, Math.round((Math.min(40, room) * tookMs(row)) / longest));
    const how = row.kind === 'back' ? 'magenta' : outcomePaint[row.outcome];
    const took = row.endedAt === null ? 'runs' : formatSpan(row.beganAt, row.endedAt);
    return `${paint(outcomeMarks[row.outcome], outcomePaint[row.outcome], look)} ${fitted(visible(row.label), label)} ${took.padStart(11)} ${paint('▇'.repeat(length), how, look)}`;
  });
}

const tookMs = (row: TimelineRow): number => (row.endedAt ?? row.beganAt) - row.beganAt;

function footer(account: Account, look: TextLook): readonly string[] {
  const ended = account.endedAt === null ? 'has not ended' : `took ${formatSpan(account.createdAt, account.endedAt)}`;
  const name = troubles(account)[0]?.name;
  const place = `${visibleName(account.plan.environment)}/${account.number}`;
  const id = visible(account.id);
  return [
    ...hanging(
      '',
      `Deployment ${account.number} (${id}) by ${visibleName(account.actor)} ${ended}, began ${formatInstant(account.createdAt)}.`,
      look,
    ),
    ...hanging('why?     ', `greenroom why ${place}${name ? ` ${visibleName(name)}` : ''}`, look, 'soft'),
    ...hanging('report   ', `greenroom report ${place} --format html`, look, 'soft'),
  ];
}

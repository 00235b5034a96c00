import type { WhyStep } from './why.ts';
import { visibleName } from './escape.ts';
import { hanging, outcomePaint, type Paint, type TextLook } from './paint.ts';
import { count, formatInstant, formatSpan, outcomeMarks, outcomeWords, shortHash } from './wording.ts';

/** The walk as indented lines, from what happened to where it is written. */
export const whyText = (steps: readonly WhyStep[], look: TextLook): string =>
  `${steps.flatMap((step) => station(step, look)).join('\n')}\n`;

function station(step: WhyStep, look: TextLook): readonly string[] {
  const at = (head: string, text: string, how: Paint | null = 'soft'): readonly string[] =>
    hanging(head, text, look, how);
  switch (step.kind) {
    case 'contradiction':
      return at('CHANGED   ', `not what was recorded: ${step.reason}. What follows is what the database says.`, 'red');
    case 'ending':
      return step.ending
        ? at('ended     ', `${step.ending.as} on ${formatInstant(step.at)}: ${step.ending.reason}`, 'bold')
        : at('now       ', `${step.status}; it has not ended`, 'bold');
    case 'step':
      return [
        ...at(
          'step      ',
          `${visibleName(step.name)} ${step.status} after ${formatSpan(step.beganAt, step.endedAt)}${step.reason ? `: ${step.reason}` : ''}`,
          'bold',
        ),
        ...(step.facts ? at('  measured  ', step.facts) : []),
      ];
    case 'verdict':
      return verdict(step, at);
    case 'line':
      return line(step, at);
    case 'evidence':
      return evidence(step, at);
    case 'place':
      return at('  asked in  ', step.where);
    case 'record':
      return at(
        '  record    ',
        `${step.sequence} ${shortHash(step.hash)}, ${step.recorded} by ${step.actor}, ${formatInstant(step.at)}`,
      );
    case 'unknown':
      return [
        ...at('', `Nothing in this deployment is called "${step.subject}".`, null),
        ...at('do        ', `Name one of: ${step.known.map(visibleName).join(', ')}`),
      ];
    default:
      return step satisfies never;
  }
}

type At = (head: string, text: string, how?: Paint | null) => readonly string[];

function verdict(step: WhyStep & { kind: 'verdict' }, at: At): readonly string[] {
  const words = step.couldNotJudge ? 'could not judge' : step.decision.replace('-', ' ');
  const again =
    step.rejudged === null
      ? []
      : step.rejudged.same
        ? at('  again     ', 'weighed again from the record: the same, byte for byte')
        : at('  again     ', 'weighed again from the record: DIFFERENT — the record or Greenroom was changed', 'red');
  return [...at('verdict   ', `${words}, ${formatInstant(step.decidedAt)}. ${step.tally}`, 'bold'), ...again];
}

function line(step: WhyStep & { kind: 'line' }, at: At): readonly string[] {
  const marks = [
    outcomeWords[step.outcome],
    ...(step.flaky ? ['flaky'] : []),
    ...(step.blocking ? [] : ['does not block']),
  ];
  return [
    ...at(
      `${outcomeMarks[step.outcome]} ${visibleName(step.name)}  `,
      `(${step.phase}; ${marks.join(', ')}) ${step.reason}`,
      outcomePaint[step.outcome],
    ),
    ...(step.cause ? at('  cause     ', step.cause) : []),
    ...(step.next ? at('  do        ', step.next) : []),
  ];
}

function evidence(step: WhyStep & { kind: 'evidence' }, at: At): readonly string[] {
  if (step.hash === null) return at('  evidence  ', 'none: nothing was measured');
  const ran =
    step.beganAt === null ? '' : `, seen ${formatInstant(step.beganAt)} in ${formatSpan(step.beganAt, step.endedAt)}`;
  const tried =
    step.attempts.length > 1
      ? `, ${count(step.attempts.length, 'attempt')}: ${step.attempts.map((each) => outcomeWords[each]).join(', ')}`
      : '';
  return [
    ...at('  evidence  ', `${shortHash(step.hash)}${ran}${tried}`),
    ...step.findings.flatMap((each) =>
      at(
        '            ',
        `${outcomeMarks[each.outcome]} ${each.name} ${each.value}${each.threshold === null ? '' : ` (${each.threshold})`}`,
      ),
    ),
    ...(step.seen ? at('  seen      ', step.seen) : []),
  ];
}

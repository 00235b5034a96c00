import { formatDuration } from '../../domain/duration.ts';
import { fail, type Failure } from '../../domain/failure.ts';
import { excerpt } from '../../kinds/wording.ts';
import type { CallEnd } from './host.ts';
import { logOf, type Scene } from './scene.ts';

/** The program asks to be called again later (`EX_TEMPFAIL`). */
const againLater = 75;
const LAST_LINES = 8;

export const asksForLater = (end: CallEnd): boolean =>
  end.status === 'exited' && !end.timedOut && end.exitCode === againLater;

/** Its answer, when it ended with exit code 0. Throws `GR6421` `GR6422` `GR6423`. */
export function answerOf(
  scene: Scene,
  doing: string,
  limitMs: number,
  end: Exclude<CallEnd, { status: 'unknown' }>,
): { readonly text: string; readonly bytes: number } {
  const place = { where: logOf(scene.slot) };
  if (end.status === 'not-started')
    return fail({
      code: 'GR6421',
      message: `${scene.program} (${doing}) could not be started: ${end.reason}.`,
      where: 'environments.<name>.driver.run',
      do: `It is looked for on PATH and from ${scene.slot.projectDirectory}; it must be there and executable.`,
    });
  if (end.timedOut)
    return fail({
      code: 'GR6422',
      message: `${scene.program} (${doing}) took longer than ${formatDuration(limitMs)}, and its process group was ended.${lastLines(scene, end)}`,
      ...place,
      do: 'Look for what it waits for; give it more time with "within" ("state-within" for its state).',
    });
  if (end.exitCode !== 0) {
    const how =
      end.exitCode === null ? `was ended by ${end.signalName ?? 'a signal'}` : `ended with exit code ${end.exitCode}`;
    return fail({
      code: 'GR6423',
      message: `${scene.program} (${doing}) ${how}.${lastLines(scene, end)}`,
      ...place,
      do: 'Read what it says, repair that, and deploy again; exit code 75 asks to be called again later.',
    });
  }
  return end.answer ?? { text: '', bytes: 0 };
}

/** What is wrong with an answer, with the program and the act named. */
export const inCall = (scene: Scene, doing: string, failures: readonly Failure[]): readonly Failure[] =>
  failures.map((one) => ({ ...one, message: `${scene.program} (${doing}): ${one.message}` }));

/** What it said last, for people. Secrets go first: what is cut through the middle cannot be found any more. */
export function lastLines(scene: Scene, end: CallEnd): string {
  const output = end.status === 'not-started' ? '' : end.output;
  const lines = scene
    .hide(output)
    .trimEnd()
    .split('\n')
    .map((line) => excerpt(line, 160));
  const last = lines.slice(-LAST_LINES);
  // A trace is longer than what is shown, and its error stands above it.
  const error = last.some(namesError) ? undefined : lines.findLast(namesError);
  const said = [...(error === undefined ? [] : [error, '…']), ...last].filter((line) => line !== '');
  return said.length === 0 ? ' It said nothing on standard error.' : ` It said: ${said.join(' | ')}`;
}

/** `SyntaxError: …`, `Error [ERR_X]: …`, `java.io.IOException: …`, `Exception in thread …`, `error: …`, `panic: …`; not a line of a trace below it. */
const namesError = (line: string): boolean =>
  /^(Uncaught )?([A-Za-z_$][\w.$]*)?(Error|Exception)\b|^(\S+: )?(fatal|panic|error)( error)?:/i.test(line);

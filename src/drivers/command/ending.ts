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
      message: `${scene.program} (${doing}) took longer than ${formatDuration(limitMs)}, and its process group was ended.${lastLines(scene, end.output)}`,
      ...place,
      do: 'Look for what it waits for; give it more time with "within" ("state-within" for its state).',
    });
  if (end.exitCode !== 0) {
    const how =
      end.exitCode === null ? `was ended by ${end.signalName ?? 'a signal'}` : `ended with exit code ${end.exitCode}`;
    return fail({
      code: 'GR6423',
      message: `${scene.program} (${doing}) ${how}.${lastLines(scene, end.output)}`,
      ...place,
      do: 'Read what it says, repair that, and deploy again; exit code 75 asks to be called again later.',
    });
  }
  return end.answer ?? { text: '', bytes: 0 };
}

/** What is wrong with an answer, with the program and the act named. */
export const inCall = (scene: Scene, doing: string, failures: readonly Failure[]): readonly Failure[] =>
  failures.map((one) => ({ ...one, message: `${scene.program} (${doing}): ${one.message}` }));

/** Secrets go first: what is cut through the middle cannot be found any more. */
function lastLines(scene: Scene, output: string): string {
  const lines = scene.hide(output).trimEnd().split('\n').slice(-LAST_LINES);
  const said = lines.map((line) => excerpt(line, 160)).filter((line) => line !== '');
  return said.length === 0 ? ' It said nothing on standard error.' : ` It said: ${said.join(' | ')}`;
}

import { formatDuration } from '../../domain/duration.ts';
import { fail, FailureError } from '../../domain/failure.ts';
import type { Platform, Wish } from '../wish/colour.ts';
import { settleStarts, unprovenStarts } from '../wish/starts.ts';
import { begin, collect } from './call.ts';
import { answerOf, asksForLater, inCall, lastLines } from './ending.ts';
import type { CallEnd } from './host.ts';
import { documentOf, maxAnswerBytes, parseDone } from './protocol.ts';
import { keepOf, logOf, type Scene } from './scene.ts';
import { askState } from './state.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Calls of one wish whose end nobody saw, before it is given up. */
const MOST_LOST = 3;

/** The program as a system that is wished things of. Throws `GR6427` when its state does not show what it said is done. */
export const programPlatform = (scene: Scene): Platform => ({
  slot: scene.slot,
  askState: (signal) => askState(scene, signal),
  unproven: () => unprovenStarts(scene),
  pursue: (wish, signal) => act(scene, wish, signal),
  prove: async (wish, look, signal) => {
    const seen = await look(signal);
    if (seen !== null) disproven(scene, wish.doing, seen);
    await settleStarts(scene, wish, wish.key, signal);
  },
});

/**
 * Calls the program until it says that it is done; false when nothing had to be called. Its answer is its own word: prove it.
 * A call whose end nobody saw is followed by a look at the state and, when that does not show it, by a call with the same key.
 */
async function act(scene: Scene, wish: Wish, signal: AbortSignal): Promise<boolean> {
  const { host, slot, config } = scene;
  const { action, services, key, doing } = wish;
  const stdin = (attempt: number): string =>
    documentOf(slot, { action, key, attempt, services, stateDirectory: keepOf(slot) });
  const untilMs = host.elapsed() + config['retry-for'];
  let pauseMs = FIRST_PAUSE_MS;
  let lost = 0;
  for (;;) {
    const end = await collect(scene, key, signal);
    if (end === null || end.status === 'unknown') {
      if (end !== null && (lost += 1) > MOST_LOST) neverSeen(scene, doing, end.reason);
      if (await wish.isSo(signal)) {
        await settleStarts(scene, wish, key, signal);
        return false;
      }
      await begin(scene, { wish, stdin, answerBytes: maxAnswerBytes }, signal);
      continue;
    }
    if (!asksForLater(end)) {
      const { text, bytes } = answerOf(scene, doing, config.within, end);
      const done = parseDone(text, bytes);
      if (!done.ok) throw new FailureError(...inCall(scene, doing, done.failures));
      return true;
    }
    if (host.elapsed() + pauseMs > untilMs) notLonger(scene, doing, end);
    await host.sleep(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

function disproven(scene: Scene, doing: string, seen: string): never {
  fail({
    code: 'GR6427',
    message: `${scene.program} said done (${doing}), but its state says that ${seen} in ${scene.slot.colour}.`,
    where: logOf(scene.slot),
    do: 'Let it end only when its own "state" shows what it did, or let it end with 75 to be called again.',
  });
}

function notLonger(scene: Scene, doing: string, end: CallEnd): never {
  fail({
    code: 'GR6428',
    message: `${scene.program} (${doing}) asked to be called again later (exit code 75) for ${formatDuration(scene.config['retry-for'])}.${lastLines(scene, end)}`,
    where: logOf(scene.slot),
    do: 'Look at what it waits for, or raise "retry-for"; then deploy again.',
  });
}

function neverSeen(scene: Scene, doing: string, reason: string): never {
  fail({
    code: 'GR6429',
    message: `${scene.program} (${doing}) was called ${MOST_LOST + 1} times and nobody saw how it ended: ${reason}`,
    where: logOf(scene.slot),
    do: 'Look for what ends processes on this machine (memory?), then look at what runs before you go on.',
  });
}

import { formatDuration } from '../../domain/duration.ts';
import { fail, FailureError } from '../../domain/failure.ts';
import type { SlotService } from '../../kinds/driver.ts';
import { begin, collect } from './call.ts';
import { answerOf, asksForLater, inCall } from './ending.ts';
import { documentOf, maxAnswerBytes, parseDone } from './protocol.ts';
import { keepOf, logOf, type Scene } from './scene.ts';
import { askState } from './state.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Calls of one wish whose end nobody saw, before it is given up. */
const MOST_LOST = 3;

interface Wish {
  readonly action: 'prepare' | 'start' | 'stop';
  readonly services: readonly SlotService[];
  /** For people: `start web`. */
  readonly doing: string;
  /** `<operation>/<action>/<service>`: the same wish has the same key, also after a crash. */
  readonly key: string;
  /** Asks for the state and makes room; true when it already is as wished. */
  readonly isSo: () => Promise<boolean>;
}

/** Everything that another release left in the colour ends; then the program is told to make ready. */
export async function prepare(scene: Scene, signal: AbortSignal): Promise<void> {
  const { operation, services } = scene.slot;
  const isSo = async () => (await makeRoom(scene, signal), false);
  await act(scene, { action: 'prepare', services, doing: 'prepare', key: `${operation}/prepare`, isSo }, signal);
}

/** Throws `GR6427` when it says that it has started what its own state does not show. */
export async function start(scene: Scene, service: SlotService, signal: AbortSignal): Promise<void> {
  const { release } = scene.slot;
  const isSo = async () => (await makeRoom(scene, signal)).includes(service.name);
  if (!(await act(scene, wishOf(scene, 'start', service, isSo), signal))) return;
  const now = await releaseOf(scene, service, signal);
  if (now !== release.id)
    disproven(
      scene,
      `start ${service.name}`,
      now === null ? `${service.name} does not run` : `${service.name} of ${now} runs`,
    );
}

/** Throws `GR6427` when it says that it has stopped what its own state still shows. */
export async function stop(scene: Scene, service: SlotService, signal: AbortSignal): Promise<void> {
  const isSo = async () => (await releaseOf(scene, service, signal)) === null;
  if (!(await act(scene, wishOf(scene, 'stop', service, isSo), signal))) return;
  const now = await releaseOf(scene, service, signal);
  if (now !== null) disproven(scene, `stop ${service.name}`, `${service.name} of ${now} runs`);
}

const wishOf = ({ slot }: Scene, action: 'start' | 'stop', service: SlotService, isSo: Wish['isSo']): Wish => ({
  ...{ action, services: [service], doing: `${action} ${service.name}`, isSo },
  key: `${slot.operation}/${action}/${service.name}`,
});

/** A colour holds one release: others in it are stopped. Answers the services of this one that run. */
async function makeRoom(scene: Scene, signal: AbortSignal): Promise<readonly string[]> {
  const { slot } = scene;
  const running = await askState(scene, signal);
  const isOurs = ({ releaseId }: { releaseId: string }) => releaseId === slot.release.id;
  for (const { service } of running.filter((each) => !isOurs(each)))
    await stop(
      scene,
      slot.services.find(({ name }) => name === service)!,
      signal,
    );
  return running.filter(isOurs).map(({ service }) => service);
}

async function releaseOf(scene: Scene, service: SlotService, signal: AbortSignal): Promise<string | null> {
  const running = await askState(scene, signal);
  return running.find((each) => each.service === service.name)?.releaseId ?? null;
}

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
      if (await wish.isSo()) return false;
      await begin(scene, { key, doing, stdin, answerBytes: maxAnswerBytes }, signal);
      continue;
    }
    if (!asksForLater(end)) {
      const { text, bytes } = answerOf(scene, doing, config.within, end);
      const done = parseDone(text, bytes);
      if (!done.ok) throw new FailureError(...inCall(scene, doing, done.failures));
      return true;
    }
    if (host.elapsed() + pauseMs > untilMs) notLonger(scene, doing);
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

function notLonger(scene: Scene, doing: string): never {
  fail({
    code: 'GR6428',
    message: `${scene.program} (${doing}) asked to be called again later (exit code 75) for ${formatDuration(scene.config['retry-for'])}.`,
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

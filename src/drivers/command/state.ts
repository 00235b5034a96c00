import { formatDuration } from '../../domain/duration.ts';
import { fail, FailureError } from '../../domain/failure.ts';
import type { Instance } from '../../kinds/driver.ts';
import { keepLook } from './call.ts';
import { answerOf, asksForLater, inCall, lastLines } from './ending.ts';
import { documentOf, maxAnswerBytes, parseState, type StatedInstance } from './protocol.ts';
import type { CallEnd } from './host.ts';
import { keepOf, logOf, type Scene } from './scene.ts';

const PAUSE_MS = 250;
const KEPT_BYTES = 64 * 1024;
type Asked = Exclude<CallEnd, { status: 'unknown' }>;

/** What the program says runs in the colour. Throws `GR6421` to `GR6426` and `GR6428`; a state that cannot be known is never "nothing runs". */
export async function askState(scene: Scene, signal: AbortSignal): Promise<readonly Instance[]> {
  const { host, slot, config } = scene;
  const limitMs = config['state-within'];
  const untilMs = host.elapsed() + limitMs;
  const wish = { action: 'state' as const, key: null, services: slot.services, stateDirectory: keepOf(slot) };
  let before: Asked | null = null;
  for (let attempt = 1; ; attempt += 1) {
    const end: Asked = await host.run(
      {
        ...{
          argv: config.run,
          directory: slot.projectDirectory,
          variables: scene.variables,
          timeoutMs: Math.max(1, Math.ceil(untilMs - host.elapsed())),
        },
        ...{ stdin: documentOf(slot, { ...wish, attempt }), maxOutputBytes: KEPT_BYTES, answerBytes: maxAnswerBytes },
      },
      signal,
    );
    if (asksForLater(end) && host.elapsed() + PAUSE_MS <= untilMs) {
      before = end;
      await host.sleep(PAUSE_MS, signal);
      continue;
    }
    // One that had only the rest of the time and was cut off says nothing: the answer is still "later".
    const last = before !== null && end.status === 'exited' && end.timedOut ? before : end;
    try {
      return statedIn(scene, limitMs, last);
    } catch (error) {
      await keepLook(scene, attempt, last);
      throw error;
    }
  }
}

function statedIn(scene: Scene, limitMs: number, end: Asked): readonly Instance[] {
  if (asksForLater(end)) later(scene, limitMs, end);
  const { text, bytes } = answerOf(scene, 'state', limitMs, end);
  const state = parseState(text, bytes, scene.slot.services);
  if (!state.ok) throw new FailureError(...inCall(scene, 'state', state.failures));
  return state.value.flatMap((stated) => instanceOf(scene, stated));
}

/** One that names a process of this machine which is not there does not run, whatever else is said of it. */
function instanceOf({ host }: Scene, stated: StatedInstance): readonly Instance[] {
  const { service, host: address, port, pid = null, release, startedAt, log = null } = stated;
  const startedTicks = pid === null ? null : host.startOf(pid);
  if (pid !== null && startedTicks === null) return [];
  return [{ service, host: address, port, pid, startedTicks, releaseId: release, startedAt, log }];
}

const later = (scene: Scene, limitMs: number, end: CallEnd): never =>
  fail({
    code: 'GR6428',
    message: `${scene.program} (state) asked to be called again later (exit code 75) for ${formatDuration(limitMs)}.${lastLines(scene, end)}`,
    where: logOf(scene.slot),
    do: 'A state that is not known is not taken for good. Look at what it waits for, or raise "state-within".',
  });

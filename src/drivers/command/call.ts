import { z } from 'zod';
import { formatDuration } from '../../domain/duration.ts';
import { fail } from '../../domain/failure.ts';
import { fenced } from '../../kinds/fence.ts';
import { readJson } from '../../kinds/state-file.ts';
import type { Wish } from '../wish/colour.ts';
import { noteStart, takeBack } from '../wish/starts.ts';
import type { CallEnd } from './host.ts';
import { callOf, callsOf, logOf, type Scene } from './scene.ts';

// One call at a time in an environment, on record before it runs:
//   call.json (unsettled) → runner claims the id → program → result → call.json (settled)
// Whoever finds an unsettled call waits for its end before anything else is called, also when it was another control plane's.

const callSchema = z.object({
  sequence: z.int(),
  id: z.string(),
  key: z.string(),
  doing: z.string(),
  attempt: z.int(),
  epoch: z.int(),
  startedAt: z.number(),
  limitMs: z.number(),
  isSettled: z.boolean(),
});
type CallRecord = z.infer<typeof callSchema>;

const KEPT_BYTES = 64 * 1024;
const POLL_MS = 50;
/** Past its time limit a runner needs this long at most to end the group and write down how it went. */
const SPARE_MS = 60_000;

/** Puts a call on record and starts it, unless another is in progress (false). Throws `GR6409`. */
export async function begin(
  scene: Scene,
  call: {
    readonly wish: Wish;
    readonly stdin: (attempt: number) => string;
    readonly answerBytes: number;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const { host, slot, config } = scene;
  const { key, doing } = call.wish;
  return fenced(host, slot, signal, async () => {
    const last = await lastCall(scene);
    if (last && !last.isSettled) return false;
    const sequence = (last?.sequence ?? 0) + 1;
    const attempt = last?.key === key ? last.attempt + 1 : 1;
    const record: CallRecord = {
      ...{ sequence, id: `call-${sequence}`, key, doing, attempt },
      ...{ epoch: slot.epoch, startedAt: host.now(), limitMs: config.within, isSettled: false },
    };
    await noteStart(scene, call.wish, key);
    await host.write(callOf(slot), JSON.stringify(record));
    const over = await host.calls.begin(
      {
        ...{ id: record.id, directory: callsOf(slot), argv: config.run, cwd: slot.projectDirectory },
        ...{ variables: scene.variables, stdin: call.stdin(attempt), timeoutMs: config.within },
        ...{ maxOutputBytes: KEPT_BYTES, answerBytes: call.answerBytes },
      },
      signal,
    );
    if (over?.status === 'not-started' && over.errorCode === 'ERUNNER') noRunner(over.reason);
    return true;
  });
}

/**
 * Waits until no call is in progress, and answers how the last one ended when it had this key and nobody has taken its answer
 * yet. Throws `GR6409` when another control plane has taken over meanwhile, `GR6429` when a call does not end.
 */
export async function collect(scene: Scene, key: string, signal: AbortSignal): Promise<CallEnd | null> {
  const { host, slot } = scene;
  for (;;) {
    const look = await fenced(host, slot, signal, () => lookAtLast(scene, key));
    if (look === null) return null;
    const { call, end, isOrphan } = look;
    if (end) return call.key === key ? end : null;
    const leftMs = call.startedAt + call.limitMs + SPARE_MS - host.now();
    if (leftMs <= 0 && isOrphan) await host.calls.kill(callsOf(slot), call.id);
    else if (leftMs <= -SPARE_MS) await overdue(scene, call);
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    await Promise.race([waitFor(scene, call, either), host.sleep(Math.max(POLL_MS, leftMs), either)]).finally(() =>
      enough.abort(),
    );
  }
}

async function waitFor({ host, slot }: Scene, call: CallRecord, signal: AbortSignal): Promise<void> {
  const end = await host.calls.attend(callsOf(slot), call.id, signal);
  // Its runner is dead and it still runs: nobody tells when it ends.
  if (end.status === 'unknown') await host.sleep(POLL_MS, signal);
}

interface Look {
  readonly call: CallRecord;
  /** Null while it is in progress. */
  readonly end: CallEnd | null;
  /** It runs, and its runner, which would end it in time, is dead. */
  readonly isOrphan: boolean;
}

async function lookAtLast(scene: Scene, key: string): Promise<Look | null> {
  const { host, slot } = scene;
  const call = await lastCall(scene);
  if (!call || call.isSettled) return null;
  const stand = await host.calls.standOf(callsOf(slot), call.id);
  const running = { call, end: null, isOrphan: false };
  if (stand.status === 'running') return running;
  // Killed between record and start. A runner that was given its order may still come.
  if (stand.status === 'nothing' && !(await host.calls.forbid(callsOf(slot), call.id))) return running;
  const end: CallEnd =
    stand.status === 'over'
      ? stand.answer
      : { status: 'unknown', reason: 'it was never started: Greenroom was ended before that', output: '' };
  if (end.status === 'unknown' && (await host.calls.processOf(callsOf(slot), call.id)) !== null)
    return { ...running, isOrphan: true };
  await settle(scene, call, end, call.key === key);
  return { call, end, isOrphan: false };
}

/** Keeps what it said on standard error, without secrets, and removes the rest. Those of another wish are not known here. */
async function settle(scene: Scene, call: CallRecord, end: CallEnd, isOurs: boolean): Promise<void> {
  const { host, slot } = scene;
  const output = outputOf(end);
  const said = isOurs || output === '' ? output : 'what it said is not kept: Greenroom was ended meanwhile';
  await keep(scene, `${call.doing} ${call.key} attempt ${call.attempt}`, end, said);
  if (end.status === 'not-started' && call.attempt === 1) await takeBack(scene, call.key);
  await host.write(callOf(slot), JSON.stringify({ ...call, isSettled: true }));
  await host.calls.remove(callsOf(slot), call.id);
}

/** One that only looked leaves its line where it failed. */
export const keepLook = (scene: Scene, attempt: number, end: CallEnd): Promise<void> =>
  keep(scene, `state ${scene.slot.colour} attempt ${attempt}`, end, outputOf(end));

const outputOf = (end: CallEnd): string => (end.status === 'not-started' ? '' : end.output.trimEnd());

async function keep({ host, slot, hide }: Scene, what: string, end: CallEnd, said: string): Promise<void> {
  const head = `${new Date(host.now()).toISOString()} ${what}: ${summary(end)}`;
  await host.append(logOf(slot), hide(`${head}\n${said === '' ? '' : `${said}\n`}`));
}

function summary(end: CallEnd): string {
  if (end.status !== 'exited') return `${end.status}: ${end.reason}`;
  const how = end.timedOut
    ? 'time limit'
    : end.exitCode === null
      ? String(end.signalName)
      : `exit code ${end.exitCode}`;
  return `${how} after ${formatDuration(end.durationMs)}`;
}

const lastCall = ({ host, slot }: Scene): Promise<CallRecord | null> => readJson(host, callOf(slot), callSchema);

/** A runner that hangs, or that a clock was set under, is left to a person: its program may be in the middle of something. */
async function overdue({ host, slot, program }: Scene, call: CallRecord): Promise<never> {
  const pid = await host.calls.processOf(callsOf(slot), call.id);
  return fail({
    code: 'GR6429',
    message: `${program} (${call.doing}), called at ${new Date(call.startedAt).toISOString()}, has not ended long after its time limit of ${formatDuration(call.limitMs)}.`,
    where: callOf(slot),
    do: `Nothing else is called beside it. Look at process ${pid ?? 'of its runner'} and end it, then run this again.`,
  });
}

const noRunner = (reason: string): never =>
  fail({
    code: 'GR6421',
    message: `The runner of the driver's program could not be started: ${reason}.`,
    do: 'Look at memory and process limits of this machine, then run this again.',
  });

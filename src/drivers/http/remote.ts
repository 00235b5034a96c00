import type { HttpAnswer } from '../../kinds/effects.ts';
import { documentIn, isUntrusted, request, retryAfterMs, wasNeverSent } from '../wish/answers.ts';
import type { Wish } from '../wish/colour.ts';
import type { Handle, Order } from '../wish/orders.ts';
import { sinceMs, type FollowAnswer, type Remote, type SendAnswer } from '../wish/pursue.ts';
import { refused, toldFailure, unclear, undocumented, unreached, unreadable } from '../wish/remote-failures.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import { holdsAll, holdsAny, seenAt, textAt } from './expected.ts';
import { askOf, valuesOf } from './requests.ts';
import type { ActConfig, HttpDriverConfig } from './schema.ts';
import type { Values } from './template.ts';

type Scene = RemoteScene<HttpDriverConfig>;

/** A deploy API, by the templates of greenroom.yaml. */
export function httpRemote(scene: Scene): Remote {
  const { config } = scene;
  return {
    sends: (action) => config[action] !== undefined,
    isRepeatable: (action) => config[action]?.repeatable ?? ['PUT', 'DELETE'].includes(config[action]?.method ?? ''),
    send: (wish, order, signal) => send(scene, config[wish.action]!, wish, order, signal),
    follow: (handle, order, signal) => follow(scene, handle, order, signal),
    // It was sent by a process that is gone, and may still be on its way for as long as a request may take.
    find: async (order) =>
      sinceMs(scene, order) > config['answer-within'] ? { status: 'unknown' } : { status: 'wait' },
    limits: { withinMs: config.within, everyMs: config.every, retryForMs: config['retry-for'] },
  };
}

async function send(
  scene: Scene,
  act: ActConfig,
  { action, doing, services }: Wish,
  order: Order,
  signal: AbortSignal,
): Promise<SendAnswer> {
  const { config, slot, host } = scene;
  const [service] = action === 'prepare' ? [] : services;
  const variables = {
    ...service?.variables,
    ...{ GREENROOM_RELEASE: slot.release.id, GREENROOM_ENVIRONMENT: slot.environment, GREENROOM_COLOUR: slot.colour },
  };
  const values = valuesOf(scene, {
    ...{ service: service?.name ?? '', operation: order.key, argv: service?.argv ?? [] },
    // Only who starts a service needs them.
    variables: action === 'start' ? variables : {},
  });
  const ask = askOf(scene, act, values);
  const headers = { ...ask.headers, [config['key-header'].toLowerCase()]: order.key };
  const answer = await request(scene, { ...ask, headers }, signal);
  return judge(scene, act, doing, answer, host.now());
}

/** What an answer to an act means. Only what surely did nothing is `refused`; what may have acted is `unknown`. */
function judge(scene: Scene, act: ActConfig, doing: string, answer: HttpAnswer, nowMs: number): SendAnswer {
  if (answer.status === 'unreachable') {
    if (isUntrusted(answer))
      return { end: 'failed', didNothing: true, said: answer.reason, failure: unreached(scene, doing, answer.reason) };
    return { end: wasNeverSent(answer) ? 'refused' : 'unknown', said: answer.reason, afterMs: null };
  }
  const { code } = answer;
  const afterMs = retryAfterMs(answer, nowMs);
  const isTaken = act.status.includes(code);
  if (!isTaken && (code === 429 || (code === 503 && afterMs !== null)))
    return { end: 'refused', said: `it answered ${code}, "later"`, afterMs };
  if (!isTaken && (code >= 500 || code === 408)) return { end: 'unknown', said: unclear(scene, code, answer.body) };
  if (!isTaken) {
    // "There is one already" may be an earlier request of ours, and what redirects may have acted.
    const didNothing = code >= 400 && code !== 409;
    const failure = refused(scene, doing, code, answer.body);
    return { end: 'failed', didNothing, said: `it answered ${code}`, failure };
  }
  const needed = act.done !== undefined || act.follow !== undefined || Object.keys(act.keep).length > 0;
  if (!needed) return { end: 'done', said: `it answered ${code}` };
  const document = documentIn(answer);
  // It was taken, and nobody can say what came of it.
  if ('why' in document)
    return { end: 'unknown', said: `it answered ${code}; ${undocumented(scene, document.why, answer.body)}` };
  if (act.done && !holdsAll(document.json, act.done)) {
    const failure = toldFailure(scene, doing, seenAt(document.json, act.done));
    return { end: 'failed', said: failure.message, failure };
  }
  const kept = Object.entries(act.keep).map(([name, path]) => [name, textAt(document.json, path)] as const);
  // A value of dots would lead a path elsewhere, encoded or not.
  const missing = kept.find(([, value]) => value === null || /^\.{1,2}$/.test(value));
  if (missing) return { end: 'unknown', said: `${unclear(scene, code, answer.body)}, without ${act.keep[missing[0]]}` };
  const said = `it answered ${code}`;
  return act.follow ? { handle: Object.fromEntries(kept) as Handle, said } : { end: 'done', said };
}

async function follow(scene: Scene, handle: Handle, order: Order, signal: AbortSignal): Promise<FollowAnswer> {
  const { config, host } = scene;
  const way = config[order.action]?.follow;
  if (!way) return { status: 'lost', said: 'greenroom.yaml does not say any more how it is followed' };
  const answers = Object.entries(handle).map(([name, value]) => [`answer.${name}`, value] as const);
  const more: Values = { ...Object.fromEntries(answers), service: order.service ?? '', colour: order.colour };
  const answer = await request(scene, askOf(scene, { path: way.path }, valuesOf(scene, more)), signal);
  if (answer.status === 'unreachable') return { status: 'running', said: answer.reason };
  const { code } = answer;
  if (code === 429 || code === 408 || code >= 500)
    return { status: 'running', said: `it answers ${code}`, afterMs: retryAfterMs(answer, host.now()) ?? 0 };
  if (code === 404 || code === 410) return { status: 'lost', said: `it answers ${code}` };
  if (code < 200 || code > 299) return { status: 'blind', failure: refused(scene, order.doing, code, answer.body) };
  const document = documentIn(answer);
  if ('why' in document)
    return {
      status: 'blind',
      failure: unreadable(scene, order.doing, undocumented(scene, document.why, answer.body)),
    };
  if (holdsAny(document.json, way.failed))
    return { status: 'failed', failure: toldFailure(scene, order.doing, seenAt(document.json, way.failed)) };
  const said = seenAt(document.json, way.done);
  return { status: holdsAll(document.json, way.done) ? 'done' : 'running', said };
}

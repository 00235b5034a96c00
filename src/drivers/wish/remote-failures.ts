import { formatDuration } from '../../domain/duration.ts';
import { fail, type Failure } from '../../domain/failure.ts';
import { excerpt } from '../../kinds/wording.ts';
import { logOf, type Order } from './orders.ts';
import type { RemoteScene } from './remote-scene.ts';

type Scene = RemoteScene<unknown>;

export const unreached = (scene: Scene, doing: string, reason: string): Failure => ({
  code: 'GR6431',
  message: `${scene.system} (${doing}) could not be asked: ${reason}.`,
  where: logOf(scene),
  do: 'See whether it is reachable from this machine, then deploy again.',
});

/** `body` is what it answered. Secrets are cut out before it is cut short: what is cut through the middle is not found any more. */
export const refused = (scene: Scene, doing: string, code: number, body: string): Failure => ({
  code: 'GR6432',
  message: `${scene.system} (${doing}) answered ${code}${said(scene, body)}`,
  where: logOf(scene),
  do:
    code === 401 || code === 403
      ? 'Look at the token: whether it is still valid, and what it may do.'
      : code >= 300 && code < 400
        ? 'Redirects are not followed. Write the address that it points to, if that is the right one.'
        : 'Read what it says, correct the request or the system, and deploy again.',
});

export const unreadable = (scene: Scene, doing: string, why: string): Failure => ({
  code: 'GR6433',
  message: `${scene.system} (${doing}) gave an answer that cannot be understood: ${scene.hide(why)}.`,
  where: logOf(scene),
  do: 'Compare its answer with the paths that greenroom.yaml names.',
});

export const toldFailure = (scene: Scene, doing: string, what: string): Failure => ({
  code: 'GR6434',
  message: `${scene.system} (${doing}) says that it failed: ${what}.`,
  where: logOf(scene),
  do: 'Read its own log of this deployment, repair that, and deploy again.',
});

export const notOver = (scene: Scene, order: Order, limitMs: number, seen: string): never =>
  fail({
    code: 'GR6435',
    message: `${scene.system} (${order.doing}), asked at ${new Date(order.startedAt).toISOString()}, is not over after ${formatDuration(limitMs)}: ${seen}.`,
    where: logOf(scene),
    do: 'Nothing else is sent beside it. End it there or let it end, then deploy again; "within" gives it more time.',
  });

/** `afterMs` is when it said that it may be asked again, null when it did not say. */
export function notLonger(scene: Scene, doing: string, why: string, limitMs: number, afterMs: number | null): never {
  const at = new Date(scene.host.now() + (afterMs ?? 0)).toISOString();
  const limit = formatDuration(limitMs);
  return fail({
    code: 'GR6436',
    message:
      afterMs === null
        ? `${scene.system} (${doing}) did not take the request for ${limit}: ${why}.`
        : `${scene.system} (${doing}) did not take the request: ${why}. It may be asked again at ${at}, in ${formatDuration(afterMs)}; "retry-for" is ${limit}.`,
    where: logOf(scene),
    do:
      afterMs === null
        ? 'Look at its limits and its health; deploy again later, or raise "retry-for".'
        : `Deploy again after ${at}, or raise "retry-for" beyond ${formatDuration(afterMs)}.`,
  });
}

export const notShown = (scene: Scene, doing: string, seen: string, limitMs: number): never =>
  fail({
    code: 'GR6437',
    message: `${scene.system} said done (${doing}), but after ${formatDuration(limitMs)} its state says that ${seen} in ${scene.slot.colour}.`,
    where: logOf(scene),
    do: 'Look at what really runs there, and at what "state" reads.',
  });

export const missed = (scene: Scene, order: Order): never =>
  fail({
    code: 'GR6438',
    message: `${scene.system} (${order.doing}) was asked at ${new Date(order.startedAt).toISOString()}${answered(order)}; nobody saw what came of it, and its state does not show it.`,
    where: logOf(scene),
    do: 'It is not sent again, because it may still act. Look there, then deploy again. If the same key may be sent twice, say "repeatable: true".',
  });

export const gaveUp = (scene: Scene, order: Order): never =>
  fail({
    code: 'GR6438',
    message: `${scene.system} (${order.doing}) was asked ${order.attempt} times${answered(order)}; nobody saw what came of it.`,
    where: logOf(scene),
    do: 'Look at its health and at what runs there, then deploy again.',
  });

function said(scene: Scene, body: string): string {
  const text = beginning(scene, body);
  return text === '' ? ', and said nothing.' : `: ${text}`;
}

const answered = ({ answer }: Order): string => (answer === '' ? '' : `: ${answer.replace(/\.$/, '')}`);

/** What an answer that settles nothing was: its status and how its body begins. */
export const unclear = (scene: Scene, code: number, body: string): string =>
  `it answered ${code}${said(scene, body).replace(/\.$/, '')}`;

/** Why there is no document in an answer, and how its body begins. */
export const undocumented = (scene: Scene, why: string, body: string): string =>
  body.trim() === '' ? why : `${why}, and begins: ${beginning(scene, body)}`;

const beginning = (scene: Scene, body: string): string => excerpt(scene.hide(body), 200);

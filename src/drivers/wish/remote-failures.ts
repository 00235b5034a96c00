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

export const notLonger = (scene: Scene, doing: string, why: string, limitMs: number): never =>
  fail({
    code: 'GR6436',
    message: `${scene.system} (${doing}) did not take the request for ${formatDuration(limitMs)}: ${why}.`,
    where: logOf(scene),
    do: 'Look at its limits and its health; deploy again later, or raise "retry-for".',
  });

export const notShown = (scene: Scene, doing: string, seen: string, limitMs: number): never =>
  fail({
    code: 'GR6437',
    message: `${scene.system} said done (${doing}), but after ${formatDuration(limitMs)} its state says that ${seen} in ${scene.slot.colour}.`,
    where: logOf(scene),
    do: 'Look at what really runs there, and at what "state" reads.',
  });

export const missed = (scene: Scene, doing: string, startedAt: number): never =>
  fail({
    code: 'GR6438',
    message: `${scene.system} (${doing}) was asked at ${new Date(startedAt).toISOString()}; nobody saw what came of it, and its state does not show it.`,
    where: logOf(scene),
    do: 'It is not sent again, because it may still act. Look there, then deploy again. If the same key may be sent twice, say "repeatable: true".',
  });

export const gaveUp = (scene: Scene, doing: string, attempts: number): never =>
  fail({
    code: 'GR6438',
    message: `${scene.system} (${doing}) was asked ${attempts} times and nobody saw what came of it.`,
    where: logOf(scene),
    do: 'Look at its health and at what runs there, then deploy again.',
  });

function said(scene: Scene, body: string): string {
  const text = excerpt(scene.hide(body), 200);
  return text === '' ? ', and said nothing.' : `: ${text}`;
}

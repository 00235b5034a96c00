import { expectGood } from './containers.ts';
import type { Scene } from './scene.ts';
import { containersOf, serviceOf } from './start.ts';

const LINES = 40;

/** What a service of the colour has written last, also when its container has ended or is being started again by its restart policy. */
export async function lastLines(scene: Scene, service: string): Promise<readonly string[]> {
  const container = (await containersOf(scene)).findLast((each) => serviceOf(each) === service);
  if (!container) return [];
  const path = `/containers/${container.id}/logs?stdout=1&stderr=1&tail=${LINES}`;
  const answer = await scene.engine.call('GET', path);
  // 501: a log driver that cannot be read.
  if (answer.status === 404 || answer.status === 501) return [];
  const said = expectGood(answer, `read the log of ${container.name}`);
  return withoutFrames(typeof said === 'string' ? said : JSON.stringify(said))
    .split('\n')
    .filter(Boolean);
}

/**
 * Without a terminal the daemon puts eight bytes before each piece: which output, three times zero, its length. Of those no byte is more than
 * one character here, since a piece has at most 16 KiB and begins with a whole character.
 */
export const withoutFrames = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/[\u0001\u0002]\0{3}[^]{4}/g, '');

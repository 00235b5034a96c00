import { longestWaitMs } from '../domain/waiting-requests.ts';
import { lookSocket } from './config-text.ts';
import { allLanes, type Lane } from './lanes.ts';
import { askRuntime } from './runtime-door.ts';
import type { LaneLook } from './statistics.ts';
import { failUnsure } from './unsure.ts';

/** How long each request without an answer has waited, in milliseconds; only those that were asked whole, or of which a server takes no more. */
export type Unanswered = ReadonlyMap<Lane, readonly number[]>;

/** Not asked where nothing is under way. Null: this HAProxy tells it in words that are not known. */
export async function askUnanswered(directory: string, looks: ReadonlyMap<Lane, LaneLook>): Promise<Unanswered | null> {
  if ([...looks.values()].every(({ httpInFlight, webSockets }) => httpInFlight + webSockets === 0)) return new Map();
  const answer = await askRuntime({ directory, socket: lookSocket, commands: ['show sess'] });
  if (answer.status !== 'answered') return failUnsure(directory, 'it did not tell what is under way');
  return readUnanswered(answer.text);
}

const lanes = new RegExp(` be=\\S+\\.(${allLanes.join('|')})(?:\\.\\w+)? `);
/** Analysers of an answer: it has not begun. */
const waitForAnswer = 0x400000;
/** Of the request's channel, up to 2.7: nothing more of it will come. That is never told of one who asks for a WebSocket. */
const isWhole = 0x40000000;
const session = / be=\S+\.session | srv=session /;

/**
 * HAProxy has a timer for a server's silence, which ends after `timeout server` of the configuration: what is missing of that is for how long
 * the server has been silent. Up to 2.7 it is told with the answer's channel and runs while the request is still coming, too; later it is
 * told with the server's end (`scb`) and runs no sooner than the request is whole. Where a server takes no more of a request, what is left of the
 * time to write is told beside it. The age of the stream is of no use: it has the idle time of
 * a kept connection in it.
 */
export function readUnanswered(text: string): Unanswered | null {
  const waiting = new Map(allLanes.map((lane): [Lane, number[]] => [lane, []]));
  for (const line of text.split('\n')) {
    const lane = lanes.exec(line)?.[1] as Lane | undefined;
    if (lane === undefined) continue;
    const [, asked = '', answers = ''] =
      /\brq\[f=([0-9a-f]+)h,.* rp\[f=[0-9a-f]+h,[^\]]*an=([0-9a-f]+)h/.exec(line) ?? [];
    const old = /\brp\[[^\]]*\brx=([^,\]]*)/.exec(line)?.[1];
    const rest = old ?? /\bscb=\[[^\]]*\brex=([^,\]]*)/.exec(line)?.[1];
    if (answers === '' || rest === undefined) return null;
    const stalled = (old === undefined ? /\bscb=\[[^\]]*\bwex=([^,\]]+)/ : /\brq\[[^\]]*\bwx=([^,\]]+)/).exec(
      line,
    )?.[1];
    const isComing = old !== undefined && (parseInt(asked, 16) & isWhole) === 0 && !session.test(line);
    const left = stalled ?? (isComing ? '' : rest);
    if ((parseInt(answers, 16) & waitForAnswer) === 0 || left === '') continue;
    // Told in whole seconds, rounded down.
    waiting.get(lane)!.push(longestWaitMs - readTime(left) - 1_000);
  }
  return waiting;
}

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** `4m53s` in milliseconds. */
const readTime = (text: string): number =>
  [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
    0,
  );

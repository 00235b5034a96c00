import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { fail } from '../domain/failure.ts';

/** The newest version of the Engine API that is used here; an older daemon is spoken to in its own. */
const NEWEST = '1.44';
const OLDEST = '1.24';
const PATIENCE_MS = 60_000;

export interface EngineAnswer {
  readonly status: number;
  /** What JSON was answered; the bare text when it was none. */
  readonly body: unknown;
}

export interface Engine {
  /** `path` begins with a slash and has no version. Statuses are handed on; throws `GR6440` when nobody answers. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<EngineAnswer>;
}

/** Another daemon behind the socket is noticed by a call that nobody answered, or after this time. */
const VERSION_KEPT_MS = 60_000;

interface KnownVersion {
  readonly version: Promise<string>;
  readonly untilMs: number;
}

/** By socket, for all of this process: a daemon starts several programs to tell its version, and would at every look at a colour. */
const known = new Map<string, KnownVersion>();

/** The Engine API of a Docker daemon behind a unix socket, in a version that both sides know; asked when it is not known or was asked long ago. */
export function openEngine(socketPath: string, elapsedMs = (): number => performance.now()): Engine {
  return {
    async call(method, path, body) {
      try {
        return await send(socketPath, method, `/v${await versionOf(socketPath, elapsedMs())}${path}`, body);
      } catch (error) {
        known.delete(socketPath); // whoever answers next may be another
        throw error;
      }
    },
  };
}

function versionOf(socketPath: string, nowMs: number): Promise<string> {
  const kept = known.get(socketPath);
  if (kept && nowMs < kept.untilMs) return kept.version;
  const version = negotiate(socketPath);
  known.set(socketPath, { version, untilMs: nowMs + VERSION_KEPT_MS });
  return version;
}

async function negotiate(socketPath: string): Promise<string> {
  const { body } = await send(socketPath, 'GET', '/version');
  const { ApiVersion: newest, MinAPIVersion: oldest } = body as { ApiVersion?: string; MinAPIVersion?: string };
  if (newest === undefined) return noDocker(socketPath, 'what answers there is not a Docker daemon');
  const chosen = isBelow(newest, NEWEST) ? newest : NEWEST;
  if (isBelow(chosen, oldest ?? OLDEST) || isBelow(chosen, OLDEST))
    return noDocker(socketPath, `it speaks ${oldest ?? '?'} to ${newest} of its API, Greenroom ${OLDEST} to ${NEWEST}`);
  return chosen;
}

/** Of two versions such as 1.41. */
function isBelow(one: string, other: string): boolean {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [one, other].map((each) =>
    each.split('.').map(Number),
  ) as [number[], number[]];
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

async function send(socketPath: string, method: string, path: string, body?: object): Promise<EngineAnswer> {
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/json' } : {};
      const asked = request({ socketPath, method, path, headers, agent: false }, resolve);
      asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
      asked.on('error', reject);
      asked.end(body && JSON.stringify(body));
    });
    return { status: answer.statusCode ?? 0, body: parse(await text(answer)) };
  } catch (error) {
    return noDocker(socketPath, error instanceof Error ? error.message : String(error));
  }
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}

const noDocker = (socketPath: string, reason: string): never =>
  fail({
    code: 'GR6440',
    message: `Docker does not answer: ${reason}.`,
    where: socketPath,
    do: 'Start the daemon, or give this user the right to its socket ("docker version" must answer), then run this again.',
  });

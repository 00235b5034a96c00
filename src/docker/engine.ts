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

/** The Engine API of a Docker daemon behind a unix socket, in a version that both sides know. Asked at the first call. */
export function openEngine(socketPath: string): Engine {
  let version: Promise<string> | null = null;
  return {
    async call(method, path, body) {
      version ??= negotiate(socketPath);
      version.catch(() => (version = null)); // asked again by the next call
      return send(socketPath, method, `/v${await version}${path}`, body);
    },
  };
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

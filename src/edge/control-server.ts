import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import { wishSchema } from '../kinds/maintenance.ts';
import { targetSchema } from './edge-schemas.ts';
import type { EdgeRun } from './edge-state.ts';
import type { PointAnswer, Watchdog } from './watchdog.ts';

const largestBodyBytes = 64 * 1_024;
const sessionsSchema = z.object({
  epoch: z.int().min(0),
  colour: z.enum(['blue', 'green']),
  code: z.literal(1012).default(1012),
});

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** The edge's own door: loopback, and only for who can read the token in `run.json`. */
export function controlServer(watchdog: Watchdog, run: () => EdgeRun, stop: () => void): Server {
  return createServer((request, response) => {
    answer(watchdog, run, stop, request)
      .catch((error: unknown): Answer => unsure(error))
      .then(({ status, body }) => write(response, status, body))
      .catch(() => response.destroy());
  });
}

async function answer(
  watchdog: Watchdog,
  run: () => EdgeRun,
  stop: () => void,
  request: IncomingMessage,
): Promise<Answer> {
  if (!mayEnter(request, run().token))
    return refuse(401, { code: 'GR7405', message: 'The edge does not know this caller.' });
  switch (`${request.method} ${request.url}`) {
    case 'GET /state':
      return { status: 200, body: stateBody(watchdog, run()) };
    case 'GET /load':
      return { status: 200, body: { ...(await watchdog.load()), workerRestarts: watchdog.workerRestarts } };
    case 'PUT /prepare':
      return prepare(watchdog, await readBody(request));
    case 'PUT /point':
      return point(watchdog, await readBody(request));
    case 'PUT /maintenance':
      return maintain(watchdog, await readBody(request));
    case 'POST /close-sessions':
      return closeSessions(watchdog, await readBody(request));
    case 'POST /stop':
      setImmediate(stop);
      return { status: 202, body: { stopping: true } };
    default:
      return refuse(404, { code: 'GR7406', message: `The edge has no ${request.method} ${request.url}.` });
  }
}

function stateBody(watchdog: Watchdog, run: EdgeRun): object {
  const { token: _, ...shown } = run;
  return {
    ...shown,
    state: watchdog.state,
    maintenance: watchdog.wish.page,
    workerPid: watchdog.workerPid,
    workerRestarts: watchdog.workerRestarts,
  };
}

async function prepare(watchdog: Watchdog, body: unknown): Promise<Answer> {
  const parsed = targetSchema.safeParse(body);
  if (!parsed.success) return refuse(400, noTarget(parsed.error));
  const judged = await watchdog.prepare(parsed.data);
  const { epoch } = parsed.data;
  return judged.status === 'apply' ? { status: 200, body: { epoch } } : pointAnswer(watchdog, judged, epoch);
}

async function point(watchdog: Watchdog, body: unknown): Promise<Answer> {
  const parsed = targetSchema.safeParse(body);
  if (!parsed.success) return refuse(400, noTarget(parsed.error));
  return pointAnswer(watchdog, await watchdog.point(parsed.data), parsed.data.epoch);
}

const noTarget = (error: z.ZodError): Failure => ({
  code: 'GR7410',
  message: `The target is not one: ${z.prettifyError(error)}`,
});

function pointAnswer(watchdog: Watchdog, done: PointAnswer, epoch: number): Answer {
  const { state } = watchdog;
  switch (done.status) {
    case 'applied':
      return { status: 200, body: { state: done.state, workerPid: watchdog.workerPid } };
    case 'same':
      return { status: 200, body: { state, workerPid: watchdog.workerPid } };
    case 'stale':
      return refuse(409, staleFailure(epoch, state.epoch), state.epoch);
    case 'conflict': {
      const message = `Epoch ${epoch} already points to ${state.colour ?? 'nobody'} (${state.release ?? 'no release'}).`;
      return refuse(409, { code: 'GR7411', message, do: 'Take a new epoch for a new target.' }, state.epoch);
    }
    case 'services': {
      const parts = [
        done.missing.length > 0 ? `no address for ${done.missing.join(', ')}` : '',
        done.unknown.length > 0 ? `unknown services ${done.unknown.join(', ')}` : '',
      ];
      return refuse(400, { code: 'GR7410', message: `The target has ${parts.filter(Boolean).join(' and ')}.` });
    }
    case 'beside':
      return refuse(400, { code: 'GR7410', message: `The target is not one: ${done.reason}.` });
    default:
      return done satisfies never;
  }
}

async function maintain(watchdog: Watchdog, body: unknown): Promise<Answer> {
  const parsed = wishSchema.safeParse(body);
  if (!parsed.success) return refuse(400, { code: 'GR7410', message: z.prettifyError(parsed.error) });
  const { epoch } = parsed.data;
  if (await watchdog.maintain(parsed.data)) return { status: 200, body: { epoch } };
  return refuse(409, staleFailure(epoch, watchdog.wish.epoch), watchdog.wish.epoch);
}

async function closeSessions(watchdog: Watchdog, body: unknown): Promise<Answer> {
  const parsed = sessionsSchema.safeParse(body);
  if (!parsed.success) return refuse(400, { code: 'GR7410', message: z.prettifyError(parsed.error) });
  const { epoch, colour } = parsed.data;
  const highest = watchdog.state.epoch;
  if (epoch < highest) return refuse(409, staleFailure(epoch, highest), highest);
  return { status: 200, body: { sessions: await watchdog.closeSessions(colour) } };
}

function staleFailure(epoch: number, highest: number): Failure {
  return {
    code: 'GR7409',
    message: `Epoch ${epoch} is older than ${highest}, which the edge has already followed.`,
    do: 'Another run has taken over. Look at what stands now before acting again.',
  };
}

function refuse(status: number, failure: Failure, epoch?: number): Answer {
  return { status, body: { ...failure, ...(epoch === undefined ? {} : { epoch }) } };
}

/** The change may have happened or not; whoever asked must look. */
function unsure(error: unknown): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  return refuse(503, {
    code: 'GR7403',
    message: `The edge could not finish: ${reason}.`,
    do: 'Read its state and ask again.',
  });
}

function mayEnter(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > largestBodyBytes) throw new Error(`the body is above ${largestBodyBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function write(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

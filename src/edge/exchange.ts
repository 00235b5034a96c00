import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { wantsProblem, type MaintenancePage } from '../kinds/maintenance.ts';
import { Caller, marked } from './caller.ts';
import { asLatin1, requestHeaders, responseHeaders } from './forwarded-headers.ts';
import type { Lane } from './lane.ts';
import { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';
import type { RequestEnd, Unanswered } from './traffic-count.ts';
import { discard, type Upstream, type UpstreamPool } from './upstream-pool.ts';

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

const smallAnswerBytes = 8 * 1_024;

export interface Listener {
  readonly service: string;
  readonly board: Switchboard;
  readonly trustedProxies: ReadonlySet<string>;
}

/** The client's socket once it asked for a WebSocket. */
export interface UpgradeWish {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * One request on its way to a backend and back.
 *
 *   assigned ─▶ connecting ─▶ sent ─▶ answering ─▶ ended
 *                  │            └─ broken before a byte came back, on a reused connection, and repeatable ─▶ once more, fresh
 *                  └─ no connection: nothing was sent ─▶ once more, fresh
 */
export class Exchange implements Dispatcher.DispatchHandler, Unanswered {
  wholeMs: number | null = null;
  private readonly listener: Listener;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly upgrade: UpgradeWish | null;
  private readonly headers: string[];
  private readonly startedMs = performance.now();
  private readonly caller: Caller;
  private marks: readonly string[] = [];
  private body: PassThrough | null = null;
  private lane: Lane | null = null;
  private pool: UpstreamPool | null = null;
  private upstream: Upstream | null = null;
  private controller: Dispatcher.DispatchController | null = null;
  private reused = false;
  private sent = false;
  private touched = false;
  private answering = false;
  private ended = false;
  private clientGone = false;
  private tries = 0;
  /** A small beginning of the answer, held until this turn of the loop is over: it may be all there is. */
  private first: Buffer | null = null;
  private streaming = false;

  constructor(listener: Listener, request: IncomingMessage, response: ServerResponse, upgrade: UpgradeWish | null) {
    this.listener = listener;
    this.request = request;
    this.response = response;
    this.upgrade = upgrade;
    this.caller = new Caller(request);
    this.headers = requestHeaders(request, listener);
  }

  start(): void {
    const path = originForm(this.request.url ?? '/');
    if (path === null) return this.answer(400, 'GR7420', 'The request target is not a path.');
    this.request.url = path;
    this.request.on('error', () => undefined);
    this.response.on('error', () => undefined);
    const { page } = this.listener.board.wish;
    if (page && !page.open.includes(path.split('?')[0]!)) return this.answerPage(page);
    if (!this.assign()) {
      this.listener.board.unserved += 1;
      this.response.setHeader('retry-after', '1');
      return this.answer(503, 'GR7421', `No release serves "${this.listener.service}" now.`);
    }
    this.response.on('close', () => this.clientClosed());
    if (this.upgrade) this.noticeLeaving(this.upgrade.socket);
    if (hasBody(this.request)) this.body = this.openBody();
    else this.wholeMs = this.startedMs;
    this.send(this.upgrade ? 'fresh' : this.mayRepeat() ? 'any' : 'recent');
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.sent = true;
    if (this.clientGone) controller.abort(new Error('client gone'));
  }

  onResponseStarted(): void {
    this.touched = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number, _: unknown, statusText = ''): void {
    if (statusCode < 200) return;
    this.answering = true;
    this.lane?.count.answerBegan(this);
    if (this.listener.board.leaving) this.response.shouldKeepAlive = false;
    const headers = responseHeaders(rawOf(controller), statusCode);
    this.response.writeHead(statusCode, statusText, this.marks.length > 0 ? marked(headers, this.marks) : headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.first === null && !this.streaming && chunk.length <= smallAnswerBytes) {
      this.first = chunk;
      process.nextTick(() => this.flushFirst());
      return;
    }
    this.flushFirst();
    if (this.response.write(chunk)) return;
    controller.pause();
    this.response.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    if (this.upstream) this.pool?.giveBack(this.upstream);
    this.end({ kind: 'answered', statusCode: this.response.statusCode });
    if (this.first === null) return void this.response.end();
    // As text, head and body leave in one plain write; as bytes they would need a gathering one, which costs about a tenth more of all.
    this.response.end(this.first.toString('latin1'), 'latin1');
    this.first = null;
  }

  /** The answer is longer than what came with its head, or slower. */
  private flushFirst(): void {
    this.streaming = true;
    if (this.first && !this.clientGone) this.response.write(this.first);
    this.first = null;
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController, statusCode: number, _: unknown, backend: Duplex): void {
    const { lane, upgrade } = this;
    lane?.count.answerBegan(this);
    this.end({ kind: 'answered', statusCode });
    if (this.upstream) discard(this.upstream);
    if (!lane || !upgrade || this.clientGone) return void backend.destroy();
    const { socket, head } = upgrade;
    this.response.detachSocket(socket as Parameters<ServerResponse['detachSocket']>[0]);
    socket.write(upgradeHead(rawOf(controller)), 'latin1');
    if (head.length > 0) backend.write(head);
    lane.count.webSockets += 1;
    lane.count.webSocketsTotal += 1;
    const session: Session = new Session(lane.party.colour ?? 'none', socket, backend, () => {
      lane.count.webSockets -= 1;
      this.listener.board.sessions.delete(session);
    });
    this.listener.board.sessions.add(session);
  }

  onResponseError(_: unknown, error: NodeJS.ErrnoException): void {
    if (this.upstream) discard(this.upstream);
    if (this.ended) return;
    if (this.clientGone) return this.end({ kind: 'given-up', isWaiting: !this.answering && this.request.complete });
    if (this.answering) {
      this.end({ kind: 'broken' });
      this.response.destroy();
      return;
    }
    if (error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED') {
      this.end({ kind: 'answered', statusCode: 400 });
      return this.answer(400, 'GR7420', `The request cannot be passed on: ${error.message}.`);
    }
    // One that was silent for so long had the request: only a connection that was lost may have carried it to nobody.
    const late = error.code === 'UND_ERR_HEADERS_TIMEOUT';
    if (!late && this.retry()) return;
    this.end({ kind: 'broken' });
    const reason = error.code ?? error.message;
    this.answer(
      late ? 504 : 502,
      'GR7422',
      `The release that serves "${this.listener.service}" did not answer (${reason}).`,
    );
  }

  private assign(): boolean {
    const { board } = this.listener;
    const lane = board.laneFor(this.caller);
    const pool = lane?.pool(this.listener.service) ?? null;
    if (!lane || !pool) return false;
    this.lane?.count.taken(this);
    lane.count.assigned(this);
    this.lane = lane;
    this.marks = this.caller.marks(board.gets, lane);
    this.pool = pool;
    return true;
  }

  private send(wanted: 'any' | 'recent' | 'fresh'): void {
    const upstream = this.pool!.take(wanted);
    this.upstream = upstream;
    this.reused = upstream.used;
    this.sent = false;
    upstream.client.dispatch(
      {
        method: (this.request.method ?? 'GET') as Dispatcher.HttpMethod,
        path: this.request.url ?? '/',
        headers: this.headers,
        body: this.body,
        upgrade: this.upgrade ? 'websocket' : null,
      },
      this,
    );
  }

  /** Goes to whom requests go now: the colour this one was assigned to may have been stopped meanwhile. */
  private retry(): boolean {
    const safe = this.sent ? this.reused && !this.touched && this.mayRepeat() : true;
    if (this.tries > 0 || !safe) return false;
    this.tries += 1;
    if (this.lane) this.lane.count.retries += 1;
    if (!this.assign()) return false;
    this.send('fresh');
    return true;
  }

  private mayRepeat(): boolean {
    return this.body === null && repeatable.has(this.request.method ?? '');
  }

  private clientClosed(): void {
    if (this.ended) return;
    this.clientGone = true;
    this.controller?.abort(new Error('client gone'));
  }

  /** Nobody reads from a socket that asks for a WebSocket until it has one: what comes is kept there, and its end is noticed. */
  private noticeLeaving(socket: Duplex): void {
    socket.once('end', () => this.clientClosed());
    socket.read(0);
  }

  /** A stream of our own, since undici destroys what it was given when a backend answers before it has read all. */
  private openBody(): PassThrough {
    const body = new PassThrough();
    body.on('error', () => undefined);
    this.request.on('end', () => (this.wholeMs = performance.now()));
    // A release that takes no more of it is waited for, too.
    this.request.on('pause', () => (this.wholeMs ??= performance.now()));
    this.request.on('resume', () => {
      if (!this.request.complete) this.wholeMs = null;
    });
    body.on('close', () => {
      this.request.unpipe(body);
      this.request.resume();
    });
    return this.request.pipe(body);
  }

  private end(end: RequestEnd): void {
    if (this.ended) return;
    this.ended = true;
    this.lane?.count.requestEnded(this, end, this.startedMs);
  }

  private answerPage({ html, problem, retryAfter }: MaintenancePage): void {
    const isProblem = wantsProblem(this.request.headers.accept ?? '');
    this.response.writeHead(503, {
      'content-type': isProblem ? 'application/problem+json' : 'text/html; charset=utf-8',
      'retry-after': retryAfter,
      'cache-control': 'no-store',
    });
    this.response.end(isProblem ? problem : html);
    this.request.resume();
  }

  private answer(statusCode: number, code: string, message: string): void {
    if (this.listener.board.leaving) this.response.shouldKeepAlive = false;
    for (let i = 0; i < this.marks.length; i += 2) this.response.appendHeader(this.marks[i]!, this.marks[i + 1]!);
    this.response.writeHead(statusCode, { 'content-type': 'application/json' });
    this.response.end(`${JSON.stringify({ code, message })}\n`);
    this.request.resume();
  }
}

function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}

/** A proxy is asked with whole URLs now and then; backends expect a path. Null for anything else. */
function originForm(target: string): string | null {
  if (target.startsWith('/')) return target;
  const url = URL.parse(target);
  return url && /^https?:$/.test(url.protocol) ? url.pathname + url.search : null;
}

function rawOf(controller: Dispatcher.DispatchController): (Buffer | string)[] {
  return Array.isArray(controller.rawHeaders) ? controller.rawHeaders : [];
}

function upgradeHead(raw: readonly (Buffer | string)[]): string {
  let head = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (let i = 0; i < raw.length; i += 2) head += `${asLatin1(raw[i]!)}: ${asLatin1(raw[i + 1]!)}\r\n`;
  return `${head}\r\n`;
}

/**
 * Open-loop mixed load: requests start when they are due, whatever became of those before. Latency counts from the moment a
 * request was due, and every request issued ends as a record — one that never came back as `unfinished`.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

export type LoadClass = 'keep-alive' | 'new-connection' | 'post' | 'slow';

const ratesPerSecond: Readonly<Record<LoadClass, number>> = {
  'keep-alive': 300,
  'new-connection': 50,
  post: 50,
  slow: 5,
};
const classes = Object.keys(ratesPerSecond) as LoadClass[];
/** Held open all the time: one that is closed is opened again. */
export const webSockets = 10;
const postBody = Buffer.alloc(2_048, 97);
const lastAnswerTimeoutMs = 12_000;
const now = (): number => performance.timeOrigin + performance.now();

export interface LoadRecord {
  readonly class: LoadClass;
  readonly dueAt: number;
  readonly sentAt: number;
  readonly endedAt: number;
  /** When the app that answered received it, by the app's own clock reading; null without an answer. */
  readonly receivedAt: number | null;
  readonly release: string | null;
  /** Null: answered 200, whole. */
  readonly error: string | null;
}

export interface SessionRecord {
  /** 0 when it never opened. */
  readonly openedAt: number;
  readonly closedAt: number;
  readonly release: string | null;
  /** Close code; 1006 when it broke off; 0 when the load ended it. */
  readonly code: number;
}

export interface LoadResult {
  readonly issued: number;
  readonly records: readonly LoadRecord[];
  readonly sessions: readonly SessionRecord[];
}

export class MixedLoad {
  readonly records: LoadRecord[] = [];
  readonly sessions: SessionRecord[] = [];
  private readonly host: string;
  private readonly port: number;
  private readonly agents: Readonly<Record<LoadClass, Agent>> = {
    'keep-alive': new Agent({ keepAlive: true, maxSockets: 20 }),
    post: new Agent({ keepAlive: true, maxSockets: 10 }),
    slow: new Agent({ keepAlive: true, maxSockets: 50 }),
    'new-connection': new Agent({ keepAlive: false }),
  };
  private readonly open = new Set<(error: string) => void>();
  private readonly sockets = new Set<WebSocket>();
  private readonly issuedOf: Record<LoadClass, number> = { 'keep-alive': 0, 'new-connection': 0, post: 0, slow: 0 };
  private readonly startedAt = now();
  private readonly timer: NodeJS.Timeout;
  private stopped = false;

  constructor(port: number, host = '127.0.0.1') {
    this.host = host;
    this.port = port;
    this.timer = setInterval(() => this.issueDue(), 2);
    for (let i = 0; i < webSockets; i += 1) this.openSession();
  }

  /** Issues no more, waits for what is under way, and gives up what has not come by then. */
  async stop(): Promise<LoadResult> {
    this.issueDue();
    clearInterval(this.timer);
    this.stopped = true;
    for (const socket of this.sockets) socket.terminate();
    const until = now() + lastAnswerTimeoutMs;
    while (this.open.size > 0 && now() < until) await sleep(10);
    for (const finish of this.open) finish('unfinished');
    for (const agent of Object.values(this.agents)) agent.destroy();
    const issued = classes.reduce((sum, one) => sum + this.issuedOf[one], 0);
    return { issued, records: this.records, sessions: this.sessions };
  }

  private issueDue(): void {
    const elapsedMs = now() - this.startedAt;
    for (const one of classes) {
      const gapMs = 1_000 / ratesPerSecond[one];
      while (this.issuedOf[one] * gapMs <= elapsedMs) {
        this.issue(one, this.startedAt + this.issuedOf[one] * gapMs);
        this.issuedOf[one] += 1;
      }
    }
  }

  private issue(one: LoadClass, dueAt: number): void {
    const sentAt = now();
    let release: string | null = null;
    let receivedAt: number | null = null;
    const finish = (error: string | null): void => {
      if (!this.open.delete(finish)) return;
      this.records.push({ class: one, dueAt, sentAt, endedAt: now(), receivedAt, release, error });
    };
    this.open.add(finish);
    const post = one === 'post';
    const outgoing = request({
      host: this.host,
      port: this.port,
      path: one === 'slow' ? '/slow?ms=2000' : '/',
      method: post ? 'POST' : 'GET',
      agent: this.agents[one],
      headers: post ? { 'content-length': postBody.length } : {},
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    outgoing.on('response', (response) => {
      release = String(response.headers['x-release'] ?? '') || null;
      receivedAt = Number(response.headers['x-received-at'] ?? Number.NaN) || null;
      response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
      response.on('end', () => {
        if (!response.complete) finish('truncated');
        else finish(response.statusCode === 200 ? null : `status ${response.statusCode}`);
      });
      response.resume();
    });
    outgoing.end(post ? postBody : undefined);
  }

  private openSession(): void {
    const socket = new WebSocket(`ws://${this.host}:${this.port}/ws`);
    let [openedAt, release]: [number, string | null] = [0, null];
    let beat: NodeJS.Timeout | undefined;
    this.sockets.add(socket);
    socket.on('open', () => {
      openedAt = now();
      socket.send('hello');
      beat = setInterval(() => socket.send('beat'), 200);
    });
    socket.on('message', (data) => (release = String(data).split(':')[0] ?? null));
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      clearInterval(beat);
      this.sockets.delete(socket);
      if (openedAt > 0 || !this.stopped)
        this.sessions.push({ openedAt, closedAt: now(), release, code: this.stopped ? 0 : code });
      if (!this.stopped) setTimeout(() => this.stopped || this.openSession(), 100);
    });
  }
}

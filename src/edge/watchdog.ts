import { fork, type ChildProcess } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isStaleWish, type MaintenanceWish } from '../kinds/maintenance.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { syncFolderOf, writeDurably } from '../host/durable-file.ts';
import type { FromWorker, ToWorker, WorkerLoad } from './edge-messages.ts';
import { judgePoint, sameTarget, type EdgeConfig, type EdgeState, type PointJudgement } from './edge-state.ts';
import { sendHandle, type ListeningHandle } from './listening-handle.ts';

const answerTimeoutMs = 2_000;
const readyTimeoutMs = 5_000;
/** A worker that dies sooner than this is started again with a growing pause. */
const soundLifeMs = 1_000;
const longestPauseMs = 1_000;

type Asked = Extract<FromWorker, { id: number }>;
export type PointAnswer =
  | Exclude<PointJudgement, { status: 'apply' }>
  | { readonly status: 'applied'; readonly state: EdgeState };

/** Holds listeners and state, keeps one worker alive, and is the only one that changes where requests go. */
export class Watchdog {
  state: EdgeState;
  wish: MaintenanceWish;
  workerRestarts = 0;
  private readonly stateDirectory: string;
  private readonly entryFile: string;
  private readonly config: EdgeConfig;
  private readonly handles: ReadonlyMap<string, ListeningHandle>;
  private readonly listenFailed: (service: string, errno: string) => void;
  private readonly waiting = new Map<number, (answer: Asked | null) => void>();
  private readonly readyWaiters = new Set<() => void>();
  private worker: ChildProcess | null = null;
  private listening = 0;
  private nextId = 1;
  private pauseMs = 0;
  private stopping = false;
  private settled = false;
  private lastPoint: Promise<unknown> = Promise.resolve();
  /** The state that is on disk beside the one that holds, which it may follow. */
  private prepared: { readonly after: EdgeState; readonly next: EdgeState } | null = null;

  constructor(options: {
    readonly stateDirectory: string;
    readonly entryFile: string;
    readonly config: EdgeConfig;
    readonly state: EdgeState;
    readonly wish: MaintenanceWish;
    readonly handles: ReadonlyMap<string, ListeningHandle>;
    readonly listenFailed: (service: string, errno: string) => void;
  }) {
    this.stateDirectory = options.stateDirectory;
    this.entryFile = options.entryFile;
    this.config = options.config;
    this.state = options.state;
    this.wish = options.wish;
    this.handles = options.handles;
    this.listenFailed = options.listenFailed;
  }

  get workerPid(): number | null {
    return this.worker?.pid ?? null;
  }

  get serviceNames(): string[] {
    return [...this.handles.keys()];
  }

  start(): void {
    const startedMs = performance.now();
    // The state directory tells whose worker this is, to people and to `ensure`; the worker does not read it.
    const words = ['worker', JSON.stringify(this.config), this.stateDirectory];
    const worker = fork(this.entryFile, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.worker = worker;
    this.listening = 0;
    worker.on('message', (message: FromWorker) => this.hear(worker, message));
    worker.on('error', (error) => log('worker-error', { message: error.message }));
    worker.on('exit', (code, signal) => {
      if (this.worker !== worker) return;
      this.worker = null;
      for (const answer of this.waiting.values()) answer(null);
      this.waiting.clear();
      if (this.stopping) return;
      this.workerRestarts += 1;
      this.pauseMs = performance.now() - startedMs > soundLifeMs ? 0 : Math.min(longestPauseMs, this.pauseMs * 2 + 20);
      log('worker-died', { pid: worker.pid, code, signal, restartInMs: this.pauseMs });
      setTimeout(() => this.stopping || this.start(), this.pauseMs);
    });
  }

  async ready(timeoutMs = readyTimeoutMs): Promise<boolean> {
    if (this.isReady) return true;
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.readyWaiters.delete(settle);
        resolve(this.isReady);
      };
      const timer = setTimeout(settle, timeoutMs);
      this.readyWaiters.add(settle);
    });
  }

  /** From now on this edge is not given up: watchdog and worker each bring the other back. */
  settle(): void {
    this.settled = true;
    this.worker?.send({ kind: 'settled' } satisfies ToWorker, () => undefined);
  }

  /** What of a pointing takes the disk's time: the next state, which only needs its name then. */
  prepare(target: TrafficTarget): Promise<PointJudgement> {
    const answer = this.lastPoint.then(() => this.prepareNow(target));
    this.lastPoint = answer.catch(() => undefined);
    return answer;
  }

  /** One at a time, in the order they came. Persisted, applied, read back — then answered. */
  point(target: TrafficTarget): Promise<PointAnswer> {
    const answer = this.lastPoint.then(() => this.pointNow(target));
    this.lastPoint = answer.catch(() => undefined);
    return answer;
  }

  /** False for one that is older than what was followed before. */
  maintain(wish: MaintenanceWish): Promise<boolean> {
    const answer = this.lastPoint.then(() => this.maintainNow(wish));
    this.lastPoint = answer.catch(() => undefined);
    return answer;
  }

  async load(): Promise<WorkerLoad> {
    const answer = await this.ask((id) => ({ kind: 'load', id }));
    if (answer.kind !== 'loaded') throw new Error(`the worker answered ${answer.kind} to load`);
    return answer.load;
  }

  async closeSessions(colour: string): Promise<number> {
    // Whoever ends a colour must find it left for good, also after a power cut: a name that was given by `persist` may not be on disk yet.
    await syncFolderOf(join(this.stateDirectory, 'state.json'));
    const answer = await this.ask((id) => ({ kind: 'close-sessions', id, colour }));
    return answer.kind === 'sessions-closed' ? answer.sessions : 0;
  }

  stop(): void {
    this.stopping = true;
    this.worker?.kill('SIGKILL');
    for (const handle of this.handles.values()) handle.close();
  }

  private async prepareNow(target: TrafficTarget): Promise<PointJudgement> {
    const judged = judgePoint(this.state, target, this.serviceNames, Date.now());
    if (judged.status !== 'apply') return judged;
    this.prepared = null;
    await writeDurably(join(this.stateDirectory, 'state-next.json'), JSON.stringify(judged.next, null, 2));
    this.prepared = { after: this.state, next: judged.next };
    return judged;
  }

  /** A state that was prepared takes the name in one step, which any process finds from then on; the disk is not waited for. */
  private async persist(target: TrafficTarget, next: EdgeState): Promise<EdgeState> {
    const { prepared } = this;
    const path = join(this.stateDirectory, 'state.json');
    this.prepared = null;
    if (prepared?.after === this.state && sameTarget(prepared.next, target)) {
      await rename(join(this.stateDirectory, 'state-next.json'), path);
      return prepared.next;
    }
    await writeDurably(path, JSON.stringify(next, null, 2));
    return next;
  }

  private async pointNow(target: TrafficTarget): Promise<PointAnswer> {
    const judged = judgePoint(this.state, target, this.serviceNames, Date.now());
    if (judged.status !== 'apply' && judged.status !== 'same') return judged;
    if (judged.status === 'apply') {
      this.state = await this.persist(target, judged.next);
      log('point', { epoch: target.epoch, colour: target.colour, release: target.release });
    }
    const answer = await this.ask((id) => ({ kind: 'point', id, state: this.state }));
    if (answer.kind !== 'pointed' || !sameTarget(answer.state, this.state)) {
      throw new Error('the worker does not serve what it was told');
    }
    return { status: 'applied', state: answer.state };
  }

  private async maintainNow(wish: MaintenanceWish): Promise<boolean> {
    if (isStaleWish(wish, this.wish.epoch)) return false;
    await writeDurably(join(this.stateDirectory, 'maintenance.json'), JSON.stringify(wish, null, 2));
    this.wish = wish;
    log('maintain', { epoch: wish.epoch, isOn: wish.page !== null });
    const answer = await this.ask((id) => ({ kind: 'maintain', id, wish }));
    if (answer.kind !== 'maintained' || answer.epoch !== wish.epoch)
      throw new Error('the worker does not show what it was told');
    return true;
  }

  /** Asks a second worker when the first dies over it: every question may be asked twice. */
  private async ask(message: (id: number) => ToWorker): Promise<Asked> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (!(await this.ready())) break;
      const answer = await this.askOnce(message);
      if (answer) return answer;
    }
    throw new Error('the worker does not answer');
  }

  private askOnce(message: (id: number) => ToWorker): Promise<Asked | null> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), answerTimeoutMs);
      const settle = (answer: Asked | null): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(answer);
      };
      this.waiting.set(id, settle);
      this.worker?.send(message(id), (error) => error && settle(null));
    });
  }

  private hear(worker: ChildProcess, message: FromWorker): void {
    switch (message.kind) {
      case 'up':
        // The target goes first: a worker that accepts before it knows one would answer 503.
        worker.send({ kind: 'maintain', id: 0, wish: this.wish } satisfies ToWorker, () => undefined);
        worker.send({ kind: 'point', id: 0, state: this.state } satisfies ToWorker, () => undefined);
        for (const [service, handle] of this.handles) {
          sendHandle(worker, { kind: 'listen', service } satisfies ToWorker, handle);
        }
        return;
      case 'listening':
        this.listening += 1;
        if (this.isReady && this.settled) this.settle();
        if (this.isReady) for (const waiter of this.readyWaiters) waiter();
        return;
      case 'listen-failed':
        return this.listenFailed(message.service, message.errno);
      case 'pointed':
      case 'maintained':
      case 'loaded':
      case 'sessions-closed':
        return this.waiting.get(message.id)?.(message);
      default:
        message satisfies never;
    }
  }

  private get isReady(): boolean {
    return this.worker !== null && this.listening === this.handles.size;
  }
}

/** One JSON line for each event in the edge's log file. */
export function log(event: string, fields: object = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, event, ...fields })}\n`);
}

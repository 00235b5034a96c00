import type { Leaving } from '../kinds/lease.ts';

/**
 * The seam around the durable engine: flows are actors that live on their inbox, and every answer they act on is recorded.
 * Nothing outside this folder knows which engine it is; `memory-engine.ts` is the same contract without a database.
 */
export interface Engine {
  /** Names a flow; all are defined before `open`. */
  define<Input>(kind: string, flow: (context: FlowContext, input: Input) => Promise<void>): void;
  open(): Promise<void>;
  /** Starts a flow once per id, when its turn comes. */
  start(kind: string, id: string, input: unknown, turn: Turn): Promise<void>;
  /** Puts a message into a flow's inbox, once per `key`; it is kept until the flow asks. */
  tell(id: string, message: unknown, key: string): Promise<void>;
  /** The flow of this id, or null when there is none. */
  find(id: string): Promise<FoundFlow | null>;
  /** Ends a flow for good, and what it has spawned; nothing of it runs again, whoever asks. */
  abandon(id: string): Promise<void>;
  /** Stops claiming and hands back what runs here; others go on with it. `broken`: it was this process that could not go on. */
  close(manner?: Leaving): Promise<void>;
}

/** Flows with the same `lock` run one after another, the lowest `number` of those that wait first. */
export interface Turn {
  readonly lock: string;
  /** 1 or more. */
  readonly number: number;
}

export interface FoundFlow {
  /** `broken`: it ended by an error, and never goes on. */
  readonly status: 'open' | 'ended' | 'broken';
  /** Why it broke; null otherwise. */
  readonly reason: string | null;
  /** Version of the flows that it was begun by, where that is not the version of this process: it never goes on here. */
  readonly otherVersion: string | null;
  /** Node that runs it or ran it last; null while nobody has begun it. */
  readonly owner: string | null;
}

export interface FlowContext {
  readonly id: string;
  /** Runs an effect and records its answer; after a crash it runs again unless the answer was recorded. JSON only. */
  step<T>(name: string, effect: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Next message, or null after `timeoutMs`. */
  inbox(timeoutMs: number): Promise<unknown>;
  /** Starts another flow without waiting for it. */
  spawn(kind: string, id: string, input: unknown): Promise<void>;
  tell(id: string, message: unknown, key: string): Promise<void>;
  /** How many answers of this flow are recorded, now and not as it was when the flow first asked. */
  recorded(): Promise<number>;
  /** Cuts off a spawned flow that only looks. */
  cutOff(id: string): Promise<void>;
}

/** This process was declared dead while it was paused; whatever it was about to do, another does now. */
export class Fenced extends Error {
  constructor() {
    super('this process lost its lease and another one has taken over');
    this.name = 'Fenced';
  }
}

const interruption = /^(Fenced|DBOS.*(Cancel|Abort|Shutdown|Conflict|Unexpected|NotInitialized|Nondeterminism).*)$/;

/**
 * Not an answer of a step: this process is being stopped, was fenced off, or the flow was cut off or taken over.
 * Most errors of the engine are told by their class only; their `name` is "Error".
 */
export const isInterruption = (error: unknown): boolean =>
  error instanceof Error && (interruption.test(error.name) || interruption.test(error.constructor.name));

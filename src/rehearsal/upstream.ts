// The server's side of one session: sends a message and waits until the server is ready again.
import type { Socket } from 'node:net';
import {
  backendPid,
  besideFrames,
  errorCode,
  rowOf,
  statusOf,
  takeFrames,
  type Frame,
  type Status,
} from './wire-frames.ts';

export interface Upstream {
  status(): Status;
  pid(): number;
  send(frames: readonly Frame[]): void;
  /** Sends and waits. What comes is kept until `release`, so that the client goes on only after somebody has looked, or `drop`. Rejects when the server has gone. */
  exchange(frames: readonly Frame[]): Promise<{ readonly failedWith: string | null }>;
  /** One query of our own, unseen by the client and by what it has prepared. */
  ask(
    query: string,
  ): Promise<{ readonly rows: readonly (readonly (string | null)[])[]; readonly failure: Frame | null }>;
  release(): void;
  drop(): void;
  /** Resolves when the session is open. */
  readonly opened: Promise<void>;
}

const gone = 'the server has closed the connection';

/** COPY needs the client's answer, so nothing is held from there on. */
const asksClient = ['G', 'W'];
/** A long answer is not kept: its client reads on while somebody looks. */
const mostHeldBytes = 4 * 1024 * 1024;

export function openUpstream(socket: Socket, toClient: (frame: Frame) => void): Upstream {
  let rest: Buffer = Buffer.alloc(0);
  let status: Status = 'I';
  let pid = 0;
  let isOpen = false;
  let held: Frame[] | null = null;
  let heldBytes = 0;
  let asked: { readonly rows: (readonly (string | null)[])[]; failure: Frame | null } | null = null;
  let failedWith: string | null = null;
  const opening = Promise.withResolvers<void>();
  let waiting: PromiseWithResolvers<void> | null = null;

  const pass = (frame: Frame) => {
    if (held === null) return toClient(frame);
    held.push(frame);
    heldBytes += frame.bytes.length;
    if (asksClient.includes(frame.kind) || heldBytes > mostHeldBytes) release();
  };
  const release = () => {
    const kept = held ?? [];
    held = null;
    heldBytes = 0;
    for (const each of kept) toClient(each);
  };
  const take = (frame: Frame) => {
    if (frame.kind === 'K') pid = backendPid(frame);
    if (frame.kind === 'Z') {
      status = statusOf(frame);
      if (isOpen) return waiting?.resolve();
      isOpen = true;
      toClient(frame);
      return opening.resolve();
    }
    if (asked !== null && frame.kind !== 'S') {
      if (frame.kind === 'D') asked.rows.push(rowOf(frame));
      if (frame.kind === 'E') asked.failure = frame;
      return undefined;
    }
    if (frame.kind === 'E' && isOpen) failedWith = errorCode(frame);
    return pass(frame);
  };
  socket.on('data', (chunk: Buffer) => {
    const taken = takeFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = taken.rest;
    for (const each of taken.frames) take(each);
  });
  socket.on('close', () => [opening, waiting].forEach((each) => each?.reject(new Error(gone))));
  const send = (frames: readonly Frame[]) => void socket.write(Buffer.concat(frames.map(({ bytes }) => bytes)));
  const ready = async (frames: readonly Frame[]) => {
    waiting = Promise.withResolvers<void>();
    if (socket.destroyed) throw new Error(gone);
    send(frames);
    await waiting.promise;
  };
  return {
    status: () => status,
    pid: () => pid,
    send,
    exchange: async (frames) => {
      failedWith = null;
      held ??= [];
      await ready(frames);
      return { failedWith };
    },
    ask: async (query) => {
      const answer = (asked = { rows: [], failure: null });
      try {
        await ready(besideFrames(query));
      } finally {
        asked = null;
      }
      return answer;
    },
    release,
    drop: () => {
      held = held === null ? null : [];
    },
    opened: opening.promise,
  };
}

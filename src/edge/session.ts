import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FrameBoundary } from './frame-boundary.ts';

/** Close frame from a server, code 1012: service restart. Clients come back, and reach the new colour. */
const restartFrame = Buffer.from([0x88, 0x02, 0x03, 0xf4]);
const frameEndTimeoutMs = 1_000;
const closeTimeoutMs = 2_000;

/**
 * One WebSocket, spliced byte by byte between client and backend.
 *
 *   open ── closeForRestart ──▶ finishing the frame under way ──▶ close frame sent ──▶ ended
 *    └───────────── either side closes ─────────────────────────────────────────────────┘
 */
export class Session {
  readonly colour: string;
  private readonly client: Duplex;
  private readonly backend: Duplex;
  private readonly boundary = new FrameBoundary();
  private status: 'open' | 'finishing' | 'closing' = 'open';

  constructor(colour: string, client: Duplex, backend: Duplex, ended: () => void) {
    this.colour = colour;
    this.client = client;
    this.backend = backend;
    for (const socket of [client, backend] as (Duplex & Partial<Socket>)[]) {
      socket.on('error', () => undefined);
      socket.setTimeout?.(0);
      socket.setNoDelay?.(true);
    }
    backend.on('data', (chunk: Buffer) => this.toClient(chunk));
    backend.on('end', () => client.end());
    client.on('drain', () => backend.resume());
    client.pipe(backend);
    client.on('close', () => backend.destroy());
    backend.on('close', () => {
      ended();
      client.end();
      destroyLater(client, closeTimeoutMs);
    });
  }

  closeForRestart(): void {
    if (this.status !== 'open') return;
    this.status = 'finishing';
    if (this.boundary.between) this.sendClose();
    else destroyLater(this.client, frameEndTimeoutMs);
  }

  private toClient(chunk: Buffer): void {
    if (this.status === 'closing') return;
    const finishing = this.status === 'finishing';
    const taken = this.boundary.take(chunk, finishing);
    if (!this.client.write(taken === chunk.length ? chunk : chunk.subarray(0, taken))) this.backend.pause();
    if (finishing && this.boundary.between) this.sendClose();
  }

  private sendClose(): void {
    this.status = 'closing';
    // What the backend still says is read and dropped: after a close frame nothing may follow.
    this.backend.resume();
    this.client.end(restartFrame);
    destroyLater(this.client, closeTimeoutMs);
  }
}

function destroyLater(socket: Duplex, delayMs: number): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), delayMs);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

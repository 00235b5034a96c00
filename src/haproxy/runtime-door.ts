import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { isCode } from '../host/durable-file.ts';
import type { controlSocket, lookSocket } from './config-text.ts';

/** A writer may have to wait for one before it, whom HAProxy drops after 5 s of silence. */
const patienceMs = { 'control.sock': 12_000, 'look.sock': 5_000 } as const;

/** The kernel takes 107 bytes; a byte is kept in reserve. */
const longestPathBytes = 106;

export type RuntimeAnswer =
  | { readonly status: 'answered'; readonly text: string }
  | { readonly status: 'nobody' }
  /** Commands may have been carried out or not. */
  | { readonly status: 'unsure'; readonly reason: string };

export interface RuntimeQuestion {
  readonly directory: string;
  /** `control` changes, one caller after the other; `look` only reads. */
  readonly socket: typeof controlSocket | typeof lookSocket;
  /** Carried out in this order; others may come in between. */
  readonly commands: readonly string[];
}

/** Asks a running HAProxy by its Unix socket. Never throws for what the other side does. */
export async function askRuntime(question: RuntimeQuestion): Promise<RuntimeAnswer> {
  const path = join(question.directory, question.socket);
  if (Buffer.byteLength(path) <= longestPathBytes) return converse(path, question);
  // A deep folder: its descriptor is a short name for it.
  try {
    const folder = await open(question.directory, 'r');
    try {
      return await converse(`/proc/self/fd/${folder.fd}/${question.socket}`, question);
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return { status: 'nobody' };
    throw error;
  }
}

function converse(path: string, { socket: name, commands }: RuntimeQuestion): Promise<RuntimeAnswer> {
  const timeoutMs = patienceMs[name];
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path);
    const finish = (answer: RuntimeAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(
      () => finish({ status: 'unsure', reason: `no answer within ${timeoutMs / 1_000} s` }),
      timeoutMs,
    );
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${commands.join(';')}\n`));
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('end', () => finish({ status: 'answered', text }));
    socket.on('error', (error) => {
      const isNobody = isCode(error, 'ENOENT') || isCode(error, 'ECONNREFUSED');
      finish(isNobody ? { status: 'nobody' } : { status: 'unsure', reason: error.message });
    });
  });
}

// A connection that reads into one piece of memory again and again: a gigabyte of rows would otherwise be as many pieces that somebody must clear away.
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const ROOM_BYTES = 128 * 1024;
const lent = new WeakSet<Duplex>();

/** Whoever listens gets a copy of what has come, unless the memory is lent. */
export function openReadingSocket(): Socket {
  const socket: Socket = new Socket({
    onread: {
      buffer: Buffer.allocUnsafeSlow(ROOM_BYTES),
      callback(byteCount, bytes) {
        const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, byteCount);
        socket.emit('data', lent.has(socket) ? chunk : Buffer.from(chunk));
        return true;
      },
    },
  });
  return socket;
}

/** From now on listeners get the memory itself: they must be done with it when they return. */
export const lendMemory = (stream: Duplex): void => void lent.add(stream);
export const takeMemoryBack = (stream: Duplex): void => void lent.delete(stream);

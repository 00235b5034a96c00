import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lendMemory, openReadingSocket, takeMemoryBack } from './reading-socket.ts';

let theirs: Socket;
const server = createServer((socket) => {
  socket.setNoDelay(true);
  theirs = socket;
});
const mine = openReadingSocket();
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mine.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await Promise.all([once(mine, 'connect'), once(server, 'connection')]);
});
afterAll(() => {
  mine.destroy();
  server.close();
});

async function send(text: string): Promise<Buffer> {
  const came = once(mine, 'data');
  theirs.write(text);
  return ((await came) as [Buffer])[0];
}

test('what a listener was given stays; what a borrower was given is overwritten by the next bytes', async () => {
  const kept = await send('first');
  await send('other');
  expect(kept.toString()).toBe('first');
  lendMemory(mine);
  const lent = await send('third');
  expect(lent.toString()).toBe('third');
  await send('fourth');
  expect(lent.toString()).toBe('fourt');
  takeMemoryBack(mine);
  const again = await send('fifth');
  await send('sixth');
  expect(again.toString()).toBe('fifth');
});

test('all bytes come, in their order, whatever the pauses; while it is paused none do', async () => {
  const all = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251));
  const parts: Buffer[] = [];
  let [length, whilePaused, isPaused] = [0, 0, false];
  const whole = Promise.withResolvers<void>();
  const take = (chunk: Buffer): void => {
    if (isPaused) whilePaused += 1;
    parts.push(Buffer.from(chunk));
    length += chunk.length;
    if (length === all.length) whole.resolve();
    if (parts.length % 5 !== 0) return;
    mine.pause();
    isPaused = true;
    setTimeout(() => {
      isPaused = false;
      mine.resume();
    }, 3);
  };
  mine.on('data', take);
  theirs.write(all);
  await whole.promise;
  mine.off('data', take);
  expect(Buffer.concat(parts).equals(all)).toBe(true);
  expect(parts.length).toBeGreaterThan(10);
  expect(whilePaused).toBe(0);
});

test('the end of the other side is told', async () => {
  const ended = once(mine, 'close');
  mine.on('data', () => {});
  mine.resume();
  theirs.end();
  await ended;
  expect(mine.destroyed).toBe(true);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Lease } from '../kinds/lease.ts';
import { Fenced } from './engine.ts';
import { startHeart } from './heart.ts';

const ttlMs = 4_000;
const beatEveryMs = ttlMs / 4;

/** Time that passed without letting a timer run, as it does for a process that is stopped. */
let pausedMs = 0;
beforeEach(() => {
  pausedMs = 0;
  vi.useFakeTimers();
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + pausedMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A heart on a lease that answers what the test says, and what both have done. */
function beating(answer: () => Promise<boolean>) {
  const done: string[] = [];
  const note = (word: string) => async () => void done.push(word);
  const lease: Lease = {
    ...{ node: 'a', ttlMs, join: note('join'), leave: note('leave'), living: async () => ['a'] },
    beat: answer,
    reap: async (who) => void done.push(`reap ${who}`),
  };
  const onFenced = vi.fn<() => void>();
  const heart = startHeart(lease, { onFenced, revive: note('revive'), recover: note('recover') });
  return { heart, done, onFenced };
}

/** The test says when each beat is answered, and how. */
function held() {
  const asked: PromiseWithResolvers<boolean>[] = [];
  const answer = () => {
    asked.push(Promise.withResolvers<boolean>());
    return asked.at(-1)!.promise;
  };
  return { asked, answer };
}

test('a beat every quarter of the lease: the first reaps the gone only, those after it the silent too', async () => {
  const { heart, done } = beating(async () => true);
  await vi.advanceTimersByTimeAsync(3 * beatEveryMs);
  heart.stop();
  expect(done).toEqual(['reap gone', 'recover', 'reap silent', 'recover', 'reap silent', 'recover']);
  await vi.advanceTimersByTimeAsync(10 * beatEveryMs);
  expect(done).toHaveLength(6);
});

test.each([
  ['refused', (beat: PromiseWithResolvers<boolean>) => beat.resolve(false)],
  ['broken off', (beat: PromiseWithResolvers<boolean>) => beat.reject(new Error('Connection terminated'))],
])('a beat that is still on its way when the engine closes, and is %s then, is no lost lease', async (_how, end) => {
  const { asked, answer } = held();
  const { heart, done, onFenced } = beating(answer);
  await vi.advanceTimersByTimeAsync(beatEveryMs);
  expect(asked).toHaveLength(1);
  heart.stop();
  end(asked[0]!);
  await vi.advanceTimersByTimeAsync(10 * beatEveryMs);
  expect([onFenced.mock.calls.length, asked.length, done]).toEqual([0, 1, []]);
});

test('after its end no effect begins on a beat that is refused, and nobody is told that the lease was lost', async () => {
  const { heart, onFenced } = beating(async () => false);
  heart.stop();
  await vi.advanceTimersByTimeAsync(ttlMs / 2);
  await expect(heart.prove()).rejects.toThrow(Fenced);
  expect(onFenced).not.toHaveBeenCalled();
});

test('F006 who was declared dead is told so once, takes nothing over, and begins no effect any more', async () => {
  const { heart, done, onFenced } = beating(async () => false);
  await vi.advanceTimersByTimeAsync(3 * beatEveryMs);
  await expect(heart.prove()).rejects.toThrow(Fenced);
  await expect(heart.assertAlive()).rejects.toThrow(Fenced);
  expect(onFenced).toHaveBeenCalledTimes(1);
  expect(done).toEqual([]);
  heart.stop();
});

test('an effect asks for a new beat only when the last is older than half a lease', async () => {
  const answer = vi.fn<() => Promise<boolean>>(async () => true);
  const { heart } = beating(answer);
  pausedMs = ttlMs / 2 - 1;
  await heart.prove();
  expect(answer).not.toHaveBeenCalled();
  pausedMs = ttlMs / 2;
  await heart.prove();
  expect(answer).toHaveBeenCalledTimes(1);
  await heart.prove();
  expect(answer).toHaveBeenCalledTimes(1);
  heart.stop();
});

test('F021 the database is away: its keeper is asked for after each beat that broke, and the heart goes on', async () => {
  let isAway = true;
  const { heart, done, onFenced } = beating(async () => {
    if (isAway) throw new Error('ECONNREFUSED');
    return true;
  });
  await vi.advanceTimersByTimeAsync(2 * beatEveryMs);
  expect(done).toEqual(['revive', 'revive']);
  isAway = false;
  await vi.advanceTimersByTimeAsync(2 * beatEveryMs);
  heart.stop();
  expect(done.slice(2)).toEqual(['reap gone', 'recover', 'reap silent', 'recover']);
  expect(onFenced).not.toHaveBeenCalled();
});

test('F006 after a pause of more than half a lease nobody is dead for its silence; one beat later silence counts again', async () => {
  const { heart, done } = beating(async () => true);
  await vi.advanceTimersByTimeAsync(2 * beatEveryMs);
  done.length = 0;
  pausedMs = ttlMs / 2;
  await vi.advanceTimersByTimeAsync(2 * beatEveryMs);
  heart.stop();
  expect(done).toEqual(['reap gone', 'recover', 'reap silent', 'recover']);
});

test('F021 a beat that waited for the database longer than half a lease says nothing about the silence of others', async () => {
  const { asked, answer } = held();
  const { heart, done } = beating(answer);
  await vi.advanceTimersByTimeAsync(beatEveryMs);
  asked[0]!.resolve(true);
  await vi.advanceTimersByTimeAsync(beatEveryMs);
  await vi.advanceTimersByTimeAsync(ttlMs / 2);
  expect(asked).toHaveLength(2);
  asked[1]!.resolve(true);
  await vi.advanceTimersByTimeAsync(0);
  heart.stop();
  expect(done).toEqual(['reap gone', 'recover', 'reap gone', 'recover']);
});

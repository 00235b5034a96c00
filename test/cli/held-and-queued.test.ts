// A deployment that waits for a person, and another that is queued behind it.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 120_000 });

let tiny: Tiny;
beforeAll(async () => void (tiny = await Tiny.open()), 60_000);
afterAll(() => tiny.close(), 60_000);

interface Status {
  readonly environments: readonly {
    readonly inProgress: readonly {
      readonly number: number;
      readonly status: string;
      readonly answers: readonly string[];
    }[];
  }[];
}
const answer = 'greenroom resume staging --retry | --continue | --go-back';
const inProgress = async () => (await tiny.play.json<Status>(['status'], 0)).environments[0]!.inProgress;

test('who is queued behind one that is held is told so, and the answer goes to the one that waits for it', async () => {
  const somebody = createServer().listen(tiny.port(), '127.0.0.1');
  await once(somebody, 'listening');
  const first = await (await tiny.begin({}, '--no-wait')).ended;
  expect(first.stdout).toContain(`do     ${answer}`);
  const second = await (await tiny.begin({}, '--no-wait')).ended;
  expect(second.stdout).toMatch(
    /HELD {2}Deployment 2 of staging begins after deployment 1, which waits for a person: GR7402 /,
  );
  expect(second.stdout).toContain(`do     ${answer}`);
  expect(second.code).toBe(first.code);
  const standing = await inProgress();
  expect(standing.map(({ number, status, answers }) => [number, status, answers])).toEqual([
    [2, 'queued', []],
    [1, 'held', [answer]],
  ]);
  expect((await tiny.play.run(['status'])).stdout).toContain(`do     ${answer}`);
  somebody.close();
  await once(somebody, 'close');
  const back = await tiny.play.run(['resume', 'staging', '--go-back']);
  expect(back.stdout + back.stderr).not.toContain('GR4307');
  expect(back.code, back.stdout + back.stderr).toBe(1);
  const goesOn = await tiny.play.run(['resume', 'staging']);
  expect(goesOn.code, goesOn.stdout + goesOn.stderr).toBe(0);
  expect(await inProgress()).toEqual([]);
});

// What is asked for twice, once by a process that was killed.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 120_000 });

let tiny: Tiny;
beforeAll(async () => void (tiny = await Tiny.open()), 60_000);
afterAll(() => tiny.close(), 60_000);

interface History {
  readonly deployments: readonly { readonly number: number; readonly ending: { readonly as: string } }[];
}
const history = async () => (await tiny.play.json<History>(['history', 'staging'], 0)).deployments;

test('after kill -9 in the bake the same order goes on with what is under way, and deploys nothing a second time', async () => {
  await tiny.deploy(0);
  tiny.overlay({ environments: { staging: { bake: { for: '4s', every: '100ms' } } } });
  const killed = await tiny.begin();
  await until('the bake began', async () => (await tiny.steps()).includes('bake'));
  killed.kill('SIGKILL');
  await killed.ended;
  const again = await tiny.play.run(['deploy', 'staging', '--release', killed.id]);
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(again.stdout).toContain('Deployment 2 of staging already carries');
  expect(again.stdout).toMatch(/staging serves .*, as asked, by deployment 2; nothing was deployed again\./);
  expect((await history()).map(({ number, ending }) => [number, ending.as])).toEqual([
    [2, 'live'],
    [1, 'live'],
  ]);
  expect([await tiny.served(), tiny.running()]).toEqual([killed.id, [killed.id]]);
  // Asked for anew, when nothing is under way, it is deployed anew.
  expect((await tiny.play.run(['deploy', 'staging', '--release', killed.id])).code).toBe(0);
  expect(await history()).toHaveLength(3);
});

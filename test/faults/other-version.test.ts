// Greenroom was upgraded past what it had begun: the flows in flight belong to another version of the flows.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Place {
  readonly serving: { readonly releaseId: string } | null;
  readonly inProgress: readonly { readonly number: number; readonly obstacle: Failure | null }[];
}
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly do: string;
}

let tiny: Tiny;
let first = '';
beforeAll(async () => {
  tiny = await Tiny.open({ environments: { staging: { bake: { for: '60s', every: '100ms' } } } });
}, 30_000);
afterAll(() => tiny.close(), 60_000);

const run = (line: string) => tiny.play.run(line.split(' '));
const staging = async () => (await tiny.play.json<{ environments: readonly Place[] }>(['status'])).environments[0]!;
const records = () =>
  tiny.play
    .rows<{ count: number }>('select count(*)::int as count from greenroom.record')
    .then((rows) => rows[0]!.count);

test('F012 what another version began is not run here: resume, status and those who wait behind it say so, and it can be given up', async () => {
  tiny.overlay({ environments: { staging: { bake: { for: '1s', every: '100ms' } } } });
  first = await tiny.deploy(0);
  tiny.overlay({ environments: { staging: { bake: { for: '60s', every: '100ms' } } } });
  const { id: second, pid, kill, ended } = await tiny.begin();
  expect(pid).toBeGreaterThan(0);
  await until('it bakes', async () => (await tiny.steps()).includes('bake'));
  kill('SIGKILL');
  await ended;
  await tiny.play.rows(`update dbos.workflow_status set application_version = 'wf0' where status = 'PENDING'`);
  const before = await records();

  const resumed = await run('resume');
  expect(resumed.code).toBe(3);
  expect(resumed.stderr).toMatch(/GR3402 +Deployment 2 of staging was begun by another version of Greenroom \(wf0\)/);
  expect(resumed.stderr).toMatch(/greenroom cancel staging/);
  expect(await records()).toBe(before);
  const told = await tiny.play.json<{ deployments: readonly { failures: readonly Failure[] }[] }>(['resume'], 3);
  expect(told.deployments.map(({ failures }) => failures.map(({ code }) => code))).toEqual([['GR3402']]);

  await until('status says it', async () => (await staging()).inProgress[0]!.obstacle?.code === 'GR3402');
  expect((await run('status')).stdout).toMatch(/GR3402 +Deployment 2 of staging was begun by another version/);

  tiny.overlay({ environments: { staging: { bake: { for: '1s', every: '100ms' } } } });
  const behind = await tiny.begin();
  const waited = await behind.ended;
  expect(waited.code).toBe(3);
  expect(waited.stderr).toMatch(
    /GR3402 +Deployment 3 waits for deployment 2\. Deployment 2 of staging was begun by another/,
  );

  const given = await run('cancel staging');
  expect([given.code, given.stderr]).toEqual([0, expect.stringContaining('Deployment 2 was given up')]);
  // Nothing was undone: the switch had been made, and is what is recorded and what is served.
  expect([(await staging()).serving?.releaseId, await tiny.served()]).toEqual([second, second]);
  expect(second).not.toBe(first);

  const gone = await run('resume staging');
  expect(gone.stdout + gone.stderr).not.toContain('GR3402');
  await until('the one behind it has gone on', async () => (await staging()).inProgress.length === 0, 60_000);
  expect(await tiny.served()).toBe(behind.id);
  expect(tiny.running()).toEqual([behind.id]);
});

// Every command on a small project, in the order in which a team comes to need them.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 90_000 });

interface Place {
  readonly name: string;
  readonly serving: { readonly releaseId: string; readonly version: string } | null;
  readonly inProgress: readonly { readonly status: string }[];
  readonly owed: readonly { readonly id: string }[];
  readonly drift: readonly string[];
}
interface Failures {
  readonly ok: false;
  readonly failures: readonly { readonly code: string; readonly message: string; readonly do?: string }[];
}

/** A check that fails and only makes the verdict conditional. */
const owing = {
  health: { checks: { owed: { kind: 'http', service: 'web', path: '/', status: 418, blocking: false } } },
};
const longBake = { environments: { staging: { bake: { for: '30s', every: '100ms' } } } };

let tiny: Tiny;
let first = '';

beforeAll(async () => void (tiny = await Tiny.open()), 30_000);
afterAll(() => tiny.close(), 60_000);

const run = (line: string, variables: Record<string, string> = {}) => tiny.play.run(line.split(' '), { variables });
const json = <T = Record<string, unknown>>(line: string, code = 0) => tiny.play.json<T>(line.split(' '), code);
async function place(name = 'staging'): Promise<Place> {
  const { environments } = await json<{ environments: readonly Place[] }>('status');
  return environments.find((each) => each.name === name)!;
}
const baking = () => until('the bake began', async () => (await tiny.steps()).includes('bake'));

describe('the first release', () => {
  test('status and history of nothing; promote without proof is not allowed: 4', async () => {
    expect(await place()).toEqual({
      name: 'staging',
      serving: null,
      maintenance: null,
      inProgress: [],
      owed: [],
      data: [],
      drift: [],
      mends: [],
    });
    expect((await run('status')).stdout).toContain('nothing serves yet');
    expect(await json('history')).toEqual({ ok: true, deployments: [], contradictions: [] });
    expect((await json<Failures>('promote production', 4)).failures[0]).toMatchObject({ code: 'GR4101' });
    expect((await json<Failures>('why', 2)).failures[0]).toMatchObject({ code: 'GR4301' });
    expect((await run('resume')).code).toBe(0);
    expect((await json<Failures>('resume --retry', 2)).failures[0]).toMatchObject({ code: 'GR4308' });
  });

  test('a wrong environment is told the right ones: 2', async () => {
    for (const line of [
      'deploy stagging',
      'plan stagging',
      'rollback stagging',
      'promote stagging',
      'cancel stagging',
      'resume stagging',
      'history stagging',
      'status stagging',
    ]) {
      const { failures } = await json<Failures>(line, 2);
      expect(failures[0], line).toMatchObject({ code: 'GR4302', message: expect.stringContaining('stagging') });
      expect(failures[0]!.do, line).toContain('staging, production');
    }
    expect((await json<Failures>('promote staging', 4)).failures[0]).toMatchObject({ code: 'GR4108' });
    expect((await json<Failures>('deploy staging --release 9.9.9', 2)).failures[0]).toMatchObject({ code: 'GR4304' });
  });

  test('a release is pinned once', async () => {
    tiny.next();
    const made = await json<{ isNew: boolean; release: { id: string; parts: { version: string } } }>('release');
    expect(made).toMatchObject({ isNew: true, release: { parts: { version: '1.0.1' } } });
    first = made.release.id;
    const again = await run('release');
    expect(again.stdout).toContain('the same as before');
    expect(again.stdout).toContain(first);
    const { releases } = await json<{ releases: readonly { release: { id: string } }[] }>('history --releases');
    expect(releases.map(({ release }) => release.id)).toEqual([first]);
  });

  test('plan → apply → stale: 6', async () => {
    const file = tiny.play.beside('plan.json');
    const planned = await json<{ plan: { hash: string; steps: readonly { name: string }[] } }>(
      `plan staging --out ${file}`,
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(planned.plan);
    const people = await run('plan staging');
    for (const step of planned.plan.steps) expect(people.stdout).toContain(step.name);
    const applied = await json<{ plan: { hash: string } }>(`apply ${file}`);
    expect(applied).toMatchObject({
      ending: { as: 'live' },
      release: { id: first },
      plan: { hash: planned.plan.hash },
    });
    expect((await json<Failures>(`apply ${file}`, 6)).failures[0]).toMatchObject({
      code: expect.stringMatching(/^GR42/),
    });
    writeFileSync(file, '{}');
    expect((await json<Failures>(`apply ${file}`, 2)).failures[0]).toMatchObject({ code: 'GR4205' });
  });

  test.skipIf(!existsSync('/dev/full'))('what could not be printed is no success', async () => {
    const full = openSync('/dev/full', 'w');
    const greenroom = fileURLToPath(new URL('../../bin/greenroom', import.meta.url));
    const ran = spawnSync(greenroom, ['status', '--project', tiny.play.directory], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect([ran.status, String(ran.stderr)]).toEqual([3, expect.stringContaining('GR2820')]);
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is no defect: 3, and what could not be written', async () => {
    for (const line of ['plan staging --out /dev/full', 'report staging --out /dev/full'])
      expect((await json<Failures>(line, 3)).failures).toEqual([
        expect.objectContaining({ code: 'GR2820', where: '/dev/full', do: expect.stringContaining('Free space') }),
      ]);
  });

  test('promote, and what is told of it afterwards', async () => {
    const promoted = await run('promote production', { GITHUB_ACTIONS: 'true', NO_COLOR: '1' });
    expect(promoted.code, promoted.stderr).toBe(0);
    const groups = promoted.stdout.match(/^::group::\w+$/gm) ?? [];
    expect(groups).toContain('::group::health');
    expect(promoted.stdout.match(/^::endgroup::$/gm)).toHaveLength(groups.length);
    expect(promoted.stdout).not.toContain('\u001B[');
    expect(await tiny.served('production')).toBe(first);
    const [report, why, history] = await Promise.all([
      json<{ schema: string; deployment: { id: string; number: number }; verdict: string }>('report production'),
      json<{ rejudged: { same: boolean } }>('why production/1 well'),
      json<{ deployments: readonly { id: string; environment: string; ending: { as: string } }[] }>(
        'history production',
      ),
    ]);
    expect(report).toMatchObject({ schema: 'greenroom.report/1', verdict: 'go', deployment: { number: 1 } });
    expect(why.rejudged.same).toBe(true);
    expect(history.deployments).toMatchObject([
      { id: report.deployment.id, environment: 'production', ending: { as: 'live' } },
    ]);
    const lines = await run('history');
    expect(lines.stdout).toMatch(/^production\/1 +1\.0\.1 +live/m);
    expect(lines.stdout).toMatch(/^staging\/1 +1\.0\.1 +live/m);
    expect((await json<Failures>('history --limit many', 2)).failures[0]).toMatchObject({ code: 'GR8101' });
  });

  test('doctor looks at the tools, ports, database, clock and disk', async () => {
    const doctor = await run('doctor --json');
    const { symptoms } = JSON.parse(doctor.stdout) as { symptoms: readonly { name: string; outcome: string }[] };
    const names = symptoms.map(({ name }) => name);
    for (const name of ['node', 'git', 'database', 'clock', 'disk', `port ${tiny.port()}`])
      expect(names).toContain(name);
    expect(doctor.code).toBe(symptoms.some(({ outcome }) => outcome === 'fail') ? 1 : 0);
  });
});

describe('verdicts and what they owe', () => {
  test('a check that fails: 1; one that cannot be asked: 3', async () => {
    const well = { kind: 'http', service: 'web', path: '/', status: 418 };
    tiny.overlay({ phases: { health: { checks: { teapot: well } } } });
    await tiny.deploy(1);
    tiny.overlay({ phases: { health: { checks: { absent: { kind: 'command', run: 'no-such-program-here' } } } } });
    await tiny.deploy(3);
    const why = await json<{ steps: readonly { kind: string; name?: string; outcome?: string }[] }>('why staging');
    expect(why.steps).toContainEqual(expect.objectContaining({ kind: 'line', name: 'absent', outcome: 'error' }));
    expect(await tiny.served()).toBe(first);
  });

  test('a conditional go is live and owes; nothing is promoted before somebody accepts: 4', async () => {
    tiny.overlay({ phases: owing });
    await tiny.deploy(1, {}, '--strict');
    expect(await place()).toMatchObject({ owed: [{ id: 'owed' }] });
    expect((await run('status staging')).stdout).toMatch(/owed +owed/);
    expect((await run('status production')).stdout).toMatch(/^production(?![^]*\b(?:owed|staging)\b)/);
    expect((await json<Failures>('promote production', 4)).failures[0]).toMatchObject({ code: 'GR4107' });
    expect((await json<Failures>('accept nonsense', 2)).failures[0]).toMatchObject({ code: 'GR4306' });
    const accepted = await json('accept owed --environment staging --as Ada --reason looked');
    expect(accepted).toMatchObject({
      condition: 'owed',
      by: 'Ada',
      reason: 'looked',
      deployments: [expect.stringMatching(/^staging\//)],
    });
    expect((await place()).owed).toEqual([]);
  });

  test('where the policy is to hold: 5 without waiting, and an acceptance from elsewhere lets it go on', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- the word of the configuration, never awaited
    tiny.overlay({ phases: owing, environments: { production: { conditional: { then: 'hold' } } } });
    const served = await tiny.served();
    const held = await run('promote production --no-wait');
    expect(held.code, held.stdout + held.stderr).toBe(5);
    expect(held.stdout).toContain('greenroom accept owed --environment production');
    expect(await tiny.served('production')).toBe(first);
    const engine = tiny.play.start(['watch', 'production']);
    await until('it is watched', () => engine.said().includes('HELD') || engine.said().includes('held'));
    expect((await run('accept owed -e production --as Grace --reason known')).code).toBe(0);
    await until('production has moved on', async () => (await tiny.served('production')) === served);
    engine.kill('SIGINT');
    expect((await engine.ended).code).toBe(130);
    // What an accepted condition was, and by whom, stays on the record.
    const report = await json<{ conditions: readonly { accepted: object | null }[] }>('report production');
    expect(report.conditions[0]?.accepted).toMatchObject({ by: 'Grace', reason: 'known' });
  });
});

describe('taking it back', () => {
  test('cancel while it bakes', async () => {
    tiny.overlay(longBake);
    const before = await tiny.served();
    const { ended } = await tiny.begin();
    await baking();
    const cancelled = await run('cancel staging --no-wait --reason changed-our-minds --as Ada');
    expect([cancelled.code, (await ended).code]).toEqual([0, 1]);
    expect(await json('report staging')).toMatchObject({
      ending: { as: 'cancelled', reason: expect.stringContaining('changed-our-minds') },
    });
    expect(await tiny.served()).toBe(before);
    expect((await json<Failures>('cancel staging', 2)).failures[0]).toMatchObject({ code: 'GR4308' });
  });

  test('rollback --now while it bakes: a flip, soon after the command has reached the engine', async () => {
    const before = await tiny.served();
    const { ended } = await tiny.begin();
    await baking();
    const back = await run('rollback staging --now --reason looks-wrong');
    expect([back.code, (await ended).code]).toEqual([0, 7]);
    expect(back.stdout).toMatch(/verified .*services answer as they should/);
    const [asked] = await tiny.records('go-back-asked');
    const moved = (await tiny.records('step-ended')).find(({ data }) => data['step'] === 'switch-back');
    expect(moved!.at - asked!.at).toBeLessThan(2_000);
    expect(await tiny.served()).toBe(before);
  });

  test('a newer deployment takes the place of one that bakes', async () => {
    const { id: slow, ended } = await tiny.begin();
    await baking();
    tiny.overlay({});
    const next = await tiny.deploy(0, {}, '--supersede');
    expect((await ended).code).toBe(1);
    const { deployments } = await json<{ deployments: readonly { release: { id: string }; ending: { as: string } }[] }>(
      'history staging --limit 2',
    );
    expect(deployments).toMatchObject([
      { release: { id: next }, ending: { as: 'live' } },
      { release: { id: slow }, ending: { as: 'superseded' } },
    ]);
    expect(await tiny.served()).toBe(next);
    expect(tiny.running()).toEqual([next]);
  });

  test('rollback after the end deploys the one before again; --to chooses', async () => {
    const now = await tiny.served();
    const back = await run('rollback staging');
    expect(back.code, back.stdout + back.stderr).toBe(0);
    const before = await tiny.served();
    expect(before).not.toBe(now);
    const chosen = await json('rollback staging --to 1.0.1 --now --maintenance --notice moving');
    expect(chosen).toMatchObject({
      ending: { as: 'live' },
      release: { id: first },
      deployment: { purpose: 'roll-back' },
      verification: { outcome: 'pass' },
    });
    expect(await tiny.served()).toBe(first);
    expect((await json<{ environments: object[] }>('status')).environments).toMatchObject([
      { name: 'staging', maintenance: null },
      {},
    ]);
  });

  test('F078 a rollback while one is under way sees that one end, and goes back no further', async () => {
    const now = await tiny.deploy(0);
    tiny.overlay({ environments: { staging: { bake: { for: '3s', every: '100ms' } } } });
    const [newest] = (await json<{ deployments: readonly { number: number }[] }>('history staging --limit 1'))
      .deployments;
    const one = tiny.play.start(['rollback', 'staging']);
    await until('the way back bakes', async () => (await tiny.served()) !== now);
    const back = await tiny.served();
    const other = await run('rollback staging');
    expect([(await one.ended).code, other.code]).toEqual([0, 0]);
    expect(await tiny.served()).toBe(back);
    const [last] = (await json<{ deployments: readonly { number: number }[] }>('history staging --limit 1'))
      .deployments;
    expect(last!.number).toBe(newest!.number + 1);
  });

  test('Ctrl-C leaves a deployment to whoever resumes it: 130, then 0', async () => {
    tiny.overlay({ environments: { staging: { bake: { for: '2s', every: '100ms' } } } });
    const running = await tiny.begin();
    await baking();
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    await sleep(200);
    const resumed = await run('resume staging');
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect((await place()).inProgress).toEqual([]);
    expect((await tiny.steps()).filter((step) => step.startsWith('switch'))).toEqual(['switch']);
  });

  test('stop ends an environment on purpose; the next deployment begins from nothing', async () => {
    const stopped = await json('stop production');
    expect(stopped).toEqual({ ok: true, environment: 'production' });
    expect(tiny.running('production')).toEqual([]);
    expect(await place('production')).toMatchObject({ serving: null, drift: [] });
    await expect(tiny.served('production')).rejects.toThrow('fetch failed');
    tiny.overlay({});
    await tiny.deploy(0);
    expect((await run('promote production')).code).toBe(0);
    expect(await tiny.served('production')).toBe(await tiny.served());
  });
});

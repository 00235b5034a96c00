// What stands is looked at before anything is begun: whether the release that serves could be brought back, and whether it is what is
// recorded to serve.
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { signal } from '../kill/processes.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Report {
  readonly ending: { readonly as: string; readonly reason: string };
  readonly verdict: string;
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly reason: string;
    readonly next: string | null;
    readonly findings: readonly { readonly name: string; readonly outcome: string; readonly value: string }[];
  }[];
}

const files = ['package.json', 'behaviour.json'];
let tiny: Tiny;
beforeAll(async () => {
  tiny = await Tiny.open();
}, 60_000);
afterAll(() => tiny.close(), 60_000);

const lineOf = async (name: string, environment = 'staging') => {
  const { checks } = await tiny.play.json<Report>(['report', environment]);
  return checks.find((check) => check.name === `preflight/${name}`);
};
const treeOf = async (id: string): Promise<string> => {
  const [row] = await tiny.play.rows<{ tree: string }>(
    `select body->'parts'->'artifacts'->>'tree' as tree from greenroom.release where id = $1`,
    [id],
  );
  return path.join(tiny.play.home, 'artifacts', row!.tree.replace('tree:sha256:', ''));
};
/** Stored trees are read-only. */
function remove(tree: string): void {
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
  chmodSync(tree, 0o755);
  rmSync(tree, { recursive: true });
}

describe('F079 the way back', () => {
  test('F079 the bytes of what serves are gone: no-go before anything starts; made again, they are back', async () => {
    const old = await tiny.deploy(0);
    for (const file of files) cpSync(tiny.play.file(file), tiny.play.beside(file));
    const tree = await treeOf(old);
    remove(tree);
    await tiny.deploy(1);
    const line = await lineOf('way-back');
    expect(line).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/^1\.0\.1 could not be brought back: GR6501/),
    });
    expect(line?.findings).toContainEqual(
      expect.objectContaining({ name: 'bytes', outcome: 'fail', value: 'nothing' }),
    );
    expect(line?.next).toContain('greenroom stop staging');
    expect(await tiny.steps()).toEqual(['admit', 'preflight/drift', 'preflight/way-back', 'decision/verdict']);
    expect(await tiny.served()).toBe(old);
    expect(tiny.running()).toEqual([old]);
    // The same files have the same place.
    for (const file of files) cpSync(tiny.play.beside(file), tiny.play.file(file));
    expect((await tiny.play.run(['release'])).code).toBe(0);
    expect(existsSync(tree)).toBe(true);
    const next = await tiny.deploy(0);
    expect(await lineOf('way-back')).toMatchObject({
      outcome: 'pass',
      reason: expect.stringMatching(/^1\.0\.1 can be brought back: \d+ files, bytes whole$/),
    });
    expect(await tiny.served()).toBe(next);
  });

  test('F079 a file of what serves was patched by hand: no-go, and it is named', async () => {
    const old = await tiny.served();
    const tree = await treeOf(old);
    chmodSync(tree, 0o755);
    cpSync(tiny.play.file('package.json'), path.join(tree, 'patched.json'));
    await tiny.deploy(1);
    expect(await lineOf('way-back')).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/GR6503.*added "patched\.json"/),
    });
    expect(await tiny.served()).toBe(old);
    rmSync(path.join(tree, 'patched.json'));
    await tiny.deploy(0);
  });
});

describe('F082 drift before a promotion', () => {
  const killIn = (environment: string) =>
    until('the service is gone', () => {
      for (const { pid } of tiny.processes(environment)) signal(pid, 'SIGKILL');
      return tiny.running(environment).length === 0;
    });

  test('F082 production was changed by hand: the promotion waits for somebody who says that they know', async () => {
    const old = await tiny.served();
    expect((await tiny.play.run(['promote', 'production'])).code).toBe(0);
    expect(await lineOf('drift', 'production')).toMatchObject({ outcome: 'pass' });
    const next = await tiny.deploy(0);
    await killIn('production');
    const promoted = tiny.play.start(['promote', 'production']);
    await until('it is held', () => promoted.said().includes('waits for preflight/drift'), 60_000);
    // Who waits at the terminal is told what can be done, and not only that it waits.
    const told =
      /do +greenroom accept preflight\/drift --environment production\n +do +greenroom cancel production\n +next +Find out .*"greenroom resume" starts what has gone/;
    await until('it says what to do', () => told.test(promoted.said()), 20_000);
    expect(await lineOf('drift', 'production')).toMatchObject({
      outcome: 'warn',
      reason: expect.stringContaining('web does not run'),
    });
    expect(await tiny.steps('production')).not.toContain('switch');
    const serving = await tiny.play.json<{ environments: readonly { serving: { releaseId: string } }[] }>(['status']);
    expect(serving.environments[1]?.serving.releaseId).toBe(old);
    expect((await tiny.play.run(['accept', 'preflight/drift', '--environment', 'production'])).code).toBe(0);
    const { code, stdout, stderr } = await promoted.ended;
    expect(code, stdout + stderr).toBe(0);
    expect(await tiny.served('production')).toBe(next);
  });

  test('F082 what was stopped on purpose has not drifted', async () => {
    await tiny.deploy(0);
    expect((await tiny.play.run(['stop', 'production'])).code).toBe(0);
    const report = await tiny.play.json<Report>(['promote', 'production']);
    expect([report.ending.as, report.verdict]).toEqual(['live', 'go']);
    expect(await tiny.steps('production')).not.toContain('preflight/way-back');
  });

  test('F082 the environment that gave the proof runs something else now: held, though production is untouched', async () => {
    await tiny.deploy(0);
    await killIn('staging');
    const held = await tiny.play.run(['promote', 'production', '--no-wait']);
    expect(held.code, held.stdout + held.stderr).toBe(5);
    expect(await lineOf('drift', 'production')).toMatchObject({
      outcome: 'warn',
      reason: expect.stringMatching(/^staging is not as recorded .*web does not run$/),
    });
    expect((await tiny.play.run(['cancel', 'production', '--reason', 'looks first'])).code).toBe(0);
  });
});

test('a database that is not the one with the record is refused before anything is touched', async () => {
  tiny.mood();
  await tiny.deploy(0);
  const [serving, running] = [await tiny.served(), tiny.running()];
  const keeping = tiny.play.start(['watch']);
  await until(
    'PostgreSQL answers',
    () =>
      tiny.play.rows('select 1').then(
        () => true,
        () => false,
      ),
    60_000,
  );
  await tiny.play.rows(`create role team login password 'team-of-ada'`);
  await tiny.play.rows('create database team owner team');
  const { port } = new URL(tiny.play.databaseUrl('team'));
  const variables = { DATABASE_URL: `postgresql://team:team-of-ada@127.0.0.1:${port}/team` };
  for (const words of [['deploy', 'staging'], ['status'], ['stop', 'staging'], ['resume']])
    expect(await tiny.play.json(words, 2, { variables })).toMatchObject({ failures: [{ code: 'GR4314' }] });
  expect([await tiny.served(), tiny.running()]).toEqual([serving, running]);
  keeping.kill('SIGINT');
  await keeping.ended;
});

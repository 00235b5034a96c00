// What somebody may put into a name, a reason or a file, and what neither the record nor the screen makes of it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 90_000 });

const owing = {
  health: { checks: { owed: { kind: 'http', service: 'web', path: '/', status: 418, blocking: false } } },
};
const forged = 'Eve\nstaging/99       9.9.9        live\u001b[31m\u2028\u202e';
// oxlint-disable-next-line no-control-regex -- control codes are what this looks for
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/;

interface Failures {
  readonly failures: readonly { readonly code: string; readonly message: string; readonly where?: string }[];
}

let tiny: Tiny;
beforeAll(async () => {
  tiny = await Tiny.open({ phases: owing });
  await tiny.deploy(0, {}, '--as', 'Ada');
}, 60_000);
afterAll(() => tiny.close(), 60_000);

const run = (...argv: readonly string[]) => tiny.play.run(argv);
const refused = async (code: number, ...argv: readonly string[]) => {
  const { failures } = await tiny.play.json<Failures>(argv, code);
  return failures[0]!;
};
const recorded = async () => Number((await tiny.play.rows('select count(*) from greenroom.record'))[0]!['count']);

test('F126 nobody acts as nobody, or with what steers a screen: 2, and nothing is recorded', async () => {
  const before = await recorded();
  for (const [name, ...argv] of [
    ['Eve\nstaging/99 9.9.9 live', 'deploy', 'staging'],
    ['Eve\u001b[31m\nGO', 'accept', 'owed'],
    ['Eve\u009b31m', 'promote', 'production'],
    ['adA\u202e', 'maintenance', 'on', 'staging'],
    ['  ', 'accept', 'owed'],
    ['', 'stop', 'staging'],
    ['\u200b', 'rollback', 'staging'],
    ['\u2029', 'status'],
  ] as const)
    expect(await refused(2, ...argv, '--as', name), `${argv[0]} as ${JSON.stringify(name)}`).toMatchObject({
      ...{ code: 'GR8103', where: '--as', do: expect.stringContaining('--as') },
    });
  expect(await recorded()).toBe(before);
});

test('F126 the git identity is asked the same', async () => {
  execFileSync('git', ['init', '-q', tiny.play.directory]);
  const set = (name: string) => execFileSync('git', ['-C', tiny.play.directory, 'config', 'user.name', name]);
  try {
    set('Eve\nstaging/99 9.9.9 live');
    expect(await refused(2, 'accept', 'owed')).toMatchObject({ code: 'GR8103', where: expect.stringContaining('git') });
  } finally {
    rmSync(tiny.play.file('.git'), { recursive: true });
  }
});

test('the first who accepts stands, and the next is told who that was', async () => {
  const first = await run('accept', 'owed', '--as', 'Grace');
  expect(first).toMatchObject({ code: 0, stdout: 'accepted  owed in staging/1, by Grace (claimed)\n' });
  const before = await recorded();
  const second = await run('accept', 'owed', '--as', 'Ada');
  expect(second.code).toBe(0);
  expect(second.stdout).toBe('already accepted by Grace (claimed)  owed in staging/1; nothing was recorded\n');
  expect(await tiny.play.json(['accept', 'owed', '--as', 'Ada'])).toEqual({
    ...{ ok: true, condition: 'owed', by: 'Ada', reason: null, deployments: [] },
    already: [{ deployment: 'staging/1', by: 'Grace' }],
  });
  expect(await recorded()).toBe(before);
});

test('F126 a saved plan that was edited is not carried out: 2, and it is named', async () => {
  const file = tiny.play.beside('plan.json');
  expect((await run('plan', 'staging', '--out', file)).code).toBe(0);
  const saved = readFileSync(file, 'utf8');
  const edited = saved.replaceAll(/"budgetMs": \d+/g, '"budgetMs": 7');
  expect(edited).not.toBe(saved);
  const before = await recorded();
  for (const text of [edited, saved.replace('"blocking": false', '"blocking": true')]) {
    writeFileSync(file, text);
    expect(await refused(2, 'apply', file)).toMatchObject({ code: 'GR4206', where: file });
  }
  expect(await recorded()).toBe(before);
  // The same contents in another order, and without spaces, are the same plan.
  const { hash, ...others } = JSON.parse(saved) as { hash: string };
  writeFileSync(file, JSON.stringify({ hash, ...others }));
  expect((await run('apply', file, '--as', 'Ada')).code).toBe(0);
});

test('a plan is read from a regular file of bounded size only', async () => {
  const place = (name: string) => tiny.play.beside(name);
  expect(spawnSync('mkfifo', [place('pipe')]).status).toBe(0);
  mkdirSync(place('folder'));
  symlinkSync('/dev/zero', place('device'));
  writeFileSync(place('large'), '{');
  truncateSync(place('large'), 64 * 1024 * 1024);
  for (const [name, says] of [
    ['pipe', 'not a regular file'],
    ['device', 'not a regular file'],
    ['folder', 'is a folder'],
    ['large', 'bytes; at most'],
    ['nowhere', 'is not there'],
  ] as const)
    expect(await refused(2, 'apply', place(name)), name).toMatchObject({
      ...{ code: 'GR4205', where: place(name), message: expect.stringContaining(says) },
    });
});

test('a file that cannot be written is a wrong call, not a defect: 2', async () => {
  const nowhere = tiny.play.beside('nowhere/x');
  for (const argv of [
    ['plan', 'staging'],
    ['report', 'staging'],
  ])
    for (const [file, why] of [
      [nowhere, 'ENOENT'],
      [tiny.play.home, 'EISDIR'],
    ] as const)
      expect(await refused(2, ...argv, '--out', file), `${argv[0]} ${why}`).toMatchObject({
        ...{ code: 'GR8104', where: '--out', message: `${file} cannot be written (${why}).`, do: expect.any(String) },
      });
});

test('F126 what another door has written into the rows is shown on its own line, and obeyed nowhere', async () => {
  await tiny.play.rows('update greenroom.deployment set actor = $1', [forged]);
  await tiny.play.rows('update greenroom.release set created_by = $1', [forged]);
  await tiny.play.rows(
    `update greenroom.record set actor = $1 where kind in ('condition-accepted', 'deployment-requested', 'deployment-ended')`,
    [forged],
  );
  await run('maintenance', 'on', 'staging', '--notice', forged, '--as', 'Ada');
  const asked = [
    ['history'],
    ['history', '--releases'],
    ['status'],
    ['accept', 'owed', '--as', 'Ada'],
    ['why', 'staging'],
    ['report', 'staging', '--format', 'md'],
    ['report', 'staging', '--format', 'html'],
  ];
  for (const argv of asked) {
    const { stdout, stderr } = await tiny.play.run(argv, { variables: { FORCE_COLOR: '1' } });
    expect(stdout, argv.join(' ')).not.toContain('live\u001b[31m');
    // oxlint-disable-next-line no-control-regex -- colours of our own
    const said = (stdout + stderr).replaceAll(/\u001b\[\d+m/g, '');
    expect(
      said.split('\n').filter((line) => /^\s*staging\/99/.test(line)),
      argv.join(' '),
    ).toEqual([]);
    expect(said, argv.join(' ')).not.toMatch(steering);
  }
});

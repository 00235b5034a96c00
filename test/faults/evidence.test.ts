// Evidence that is stale, tried again, or holds a secret; and a migration whose deployment fails after it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { identify } from '../../src/host/process-identity.ts';
import { processesIn } from '../rig/ending.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 90_000 });

interface Report {
  readonly ending: { readonly as: string };
  readonly verdict: string;
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly flaky: boolean;
    readonly attempts: readonly string[];
  }[];
  readonly conditions: readonly { readonly id: string }[];
}

const canary = 'k4n4r1enV0gel-9f2';
const database = { main: { embedded: true, migrate: 'node migrate.mjs', budget: '20s' } };
let tiny: Tiny;

const overlay = (more: Readonly<Record<string, unknown>> = {}) => tiny.overlay({ databases: database, ...more });
const json = <T>(line: string, code = 0) => tiny.play.json<T>(line.split(' '), code);

beforeAll(async () => {
  tiny = await Tiny.open();
  // Loaded from Greenroom's own checkout, as everything that is installed above the project.
  writeFileSync(
    tiny.play.file('migrate.mjs'),
    `import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('create table if not exists migrated (release text)');
await client.query('insert into migrated values ($1)', [process.env.GREENROOM_RELEASE]);
await client.end();\n`,
  );
  overlay();
  await tiny.deploy(0);
}, 90_000);
afterAll(() => tiny.close(), 60_000);

test('F081 the migration is done and the new version fails: the old one serves on the new schema', async () => {
  const old = await tiny.served();
  overlay({ services: { web: { health: { 'starts-in': '1s' } } } });
  const failed = await tiny.deploy(1, { health: 'never' });
  const rows = await tiny.play.rows<{ release: string }>('select release from migrated', [], 'tiny_staging_main');
  expect(rows.map(({ release }) => release)).toEqual([old, failed]);
  expect(await tiny.steps()).not.toContain('switch');
  expect(await tiny.served()).toBe(old);
  expect(tiny.running()).toEqual([old]);
});

/** Ends with 1 the first time and with 0 ever after. */
function coin(flaky: 'warn' | 'fail'): Readonly<Record<string, unknown>> {
  const [script, mark] = [tiny.play.beside('coin.mjs'), tiny.play.beside('coin')];
  rmSync(mark, { force: true });
  writeFileSync(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';
const isSecond = existsSync(${JSON.stringify(mark)});
writeFileSync(${JSON.stringify(mark)}, '');
process.exitCode = isSecond ? 0 : 1;\n`,
  );
  return { phases: { health: { checks: { coin: { kind: 'command', run: ['node', script], retries: 1, flaky } } } } };
}

test('F057 bad, then good when asked again: told as flaky, never as a plain pass; F053 every attempt stays', async () => {
  overlay(coin('warn'));
  await tiny.deploy(0);
  const report = await json<Report>('report staging');
  expect(report.verdict).toBe('conditional-go');
  const asked = report.checks.find((check) => check.name === 'coin');
  expect(asked).toMatchObject({ outcome: 'warn', flaky: true, attempts: ['fail', 'pass'] });
  expect(report.conditions.map(({ id }) => id)).toEqual(['coin']);
  const page = await tiny.play.run(['report', 'staging', '--format', 'md']);
  expect(page.stdout).toMatch(/flaky/i);
  overlay(coin('fail'));
  await tiny.deploy(1);
  expect((await json<Report>('report staging')).checks.find((check) => check.name === 'coin')).toMatchObject({
    outcome: 'fail',
    flaky: true,
  });
});

test('F053 a failed attempt is not undone by a later one: both are listed, and its account does not change', async () => {
  const script = tiny.play.beside('weather.mjs');
  writeFileSync(script, 'process.exitCode = 1;\n');
  overlay({ phases: { health: { checks: { weather: { kind: 'command', run: ['node', script] } } } } });
  const release = await tiny.deploy(1);
  const { deployments } = await json<{ deployments: readonly { number: number }[] }>('history staging');
  const name = `staging/${deployments[0]!.number}`;
  const before = await tiny.play.run(['report', name, '--format', 'json']);
  writeFileSync(script, '');
  expect((await tiny.play.run(['deploy', 'staging', '--release', release])).code).toBe(0);
  const after = await tiny.play.run(['report', name, '--format', 'json']);
  expect(after.stdout).toBe(before.stdout);
  const history = await json<{ deployments: readonly { release: { id: string }; ending: { as: string } }[] }>(
    'history staging',
  );
  const ofRelease = history.deployments.filter((each) => each.release.id === release);
  expect(ofRelease.map(({ ending }) => ending.as)).toEqual(['live', 'no-go']);
  const why = await json<{ rejudged: { same: boolean } }>(`why ${name}`);
  expect(why.rejudged.same).toBe(true);
});

test('F052 a verdict that is too old lets nothing into production', async () => {
  overlay({ environments: { production: { promotion: { 'evidence-max-age': '1s' } } } });
  await tiny.deploy(0);
  await sleep(1_100);
  const { failures } = await json<{ failures: readonly { code: string }[] }>('promote production', 4);
  expect(failures).toMatchObject([{ code: 'GR4104' }]);
  expect(tiny.running('production')).toEqual([]);
});

test('F109 what a check prints of a secret is nowhere: not in its evidence, its reports, or on the screen', async () => {
  const script = tiny.play.beside('leak.mjs');
  writeFileSync(
    script,
    `const secret = process.env.API_TOKEN;
if (!secret) process.exitCode = 1;
console.log('plain', secret, 'base64', Buffer.from('x' + secret).toString('base64'), 'hex', Buffer.from(secret).toString('hex'));
console.error('url', encodeURIComponent(secret + '&'), 'json', JSON.stringify({ secret }));\n`,
  );
  const values = { API_TOKEN: '${TOKEN_OF_THE_TEAM}', MOOD: tiny.play.beside('mood') };
  overlay({
    environments: { staging: { variables: { values } } },
    phases: { health: { checks: { leak: { kind: 'command', run: ['node', script] } } } },
  });
  tiny.next();
  const variables = { TOKEN_OF_THE_TEAM: canary };
  const deployed = await tiny.play.run(['deploy', 'staging'], { variables });
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  const told = await Promise.all(
    ['json', 'html', 'md'].map((format) => tiny.play.run(['report', 'staging', '--format', format], { variables })),
  );
  const walked = await tiny.play.run(['why', 'staging', 'leak', '--json'], { variables });
  expect(walked.stdout).toContain('plain ***');
  const stored = await Promise.all(
    ['deployment', 'evidence', 'result', 'record', 'step', 'release'].map((table) =>
      tiny.play.rows(`select coalesce(string_agg(t::text, ''), '') as text from greenroom.${table} t`),
    ),
  );
  const everything =
    [deployed, walked, ...told].map(({ stdout, stderr }) => stdout + stderr).join('') + JSON.stringify(stored);
  expect(everything).toContain('TOKEN_OF_THE_TEAM');
  const spellings = [
    canary,
    Buffer.from(canary).toString('hex'),
    Buffer.from(`x${canary}`).toString('base64').slice(4, 20),
  ];
  for (const spelling of spellings) expect(everything.includes(spelling), spelling).toBe(false);
});

test('F111 what is reversed cannot be hidden, so a check of staging has nothing of production and of who deploys', async () => {
  const script = tiny.play.beside('reverse.mjs');
  writeFileSync(script, `console.log([...JSON.stringify(process.env)].reverse().join(''));\n`);
  const mood = tiny.play.beside('mood');
  overlay({
    environments: {
      staging: { variables: { values: { API_TOKEN: '${TOKEN_OF_STAGING}', MOOD: mood } } },
      production: { variables: { values: { API_TOKEN: '${TOKEN_OF_PRODUCTION}', MOOD: mood } } },
    },
    phases: { health: { checks: { reverse: { kind: 'command', run: ['node', script] } } } },
  });
  tiny.next();
  const variables = {
    TOKEN_OF_STAGING: `${canary}-s`,
    TOKEN_OF_PRODUCTION: `${canary}-p`,
    TOKEN_OF_WORK: `${canary}-w`,
  };
  const deployed = await tiny.play.run(['deploy', 'staging'], { variables });
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  const [evidence] = await tiny.play.rows<{ output: string }>(
    `select body->'data'->>'output' as output from greenroom.evidence where body->>'check' = 'reverse'`,
  );
  const read = [...evidence!.output].reverse().join('');
  expect(read).toContain(`${canary}-s`);
  expect(read).not.toContain(`${canary}-p`);
  expect(read).not.toContain(`${canary}-w`);
  expect(
    await tiny.play.rows(`select 1 from greenroom.evidence where body::text like '%' || $1 || '%'`, [canary]),
  ).toEqual([]);
});

test('F116 F117 F118 endless output in one line, deaf to SIGTERM, with a child of its own: ended in time, kept small, nothing left', async () => {
  const script = tiny.play.beside('flood.mjs');
  writeFileSync(
    script,
    `import { spawn } from 'node:child_process';
process.on('SIGTERM', () => {});
if (process.argv[2] !== 'child') spawn(process.execPath, [process.argv[1], 'child'], { stdio: 'inherit' });
const block = 'x'.repeat(65_536);
const flood = () => { while (process.stdout.write(block)); process.stdout.once('drain', flood); };
flood();\n`,
  );
  overlay({ phases: { health: { checks: { flood: { kind: 'command', run: ['node', script], within: '1s' } } } } });
  await tiny.deploy(1);
  expect(processesIn(tiny.play.directory).filter(({ argv }) => argv.includes(script))).toEqual([]);
  const [evidence] = await tiny.play.rows<{ length: number; bytes: number }>(
    `select length(body::text) as length, (body->'data'->>'outputBytes')::float8 as bytes
       from greenroom.evidence where body->>'check' = 'flood'`,
  );
  expect(evidence!.length).toBeLessThan(300_000);
  expect(evidence!.bytes).toBeGreaterThan(1_000_000);
  const asked = (await json<Report>('report staging')).checks.find((check) => check.name === 'flood');
  expect(asked).toMatchObject({ outcome: 'fail', reason: expect.stringContaining('1.0 s') });
});

test('F052 a suite whose control plane was killed proves nothing for the next attempt, which ends it', async () => {
  const first = tiny.play.beside('first');
  const script = tiny.play.beside('suite.mjs');
  // The first attempt has the report ready, waits until the second one runs, and writes it wherever it may.
  writeFileSync(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
const [first, report] = [${JSON.stringify(first)}, '<testsuite tests="1"><testcase name="a"/></testsuite>'];
process.on('SIGTERM', () => {});
if (!existsSync(first)) {
  writeFileSync(first, String(process.pid));
  for (;;) {
    for (const folder of ['.', process.env.GREENROOM_WORK_DIRECTORY])
      try { if (existsSync(first + '-left')) writeFileSync(folder + '/report.xml', report); } catch {}
    await wait(20);
  }
}
await wait(1_000);\n`,
  );
  overlay({ phases: { health: { checks: { unit: { kind: 'suite', run: ['node', script], report: 'report.xml' } } } } });
  const deploying = await tiny.begin();
  await until('the suite runs', () => existsSync(first), 60_000);
  deploying.kill('SIGKILL');
  await deploying.ended;
  const left = Number(readFileSync(first, 'utf8'));
  expect(identify(left)).not.toBeNull();
  writeFileSync(`${first}-left`, '');
  const resumed = await tiny.play.run(['resume', 'staging']);
  expect(resumed.code, resumed.stdout + resumed.stderr).not.toBe(0);
  expect(identify(left)).toBeNull();
  const report = await json<Report>('report staging --format json');
  expect(report.checks.find((check) => check.name === 'unit')).toMatchObject({ outcome: 'error' });
}, 120_000);

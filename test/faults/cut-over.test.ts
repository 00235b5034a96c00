// What can go wrong between starting the new version and letting the old one go, on a real project with a real edge.
import { writeFileSync, appendFileSync, chmodSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEdge } from '../../src/edge/client.ts';
import { edgeProcesses } from '../../src/edge/edge-processes.ts';
import { signal } from '../kill/processes.ts';
import { streamProbes, type ProbeStream } from '../rig/probe-stream.ts';
import { Tiny, until } from '../rig/tiny.ts';

interface Report {
  readonly ending: { readonly as: string; readonly reason: string } | null;
  readonly checks: readonly { readonly name: string; readonly outcome: string; readonly reason: string }[];
  readonly steps: readonly { readonly name: string; readonly facts: Readonly<Record<string, unknown>> }[];
}

const quick = { services: { web: { health: { 'starts-in': '2s' } } } };
const longBake = (more = {}) => ({
  ...quick,
  environments: { staging: { bake: { for: '30s', every: '100ms', ...more } } },
});
/** The last thing before the verdict: runs the file `last.mjs`. */
const lastWord = (play: Tiny['play']) => ({
  ...quick,
  phases: { decision: { checks: { 'last-word': { kind: 'command', run: ['node', play.beside('last.mjs')] } } } },
});

vi.setConfig({ testTimeout: 90_000 });

let tiny: Tiny;
let users: ProbeStream;
let good = '';

beforeAll(async () => {
  tiny = await Tiny.open(quick);
  good = await tiny.deploy(0);
  users = streamProbes([{ port: tiny.port(), path: '/' }]);
}, 90_000);
afterEach(() => {
  tiny.mood();
  tiny.overlay(quick);
});
afterAll(async () => {
  await users.stop();
  await tiny.close();
}, 60_000);

/** The good one serves everybody, alone. */
async function oldServesAlone(since: number): Promise<void> {
  expect(await tiny.served()).toBe(good);
  expect(tiny.running()).toEqual([good]);
  const seen = users.probes.slice(since);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter((probe) => probe.error !== null || probe.release !== good)).toEqual([]);
}

describe('before the switch', () => {
  test.for([
    ['F070', 'never healthy', 'never', 'status 503'],
    ['F071', 'flapping', 'flapping', ''],
    ['F072', 'health 200 of another release', 'other-release', 'rel_another'],
  ] as const)('%s %s: no switch, the new one is stopped, the old one serves 100 %%', async ([, , health, said]) => {
    const since = users.probes.length;
    tiny.next({ health });
    const report = await tiny.play.json<Report>(['deploy', 'staging'], 1);
    expect(report.ending).toMatchObject({ as: 'no-go', reason: expect.stringContaining(`deployment/prove`) });
    const proof = report.checks.find((check) => check.name === 'deployment/prove');
    expect(proof).toMatchObject({ outcome: 'fail', reason: expect.stringContaining(said) });
    expect(await tiny.steps()).not.toContain('switch');
    await oldServesAlone(since);
  });

  test('F064 bytes changed after staging has proven them: refused before anything starts or moves', async () => {
    const trees = `${tiny.play.home}/artifacts`;
    const file = filesNamed(trees, 'server.mjs')[0]!;
    const bytes = readFileSync(file);
    for (const each of filesNamed(trees, 'server.mjs')) {
      chmodSync(each, 0o644);
      appendFileSync(each, '\n// not what was tested\n');
    }
    const report = await tiny.play.json<Report>(['promote', 'production'], 1);
    expect(report.ending?.as).toBe('no-go');
    expect(report.checks.find((check) => check.name === 'deployment/prepare')).toMatchObject({ outcome: 'fail' });
    const steps = await tiny.steps('production');
    expect(steps).toContain('deployment/prepare');
    expect(steps.filter((step) => /start|switch/.test(step))).toEqual([]);
    expect(tiny.running('production')).toEqual([]);
    for (const each of filesNamed(trees, 'server.mjs')) writeFileSync(each, bytes);
  });
});

describe('the switch itself', () => {
  test('F073 the edge is dead: it is brought back with what it served, and the switch is done', async () => {
    const { watchdog, worker } = tiny.edge();
    tiny.overlay(lastWord(tiny.play));
    writeFileSync(
      tiny.play.beside('last.mjs'),
      `for (const pid of [${watchdog}, ${worker}]) process.kill(pid, 'SIGKILL');\n`,
    );
    const next = await tiny.deploy(0);
    expect(tiny.edge().watchdog).not.toBe(watchdog);
    expect(await tiny.served()).toBe(next);
    good = next;
  });

  test('F073 the control of the edge does not answer: unknown, traffic stays, a person is asked; then the same step goes on', async () => {
    const { watchdog } = tiny.edge();
    tiny.overlay(lastWord(tiny.play));
    writeFileSync(tiny.play.beside('last.mjs'), `process.kill(${watchdog}, 'SIGSTOP');\n`);
    let next = '';
    try {
      next = await tiny.deploy(3, {}, '--no-wait');
      expect((await tiny.records('held')).map(({ data }) => data['kind'])).toEqual(['unknown']);
      expect(await tiny.served()).toBe(good);
      expect(tiny.running().toSorted()).toEqual([good, next].toSorted());
    } finally {
      signal(watchdog, 'SIGCONT');
    }
    const resumed = await tiny.play.run(['resume', 'staging', '--retry']);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(await tiny.served()).toBe(next);
    expect(tiny.running()).toEqual([next]);
    good = next;
  });

  test('F074 moved, but through the public address another release answers: not "switched", back to the old one', async () => {
    tiny.next({ behind: 'other-release' });
    const report = await tiny.play.json<Report>(['deploy', 'staging'], 7);
    expect(report.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('public address') });
    expect((await tiny.steps()).filter((step) => step.startsWith('switch'))).toEqual(['switch', 'switch-back']);
    expect(await tiny.steps()).not.toContain('bake');
    expect(await tiny.served()).toBe(good);
    expect(tiny.running()).toEqual([good]);
  });

  test('F075 requests in flight at the switch are answered whole by the old one, none fails', async () => {
    const failedBefore = users.failures().length;
    const { id: next, ended } = await tiny.begin();
    const slow: Promise<string | null>[] = [];
    while (await Promise.race([ended.then(() => false), sleep(100, true)])) slow.push(askSlowly(1_000));
    expect((await ended).code).toBe(0);
    const answered = await Promise.all(slow);
    expect(new Set(answered)).toEqual(new Set([good, next]));
    expect(answered.lastIndexOf(good)).toBeLessThan(answered.lastIndexOf(next));
    expect(users.failures().length).toBe(failedBefore);
    good = next;
  });
});

describe('after the switch', () => {
  test('F071 health that settles: gets traffic only after good answers in a row, and is switched once', async () => {
    const next = await tiny.deploy(0, { health: 'settling' });
    expect((await tiny.steps()).filter((step) => step.startsWith('switch'))).toEqual(['switch']);
    good = next;
  });

  test('F076 errors after the switch: back by itself within 10 s, exactly once', async () => {
    tiny.overlay(longBake({ failures: 0 }));
    const { id: next, ended } = await tiny.begin();
    await until('the new one serves', async () => (await tiny.served()) === next);
    await sleep(500);
    const since = users.probes.length;
    tiny.mood(`errors ${next}`);
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(7);
    const failures = users.probes.slice(since).filter((probe) => probe.error !== null);
    expect(failures.length).toBeGreaterThan(0);
    const darkMs =
      Math.max(...failures.map((probe) => probe.endedAt)) - Math.min(...failures.map((probe) => probe.sentAt));
    expect(darkMs).toBeLessThan(10_000);
    expect((await tiny.steps()).filter((step) => step.startsWith('switch'))).toEqual(['switch', 'switch-back']);
    expect(await tiny.served()).toBe(good);
    expect(tiny.running()).toEqual([good]);
  });

  test('F081 a rehearsed way back: users meet both versions and no error, and a promotion is told what was measured', async () => {
    tiny.overlay({ ...quick, environments: { staging: { 'rehearse-rollback': true } } });
    const since = users.probes.length;
    const next = await tiny.deploy(0);
    const seen = users.probes.slice(since);
    const firstNew = seen.findIndex(({ release }) => release === next);
    expect(seen.slice(firstNew).some(({ release }) => release === good)).toBe(true);
    expect(seen.filter(({ error }) => error !== null)).toEqual([]);
    expect(await tiny.served()).toBe(next);
    good = next;
    const { rehearsal } = await tiny.play.json<{ rehearsal: { certificate: object } }>(['plan', 'production']);
    expect(rehearsal.certificate).toMatchObject({ result: 'proven', failedRequests: 0, environment: 'staging' });
  });

  test('a preview: who has the secret reaches the new version at the public address before the verdict, and nobody else', async () => {
    const { phases } = lastWord(tiny.play);
    tiny.overlay({ ...quick, phases, environments: { staging: { preview: true } } });
    const done = tiny.play.beside('tested');
    const script = `import { existsSync } from 'node:fs';\nwhile (!existsSync(${JSON.stringify(done)})) await new Promise((go) => setTimeout(go, 50));\n`;
    writeFileSync(tiny.play.beside('last.mjs'), script);
    const [since, { id: next, ended }] = [users.probes.length, await tiny.begin()];
    await until('it is previewed', async () => (await tiny.steps()).includes('decision'));
    const told = await tiny.play.json<{ readonly header: string; readonly release: string }>(['preview', 'staging'], 0);
    const [name, secret] = told.header.split(': ') as [string, string];
    const answer = await fetch(`http://127.0.0.1:${tiny.port()}/`, { headers: { [name]: secret } });
    await answer.arrayBuffer();
    expect([told.release, answer.headers.get('x-release'), await tiny.served()]).toEqual([next, next, good]);
    expect(users.probes.slice(since).filter(({ release }) => release === next)).toEqual([]);
    writeFileSync(done, '');
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
    good = next;
    expect(await tiny.served()).toBe(good);
  });

  const inShares = (lasts: string) => ({
    ...quick,
    environments: { staging: { shift: { steps: ['50%', '100%'], for: lasts }, bake: { for: '1s', every: '100ms' } } },
  });

  test('a gradual shift: both answer while half of it is moved, then the new one alone, and no request fails', async () => {
    tiny.overlay(inShares('1s'));
    const [since, failedBefore] = [users.probes.length, users.failures().length];
    const next = await tiny.deploy(0);
    expect(await tiny.steps()).toEqual(expect.arrayContaining(['switch-50', 'bake-50', 'switch', 'bake']));
    const seen = users.probes.slice(since).map(({ release }) => release);
    const shared = seen.slice(seen.indexOf(next), seen.lastIndexOf(good));
    expect(shared.filter((release) => release === good).length).toBeGreaterThan(3);
    expect(shared.filter((release) => release === next).length).toBeGreaterThan(3);
    expect(users.failures().length).toBe(failedBefore);
    expect([await tiny.served(), tiny.running()]).toEqual([next, [next]]);
    good = next;
  });

  test('F076 errors while half of it is moved: handed back by itself, and nothing more is moved', async () => {
    tiny.overlay(inShares('30s'));
    const { id: next, ended } = await tiny.begin();
    await until('half of it is watched', async () => (await tiny.steps()).includes('bake-50'));
    tiny.mood(`errors ${next}`);
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(7);
    expect((await tiny.steps()).filter((step) => step.startsWith('switch'))).toEqual(['switch-50', 'switch-back']);
    expect([await tiny.served(), tiny.running()]).toEqual([good, [good]]);
  });

  test('F078 two rollbacks at once: one way back, both are told', async () => {
    tiny.overlay(longBake());
    const { ended } = await tiny.begin();
    await until('the bake began', async () => (await tiny.steps()).includes('bake'));
    const [first, second] = await Promise.all(
      ['one', 'two'].map((name) => tiny.play.run(['rollback', 'staging', '--as', name])),
    );
    expect([first!.code, second!.code, (await ended).code]).toEqual([0, 0, 7]);
    expect((await tiny.steps()).filter((step) => step.startsWith('switch'))).toEqual(['switch', 'switch-back']);
    expect(await tiny.served()).toBe(good);
  });

  test('F080 the old one is gone too: traffic stays with the one that is well, and a person is asked', async () => {
    tiny.overlay(longBake());
    const { id: next, ended } = await tiny.begin({}, '--no-wait');
    await until('the bake began', async () => (await tiny.steps()).includes('bake'));
    tiny.mood(`crash ${good}`);
    await until('the old one is gone', () => !tiny.running().includes(good));
    const back = await tiny.play.run(['rollback', 'staging', '--no-wait']);
    expect(back.code, back.stdout + back.stderr).toBe(3);
    expect((await ended).code).toBe(3);
    const [held] = await tiny.records('held');
    expect(held?.data).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('traffic stays') });
    expect(await tiny.served()).toBe(next);
    expect(tiny.running()).toEqual([next]);
    // Once the old one can live again, the same step brings it back.
    tiny.mood();
    const retried = await tiny.play.run(['resume', 'staging', '--retry']);
    expect(retried.code, retried.stdout + retried.stderr).toBe(7);
    expect(await tiny.served()).toBe(good);
    expect(tiny.running()).toEqual([good]);
  });
});

describe('F082 what was changed by hand', () => {
  /** Whoever of the two is left brings the other back, so they are held before they are ended. */
  const killEdge = () =>
    until('the edge is gone', () => {
      const members = edgeProcesses(edgeFolder());
      for (const name of ['SIGSTOP', 'SIGKILL'] as const) for (const { pid } of members) signal(pid, name);
      return members.length === 0;
    });
  const edgeFolder = () => `${tiny.play.home}/environments/staging/edge`;
  const drift = async (): Promise<readonly string[]> => {
    const { environments } = await tiny.play.json<{ environments: readonly { drift: readonly string[] }[] }>([
      'status',
    ]);
    return environments[0]!.drift;
  };

  test('F082 status tells a service or a proxy that is gone, and resume brings back what is recorded to serve', async () => {
    const served = await tiny.deploy(0);
    expect(await drift()).toEqual([]);
    for (const { pid } of tiny.processes()) signal(pid, 'SIGKILL');
    expect(await drift()).toEqual(['web does not run']);
    await killEdge();
    expect(await drift()).toEqual(['web does not run', 'its proxy does not run']);
    expect((await tiny.play.run(['status'])).stdout).toContain('its proxy does not run');
    expect((await tiny.play.run(['resume', 'staging'])).code).toBe(0);
    expect(await drift()).toEqual([]);
    expect(await tiny.served()).toBe(served);
  });

  test('F064 F082 changed bytes are not brought back: resume says which file, starts nothing, and ends with 2', async () => {
    const served = await tiny.deploy(0);
    const trees = `${tiny.play.home}/artifacts`;
    const files = filesNamed(trees, 'server.mjs');
    const kept = files.map((file) => readFileSync(file));
    for (const file of files) {
      chmodSync(file, 0o644);
      appendFileSync(file, '\n// not what was tested\n');
    }
    for (const { pid } of tiny.processes()) signal(pid, 'SIGKILL');
    const resumed = await tiny.play.json<{ failures: unknown }>(['resume', 'staging'], 2);
    expect(resumed.failures).toMatchObject([
      { code: 'GR6503', message: expect.stringContaining('server.mjs'), do: expect.any(String) },
    ]);
    const said = await tiny.play.run(['resume', 'staging']);
    expect([said.code, said.stderr]).toEqual([2, expect.stringContaining('GR6503')]);
    expect([tiny.running(), await tiny.served()]).toEqual([[], '502']);
    for (const [index, file] of files.entries()) writeFileSync(file, kept[index]!);
    expect((await tiny.play.run(['resume', 'staging'])).code).toBe(0);
    await until('it serves again', async () => (await tiny.served()) === served);
  });

  test('F082 status tells a proxy that was pointed elsewhere', async () => {
    const edge = openEdge({
      stateDirectory: edgeFolder(),
      services: { web: { host: '127.0.0.1', port: tiny.port() } },
    });
    const standing = (await edge.current())!;
    const target = { ...standing, epoch: standing.epoch + 1_000 };
    await edge.point({ ...target, release: 'rel_byhand' });
    expect(await drift()).toEqual([expect.stringContaining('rel_byhand')]);
    await edge.point({ ...target, epoch: target.epoch + 1, services: { web: { host: '127.0.0.1', port: 9 } } });
    expect(await drift()).toEqual([expect.stringContaining('127.0.0.1:9')]);
  });
});

async function askSlowly(durationMs: number): Promise<string | null> {
  const answer = await fetch(`http://127.0.0.1:${tiny.port()}/slow?ms=${durationMs}`, {
    headers: { connection: 'close' },
  });
  const { release } = (await answer.json()) as { release: string };
  return answer.status === 200 && release === answer.headers.get('x-release') ? release : null;
}

const filesNamed = (folder: string, name: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((entry) => entry.endsWith(`/${name}`))
    .map((entry) => `${folder}/${entry}`);

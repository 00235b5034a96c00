// A bake that must not end well, on a real project: behind the edge, and behind two HAProxys.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { answerWithinMs } from '../../src/domain/bake.ts';
import { haproxyProcesses } from '../../src/haproxy/haproxy-processes.ts';
import { controlSocket } from '../../src/haproxy/config-text.ts';
import { askRuntime } from '../../src/haproxy/runtime-door.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { signal } from '../kill/processes.ts';
import { freePorts } from '../../src/edge/testing/free-ports.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** As the errors of the default are: not to be reached within the time of the bake. */
const bake = { for: '4s', every: '3s', errors: 1 };

async function baking(tiny: Tiny, ...more: readonly string[]) {
  const begun = await tiny.begin({}, ...more);
  await until('it bakes', async () => (await tiny.steps()).includes('bake'));
  await sleep(1_000);
  return begun;
}

const endOfBake = async (tiny: Tiny) =>
  (await tiny.records('step-ended')).find(({ data }) => data['step'] === 'bake')?.data;

describe('behind the edge', () => {
  let tiny: Tiny;
  let good = '';
  beforeAll(async () => {
    tiny = await Tiny.open({ environments: { staging: { bake } } });
    good = await tiny.deploy(0);
  });
  afterAll(() => tiny.close());

  test('F077 it answers nothing any more from one second into a short bake: the bake outlasts its time and goes back', async () => {
    const { id, ended } = await baking(tiny);
    tiny.mood(`hang ${id}`);
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(7);
    expect(await endOfBake(tiny)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('2 probes in a row could not be asked'),
    });
    tiny.mood();
    expect([await tiny.served(), tiny.running()]).toEqual([good, [good]]);
  });

  test('F077 health hangs, and users get errors meanwhile: nobody waits for the probe before going back', async () => {
    const { id, ended } = await baking(tiny);
    const beganMs = performance.now();
    tiny.mood(`hang-health ${id}`, `errors ${id}`);
    await until('the old version serves again', async () => (await tiny.served()) === good);
    // A probe is waited for as long as this.
    expect(performance.now() - beganMs).toBeLessThan(answerWithinMs);
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(7);
    expect(await endOfBake(tiny)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('requests were answered with 5xx'),
    });
    tiny.mood();
    expect(await tiny.served()).toBe(good);
  });

  test('it answers nothing for a moment: the bake waits, goes on, and says what was not answered', async () => {
    const { id, ended } = await baking(tiny);
    tiny.mood(`hang ${id}`);
    await sleep(3_500);
    tiny.mood();
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(0);
    expect(await endOfBake(tiny)).toMatchObject({ status: 'done', facts: { unansweredProbes: 1 } });
    expect(stdout + stderr).toContain('1 probes not answered');
    expect(await tiny.served()).toBe(id);
  });
});

describe.skipIf(haproxyProgram() === null)('behind two HAProxys (needs haproxy)', () => {
  let tiny: Tiny;
  let good = '';
  const folder = () => `${tiny.play.home}/environments/staging/edge/proxies/second`;
  const second = () => haproxyProcesses(folder())[0]!.pid;
  const ask = async (command: string): Promise<string> => {
    const answer = await askRuntime({ directory: folder(), socket: controlSocket, commands: [command] });
    expect(answer.status).toBe('answered');
    return answer.status === 'answered' ? answer.text : '';
  };
  beforeAll(async () => {
    tiny = await Tiny.open();
    const [web = 0] = await freePorts(1);
    tiny.overlay({
      environments: { staging: { bake, traffic: { kind: 'haproxy', proxies: { second: { ports: { web } } } } } },
    });
    good = await tiny.deploy(0);
  });
  afterAll(() => tiny.close());

  test('F016 one of them is killed: it is brought back, and the bake goes on to its end', async () => {
    const { id, ended } = await baking(tiny);
    const killed = second();
    signal(killed, 'SIGKILL');
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(0);
    expect(second()).not.toBe(killed);
    expect([await tiny.served(), tiny.running()]).toEqual([id, [id]]);
    good = id;
  });

  test('F077 one of them hangs: the release does not go live unseen, and goes back once that one is ended', async () => {
    const { ended } = await baking(tiny, '--no-wait');
    const hung = second();
    signal(hung, 'SIGSTOP');
    const { code, stdout, stderr } = await ended;
    signal(hung, 'SIGKILL');
    expect([0, 7], stdout + stderr).not.toContain(code);
    const seen = await endOfBake(tiny);
    expect(seen).toMatchObject({ status: 'failed', reason: expect.stringMatching(/could not be asked/) });
    const retried = await tiny.play.run(['resume', 'staging', '--retry']);
    expect(retried.code, retried.stdout + retried.stderr).toBe(7);
    expect([await tiny.served(), tiny.running()]).toEqual([good, [good]]);
  });

  test('F082 one of them is pointed back to the old release by hand: seen while it bakes, and all are pointed back', async () => {
    const { ended } = await baking(tiny);
    const shown = await ask('show map target.map');
    const [, key, epoch, lane] = /^(0x[0-9a-f]+) active (\d+):(\w+)$/m.exec(shown)!;
    const old = lane!.startsWith('blue') ? 'green' : 'blue';
    expect(key).toBeDefined();
    await ask(`set map target.map active ${epoch}:${old}${lane!.replace(/^[a-z]+/, '')}`);
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(7);
    const seen = await endOfBake(tiny);
    expect(seen).toMatchObject({ status: 'failed', reason: expect.stringContaining('do not serve the same') });
    expect([await tiny.served(), tiny.running()]).toEqual([good, [good]]);
  });
});

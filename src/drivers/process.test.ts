import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { supervisedHost } from '../effects/supervised-host.ts';
import { FailureError } from '../domain/failure.ts';
import type { Slot } from '../kinds/driver.ts';
import { driverContract } from '../kinds/testing/driver-contract.ts';
import { processDriver } from './process.ts';
import { ask, endOfPlane, openWorld, runPlane, startPlane } from './process/testing/world.ts';

driverContract('process', openWorld);

let world: Awaited<ReturnType<typeof openWorld>>;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.dispose());

async function carryOut(change: 'prepare' | 'start' | 'stop', slot: Slot, driver = world.driver): Promise<void> {
  for (const command of driver.plan(change, slot)) await driver.run(command, slot, AbortSignal.timeout(20_000));
}
const codeOf = (act: Promise<unknown>): Promise<string | undefined> =>
  act.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : String(error)),
  );
const notesOf = (slot: Slot, service: string) =>
  JSON.parse(readFileSync(join(slot.stateDirectory, slot.colour, `${service}.json`), 'utf8')) as Record<
    string,
    unknown
  >;

test('services learn their place, and each other by URLs of their own colour', async () => {
  const slot = world.slot({ epoch: 1, variables: { GREETING: 'a b"c$d' } });
  await carryOut('start', slot);
  const [api, web] = await world.driver.observe(slot);
  const told = await ask(web!);
  expect(told).toMatchObject({ release: 'rel_one', colour: 'green', pid: web!.pid, node: process.version });
  expect(told['urls']).toEqual({
    WEB_URL: `http://127.0.0.1:${web!.port}`,
    MEDIA_API_URL: `http://127.0.0.1:${api!.port}`,
  });
  const environ = readFileSync(`/proc/${web!.pid}/environ`, 'utf8').split('\0');
  expect(environ).toContain('GREETING=a b"c$d');
  expect(environ.filter((line) => /GATE|VITEST/.test(line))).toEqual([]);
  expect(readFileSync(web!.log!.path, 'utf8')).toContain(`rel_one begins on ${web!.port}`);
  expect(statSync(web!.log!.path).mode & 0o777).toBe(0o600);
});

test('a restart keeps the port, and the log of the new process begins where the old one ended', async () => {
  const slot = world.slot({ epoch: 1 });
  await carryOut('start', slot);
  const before = await world.driver.observe(slot);
  await ask(before[1]!);
  await carryOut('stop', slot);
  const ended = statSync(before[1]!.log!.path).size;
  await carryOut('start', slot);
  const after = await world.driver.observe(slot);
  expect(after.map(({ port }) => port)).toEqual(before.map(({ port }) => port));
  expect(after[1]!.log!.from).toBe(ended);
});

test('a kept port that a stranger has taken is given up while the colour is empty', async () => {
  const slot = world.slot({ epoch: 1 });
  await carryOut('prepare', slot);
  const ports = JSON.parse(readFileSync(join(slot.stateDirectory, 'green', '.ports.json'), 'utf8')) as { web: number };
  const stranger = createServer().listen(ports.web, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  await carryOut('start', slot);
  const [, web] = await world.driver.observe(slot);
  expect(web!.port).not.toBe(ports.web);
  expect(await world.answering(web!)).toBe('rel_one');
  await world.killFromOutside(web!);
  const second = createServer().listen(web!.port, '127.0.0.1');
  await new Promise((resolve) => second.once('listening', resolve));
  expect(await codeOf(carryOut('start', slot))).toBe('GR6413');
  stranger.close();
  second.close();
});

test('F064 a tree that is not what was proven is refused before anything starts, and the changed file is named', async () => {
  const slot = world.slot({ epoch: 1 });
  const path = join(slot.artifactDirectory, 'app.mjs');
  expect(statSync(path).mode & 0o222).toBe(0);
  chmodSync(path, 0o644);
  appendFileSync(path, '\n// one byte more\n');
  chmodSync(path, 0o444);
  const refusal = await carryOut('prepare', slot).catch((error: unknown) => error);
  expect((refusal as FailureError).failures[0]).toMatchObject({
    code: 'GR6503',
    message: expect.stringContaining('changed "app.mjs"'),
  });
  expect(await world.running()).toEqual([]);
});

test('a command that does not exist fails with the place of its log, and leaves nothing noted', async () => {
  const slot = world.slot({ epoch: 1, argv: ['no-such-program'] });
  const refusal = (await carryOut('start', slot).catch((error: unknown) => error)) as FailureError;
  expect(refusal.failures[0]).toMatchObject({ code: 'GR6412', message: expect.stringContaining('exit code 127') });
  expect(readFileSync(refusal.failures[0]!.where!, 'utf8')).toContain('no-such-program');
  expect(refusal.failures[0]!.do).toMatch(`What it printed is in ${refusal.failures[0]!.where}.`);
  expect(await world.driver.observe(slot)).toEqual([]);
});

test('who ignores SIGTERM is killed after its grace; children left behind are ended too', async () => {
  const slot = world.slot({ epoch: 1, variables: { ON_TERM: 'ignore', LEAVES_CHILD: '1' }, stopGraceMs: 200 });
  await carryOut('start', slot);
  for (const instance of await world.driver.observe(slot)) await ask(instance);
  expect(await world.running()).toEqual(['app-child', 'app-child', 'media-api', 'web']);
  await carryOut('stop', slot);
  expect(await world.running()).toEqual([]);
});

test('children of a crashed service are ended before it starts again', async () => {
  const slot = world.slot({ epoch: 1, variables: { LEAVES_CHILD: '1' } });
  await carryOut('start', slot);
  const [api, web] = await world.driver.observe(slot);
  await Promise.all([ask(api!), ask(web!)]);
  await world.killFromOutside(web!);
  expect(await world.running()).toEqual(['app-child', 'app-child', 'media-api']);
  await carryOut('start', slot);
  await ask((await world.driver.observe(slot))[1]!);
  expect(await world.running()).toEqual(['app-child', 'app-child', 'media-api', 'web']);
});

test('another release under the same epoch may not take the place', async () => {
  await carryOut('start', world.slot({ epoch: 1 }));
  expect(await codeOf(carryOut('start', world.slot({ epoch: 1, release: 'two' })))).toBe('GR6411');
  expect(await world.running()).toEqual(['media-api', 'web']);
});

test('F016 a record of an earlier boot is nobody, whatever runs under its number', async () => {
  const slot = world.slot({ epoch: 1 });
  await carryOut('start', slot);
  const path = join(slot.stateDirectory, 'green', 'web.json');
  const host = supervisedHost();
  await host.write(path, JSON.stringify({ ...notesOf(slot, 'web'), boot: 'an earlier boot' }));
  expect((await world.driver.observe(slot)).map(({ service }) => service)).toEqual(['media-api']);
});

describe('killed at every call to the machine', () => {
  const oneService = (slot: Slot): Slot => ({ ...slot, services: slot.services.slice(0, 1) });

  test.each(['start', 'stop'] as const)(
    'F001 F002 %s: the next one ends with exactly what belongs there',
    async (change) => {
      const at = (epoch: number): Slot => oneService(world.slot({ epoch }));
      const portsPath = join(at(1).stateDirectory, 'green', '.ports.json');
      const opposite = change === 'start' ? 'stop' : 'start';
      const belongs = change === 'start' ? ['web'] : [];
      await carryOut(opposite, at(1));
      const whole = JSON.parse((await runPlane({ slot: at(2), change })).output) as { points: number };
      expect(whole.points).toBeGreaterThan(change === 'start' ? 10 : 5);
      for (let fallAt = 1; fallAt <= whole.points; fallAt += 1) {
        await carryOut(opposite, at(fallAt * 3));
        if (change === 'start') rmSync(portsPath);
        const plane = await runPlane({ slot: at(fallAt * 3 + 1), change, fallAt });
        expect(plane.signalName).toBe('SIGKILL');
        // The same control plane restarted comes with its own epoch, another with a higher one.
        const next = at(fallAt * 3 + 1 + (fallAt % 2));
        await carryOut(change, next);
        expect({ fallAt, running: await world.running() }).toEqual({ fallAt, running: belongs });
        expect((await world.driver.observe(next)).map(({ service }) => service)).toEqual(belongs);
      }
      console.log(`process driver: ${change} killed at ${whole.points} of ${whole.points} points, right each time`);
    },
  );
});

describe('F006 a control plane is paused and another takes over', () => {
  const stopped = async (pid: number): Promise<void> => {
    while (!/^\d+ \(.*\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await sleep(10);
  };

  test('before its look: it wakes, is refused, and what the other has done stands', async () => {
    const late = world.slot({ epoch: 1 });
    const plane = startPlane({ slot: late, change: 'start', fallAt: 1, fallBy: 'SIGSTOP' });
    const ended = endOfPlane(plane);
    await stopped(plane.pid!);
    const slot = world.slot({ epoch: 2, release: 'two' });
    await carryOut('start', slot);
    plane.kill('SIGCONT');
    expect(JSON.parse((await ended).output)).toEqual({ code: 'GR6409' });
    expect((await world.driver.observe(slot)).map(({ releaseId }) => releaseId)).toEqual(['rel_two', 'rel_two']);
    expect(await world.running()).toEqual(['media-api', 'web']);
  });

  test('between look and act: the other is told who holds the lock, and goes on when that one is gone', async () => {
    const late = world.slot({ epoch: 1 });
    // Point by point until the pause lies behind the lock: there the epoch is on record.
    const plane = startPlane({ slot: late, change: 'start', fallAt: 6, fallBy: 'SIGSTOP' });
    const ended = endOfPlane(plane);
    await stopped(plane.pid!);
    expect(existsSync(join(late.stateDirectory, 'epoch.json'))).toBe(true);
    const slot = world.slot({ epoch: 2, release: 'two' });
    const impatient = processDriver(supervisedHost(200));
    const refusal = (await carryOut('start', slot, impatient).catch((error: unknown) => error)) as FailureError;
    expect(refusal.failures[0]).toMatchObject({ code: 'GR6408', message: expect.stringContaining(`${plane.pid} `) });
    plane.kill('SIGKILL');
    await ended;
    await carryOut('start', slot);
    expect((await world.driver.observe(slot)).map(({ releaseId }) => releaseId)).toEqual(['rel_two', 'rel_two']);
    expect(await world.running()).toEqual(['media-api', 'web']);
  });
});

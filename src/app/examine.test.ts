import { expect, test } from 'vitest';
import type { Json } from '../domain/json.ts';
import { createEffects } from '../effects/effects.ts';
import { FailureError } from '../domain/failure.ts';
import { examineMachine, type Machine, type Symptom } from './examine.ts';
import { testProject } from './testing/world.ts';

/** A machine on which all is well. */
function machine(over: Partial<Machine> = {}): Machine {
  const doors = createEffects({ secrets: [], load: { run: () => Promise.reject(new Error('no load here')) } });
  const now = 1_800_000_000_000;
  return {
    project: testProject('doctor'),
    effects: {
      ...doors,
      clock: { ...doors.clock, now: () => now },
      tcp: { ...doors.tcp, isFree: async () => ({ free: true, owner: null }) },
    },
    freeDisk: async () => ({ freeBytes: 10 ** 12, totalBytes: 10 ** 12 }),
    databaseClock: async () => ({ at: now, tookMs: 0, version: 'PostgreSQL 18' }),
    tool: async (name) => `${name} 1.0\nmore of it`,
    ...{ isRoot: false, nodeVersion: 'v24.1.0' },
    ...over,
  };
}
const symptom = async (name: string, over: Partial<Machine>): Promise<Symptom> =>
  (await examineMachine(machine(over))).find((each) => each.name === name)!;

/** What doctor says of HAProxy where these programs are there, for environments with this traffic. */
function haproxy(programs: readonly string[], ...traffic: { kind: string; config: Json }[]): Promise<Symptom> {
  const project = testProject('doctor');
  const [first] = project.environments;
  return symptom('haproxy', {
    project: {
      ...project,
      environments: traffic.map((each, index) => ({ ...first!, name: `e${index}`, ports: {}, traffic: each })),
    },
    tool: async (name) => (programs.includes(name) ? `HAProxy version 2.6 at ${name}` : null),
  });
}

const edge = { kind: 'edge', config: {} };
const asked = { kind: 'haproxy', config: { program: 'haproxy' } };
const elsewhere = { kind: 'haproxy', config: { program: '/opt/haproxy' } };

test('HAProxy that no environment asks for may be missing', async () => {
  expect(await haproxy([], edge)).toMatchObject({ outcome: 'skip' });
  expect(await haproxy(['haproxy'], edge)).toMatchObject({ outcome: 'pass' });
});

test('HAProxy that an environment asks for is found by its name, where Debian keeps it, or at its path', async () => {
  expect(await haproxy(['haproxy'], edge, asked)).toMatchObject({ outcome: 'pass' });
  expect(await haproxy(['/usr/sbin/haproxy'], asked)).toMatchObject({ outcome: 'pass' });
  expect(await haproxy(['/opt/haproxy'], elsewhere)).toMatchObject({
    outcome: 'pass',
    value: expect.stringContaining('/opt'),
  });
});

test('and when one of them is missing, doctor fails and says how to get it', async () => {
  for (const [programs, ...traffic] of [
    [[], edge, asked],
    [['haproxy'], asked, elsewhere],
  ] as const)
    expect(await haproxy(programs, ...traffic)).toMatchObject({
      ...{ outcome: 'fail', value: expect.stringContaining('not found: e') },
      next: expect.stringContaining('apt-get install haproxy'),
    });
});

test('on a good machine everything passes, and nothing is advised', async () => {
  const symptoms = await examineMachine(machine());
  expect(symptoms.filter((each) => each.outcome !== 'pass' || each.next !== undefined)).toEqual([]);
  const names = symptoms.map((each) => each.name).toSorted();
  expect(names).toEqual(['clock', 'database', 'disk', 'docker', 'git', 'haproxy', 'node', 'port 4001', 'port 4101']);
  expect(symptoms.find((each) => each.name === 'git')?.value).toBe('git 1.0');
});

test.each([
  [5_000, 'pass'],
  [5_001, 'warn'],
  [60_000, 'warn'],
  [60_001, 'fail'],
] as const)('F038 a clock that differs by %i ms from the database, before or behind: %s', async (skewMs, outcome) => {
  for (const signed of [skewMs, -skewMs]) {
    const databaseClock = async () => ({ at: 1_800_000_000_000 - 50 + signed, tookMs: 100, version: 'PostgreSQL 18' });
    const seen = await symptom('clock', { databaseClock });
    expect(seen).toMatchObject({ outcome, value: `${skewMs} ms from the database's` });
    expect(seen.next === undefined).toBe(outcome === 'pass');
  }
});

test('a database that does not answer fails, with what it said, and no clock is judged', async () => {
  const databaseClock = () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:5432'));
  expect(await symptom('database', { databaseClock })).toMatchObject({
    ...{ outcome: 'fail', value: 'connect ECONNREFUSED 127.0.0.1:5432' },
    next: expect.stringContaining('DATABASE_URL'),
  });
  expect(await symptom('clock', { databaseClock })).toBeUndefined();
  const full = new FailureError({ code: 'GR4313', message: 'It is full.', where: '/srv', do: 'Make room.' });
  const seen = await symptom('database', { databaseClock: () => Promise.reject(full) });
  expect(seen).toMatchObject({ outcome: 'fail', next: 'Make room.' });
});

test('F026 the disk: warned about above 85 %, and failed below 500 MiB', async () => {
  const disk = (freeBytes: number, totalBytes: number) =>
    symptom('disk', { freeDisk: async () => ({ freeBytes, totalBytes }) });
  const gib = 1024 ** 3;
  expect(await disk(15 * gib, 100 * gib)).toMatchObject({ outcome: 'pass', value: '15.0 GiB free, 85 % used' });
  expect(await disk(14 * gib, 100 * gib)).toMatchObject({
    outcome: 'warn',
    next: expect.stringContaining('artifacts'),
  });
  expect(await disk(500 * 1024 ** 2 - 1, gib)).toMatchObject({ outcome: 'fail' });
});

test('a port that is taken is named with its holder; an old Node, root, and a program that is missing are remarked', async () => {
  const doors = machine().effects;
  const isFree = async (_: string, port: number) => ({ free: port !== 4_101, owner: port === 4_101 ? 'nginx' : null });
  const effects = { ...doors, tcp: { ...doors.tcp, isFree } };
  expect(await symptom('port 4101', { effects })).toMatchObject({
    outcome: 'warn',
    value: 'production backend: taken by nginx',
  });
  expect(await symptom('port 4001', { effects })).toMatchObject({ outcome: 'pass' });
  expect(await symptom('node', { nodeVersion: 'v22.9.0' })).toMatchObject({ outcome: 'warn', value: 'v22.9.0' });
  expect(await symptom('user', { isRoot: true })).toMatchObject({ outcome: 'warn', value: 'root' });
  expect(await symptom('git', { tool: async () => null })).toMatchObject({ outcome: 'skip' });
});

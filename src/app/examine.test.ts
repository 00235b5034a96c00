import { expect, test } from 'vitest';
import type { Json } from '../domain/json.ts';
import { createEffects } from '../effects/effects.ts';
import { examineMachine, type Machine, type Symptom } from './examine.ts';
import { testProject } from './testing/world.ts';

/** What doctor says of HAProxy where these programs are there, for environments with this traffic. */
async function haproxy(programs: readonly string[], ...traffic: { kind: string; config: Json }[]): Promise<Symptom> {
  const project = testProject('doctor');
  const [first] = project.environments;
  const machine: Machine = {
    project: {
      ...project,
      environments: traffic.map((each, index) => ({ ...first!, name: `e${index}`, ports: {}, traffic: each })),
    },
    effects: createEffects({ secrets: [], load: { run: () => Promise.reject(new Error('no load here')) } }),
    freeDisk: async () => ({ freeBytes: 10 ** 12, totalBytes: 10 ** 12 }),
    databaseClock: async () => ({ at: Date.now(), tookMs: 1, version: 'PostgreSQL' }),
    tool: async (name) => (programs.includes(name) ? `HAProxy version 2.6 at ${name}` : null),
    ...{ isRoot: false, nodeVersion: process.version },
  };
  return (await examineMachine(machine)).find(({ name }) => name === 'haproxy')!;
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

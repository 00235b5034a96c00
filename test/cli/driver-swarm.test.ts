// A stack file over two nodes behind HAProxy, through the command line, while users go on asking and a node is lost.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { importBase } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { streamProbes } from '../rig/probe-stream.ts';
import { noSwarm, openSwarm, type Swarm } from '../rig/swarm.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const file = `services:
  web:
    build: .
    command: ["node", "server.mjs"]
    environment: { PORT: "3000", HOST: "0.0.0.0" }
    ports: ["3000:3000"]
    deploy: { replicas: 2, restart_policy: { delay: 1s } }
`;

describe.skipIf(noSwarm() !== null || haproxyProgram() === null)(
  'HAProxy before two nodes of a swarm (needs root, docker, haproxy)',
  () => {
    let swarm: Swarm;
    let tiny: Tiny;
    const project = `tiny${randomUUID().slice(0, 8)}`;
    const users = () => streamProbes([{ port: tiny.port(), path: '/' }], 10);
    // Its images travel from one daemon to another, on a machine that has two.
    const run = (...argv: readonly string[]) => tiny.play.run(argv, { timeoutMs: 280_000 });
    const deploy = async (): Promise<string> => {
      tiny.next();
      const { code, stdout, stderr } = await run('deploy', 'staging');
      expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
      return tiny.served();
    };
    const overlay = (machines: number, more: object = {}): void => {
      const nodes = { [swarm.other]: swarm.otherSocket };
      const staging = {
        driver: { kind: 'swarm', socket: swarm.socket, nodes },
        traffic: { kind: 'haproxy', machines },
        ...more,
      };
      tiny.overlay({ project, environments: { staging } });
    };

    beforeAll(async () => {
      swarm = openSwarm();
      tiny = await Tiny.open();
      const base = 'greenroom-test-base:swarm';
      importBase(base);
      writeFileSync(tiny.play.file('docker-stack.yml'), file);
      const dockerfile = `FROM ${base}\nWORKDIR /app\nCOPY server.mjs behaviour.json package.json ./\n`;
      writeFileSync(tiny.play.file('Dockerfile'), dockerfile);
      overlay(2);
    });
    afterAll(async () => {
      await tiny?.close();
      swarm?.close();
    });

    test('a release takes over from another on both nodes, and nobody is refused', async () => {
      const first = await deploy();
      expect(first).toMatch(/^rel_/);
      const stream = users();
      const second = await deploy();
      await until('users get it', () => stream.probes.at(-1)?.release === second);
      await stream.stop();
      expect(stream.failures()).toEqual([]);
      expect(stream.releasesAt(tiny.port())).toEqual([first, second]);
      for (const node of [1, 2] as const)
        expect(swarm.docker(node, 'ps', '-q', '--filter', 'label=greenroom.service=web').split('\n')).toHaveLength(1);
    });

    test('a node that is lost in the bake costs what was under way there: the deployment goes on with the other, and says so', async () => {
      overlay(2, { bake: { for: '40s', every: '500ms' } });
      const stream = users();
      const before = await tiny.served();
      tiny.next();
      const { ended } = tiny.play.start(['deploy', 'staging'], { timeoutMs: 280_000 });
      await until('the new one serves', async () => (await tiny.served()) !== before, 200_000);
      await until('it bakes', async () => (await tiny.steps()).includes('bake'), 200_000);
      const id = await tiny.served();
      swarm.lose();
      const lostAt = Date.now();
      const { code, stdout, stderr } = await ended;
      const asked = stream.probes.filter(({ sentAt }) => sentAt > lostAt);
      await stream.stop();
      expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
      expect(asked.length).toBeGreaterThan(500);
      expect(stream.failures().filter(({ sentAt }) => sentAt > lostAt)).toEqual([]);
      expect(await tiny.served()).toBe(id);
      expect(swarm.docker(1, 'node', 'ls', '--format', '{{.Status}}').split('\n').toSorted()).toEqual([
        'Down',
        'Ready',
      ]);
    });

    test('with a node down nothing new is prepared, in words that say what to do', async () => {
      const before = await tiny.served();
      tiny.next();
      const { code, stdout, stderr } = await run('deploy', 'staging');
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(/GR7451.*--availability drain/s);
      expect(await tiny.served()).toBe(before);
      swarm.back();
    });
  },
);

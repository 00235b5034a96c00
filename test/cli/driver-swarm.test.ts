// A stack file over two nodes behind HAProxy, through the command line, while users go on asking and a node is lost.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { importBase, lines } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { openBlindProxy } from '../rig/blind-proxy.ts';
import { streamProbes } from '../rig/probe-stream.ts';
import { noSwarm, openSwarm, type Swarm } from '../rig/swarm.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const fileOf = (deploy: string): string => `services:
  web:
    build: .
    command: ["node", "server.mjs"]
    environment: { PORT: "3000", HOST: "0.0.0.0" }
    ports: ["3000:3000"]
    deploy: { ${deploy} }
`;

describe.skipIf(noSwarm() !== null || haproxyProgram() === null)(
  'HAProxy before two nodes of a swarm (needs root, docker, haproxy)',
  () => {
    let swarm: Swarm;
    let tiny: Tiny;
    const project = `tiny${randomUUID().slice(0, 8)}`;
    const ask = (method: 'GET' | 'POST', path: string, gapMs: number, port = tiny.port()) =>
      streamProbes([{ method, path, port }], gapMs);
    const overlay = (more: object = {}): void => {
      const nodes = { [swarm.other]: swarm.otherSocket };
      const staging = {
        driver: { kind: 'swarm', socket: swarm.socket, nodes },
        traffic: { kind: 'haproxy', machines: 2 },
        ...more,
      };
      tiny.overlay({ project, environments: { staging } });
    };
    const write = (deploy: string): void => writeFileSync(tiny.play.file('docker-stack.yml'), fileOf(deploy));
    const nodes = () => swarm.docker(1, 'node', 'ls', '--format', '{{.Hostname}} {{.Status}}').split('\n');
    const baking = async (id: string): Promise<void> => {
      await until('it bakes', async () => (await tiny.steps()).includes('bake'), 200_000);
      await until('the new one serves', async () => (await tiny.served()) === id, 200_000);
    };

    beforeAll(async () => {
      swarm = openSwarm();
      tiny = await Tiny.open();
      const base = 'greenroom-test-base:swarm';
      importBase(base);
      write('replicas: 2');
      const dockerfile = `FROM ${base}\nWORKDIR /app\nCOPY server.mjs behaviour.json package.json ./\n`;
      writeFileSync(tiny.play.file('Dockerfile'), dockerfile);
      overlay();
    });
    afterAll(async () => {
      await tiny?.close();
      swarm?.close();
    });

    test('a release takes over from another on both nodes, and nobody is refused', async () => {
      const first = await tiny.deploy(0);
      const stream = ask('GET', '/', 10);
      const second = await tiny.deploy(0);
      await until('users get it', () => stream.probes.at(-1)?.release === second);
      await stream.stop();
      expect(stream.failures()).toEqual([]);
      expect(stream.releasesAt(tiny.port())).toEqual([first, second]);
      for (const node of [1, 2] as const)
        expect(lines(swarm.docker(node, 'ps', '-q', '--filter', 'label=greenroom.service=web'))).toHaveLength(1);
    });

    test('F082 what somebody changes in the swarm by hand is told by status, and no more when it was changed back', async () => {
      const [name] = lines(swarm.docker(1, 'service', 'ls', '--format', '{{.Name}}'));
      const status = async () => (await tiny.play.run(['status'])).stdout;
      expect(await status()).not.toContain('by hand');
      swarm.docker(1, 'service', 'update', '-q', '--env-add', 'HACK=1', name!);
      expect(await status()).toContain(`web was changed in the swarm by hand (${name}): environment`);
      swarm.docker(1, 'service', 'rollback', '-q', name!);
      expect(await status()).not.toContain('by hand');
    });

    test('a node lost in the bake costs what was under way there: the deployment goes on with the other, and says so', async () => {
      overlay({ bake: { for: '25s', every: '250ms' } });
      const { id, ended } = await tiny.begin();
      await baking(id);
      const blind = await openBlindProxy(`${tiny.play.home}/environments/staging/edge`);
      const [gets, posts] = [ask('GET', '/', 10), ask('POST', '/slow?ms=300', 50)];
      const unseeing = ask('GET', '/', 50, blind.port);
      await until('users have come to it', () => gets.probes.length > 500, 120_000);
      const lostAt = await swarm.lose();
      const { code, stdout, stderr } = await ended;
      for (const stream of [gets, posts, unseeing]) await stream.stop();
      await blind.close();
      expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
      expect(stdout).toContain('lost a copy and went on: web on 10.77.');
      expect(await tiny.served()).toBe(id);
      const bake = (await tiny.records('step-ended')).find(({ data }) => data['step'] === 'bake');
      expect(bake?.data).toMatchObject({
        status: 'done',
        facts: { lostCopies: expect.stringMatching(/^web on 10\.77\.\d+\.12$/) },
      });
      // What may be sent again is; of what may not, only what the lost node had taken is lost.
      expect(gets.probes.filter(({ sentAt }) => sentAt > lostAt).length).toBeGreaterThan(500);
      expect(gets.failures()).toEqual([]);
      const underWay = posts.probes.filter(({ sentAt, endedAt }) => sentAt <= lostAt && endedAt > lostAt);
      expect(underWay.length).toBeGreaterThan(0);
      expect(posts.probes.filter(({ sentAt }) => sentAt > lostAt).length).toBeGreaterThan(100);
      expect(posts.failures().filter((probe) => !underWay.includes(probe))).toEqual([]);
      // A proxy that does not look loses users all along, at the same time.
      expect(unseeing.failures().filter(({ sentAt }) => sentAt > lostAt + 3_000).length).toBeGreaterThan(10);
      console.log(
        `swarm: node lost in the bake: ${gets.failures().length} of ${gets.probes.length} GET and ${posts.failures().length} of ${posts.probes.length} POST failed, ${underWay.length} POST under way; blind proxy: ${unseeing.failures().length} of ${unseeing.probes.length}`,
      );
    });

    test('with a node down nothing new is prepared, in words that say what to do; drained, it goes on without', async () => {
      overlay();
      await until('the swarm knows', () => nodes().includes(`${swarm.other} Down`), 60_000);
      const before = await tiny.served();
      tiny.next();
      const { code, stdout, stderr } = await tiny.play.run(['deploy', 'staging'], { timeoutMs: 200_000 });
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(/GR7451.*--availability drain/s);
      expect(await tiny.served()).toBe(before);
      swarm.back();
      await until('it is back', () => nodes().includes(`${swarm.other} Ready`), 60_000);
    });

    test('the only copy lost with its node in the bake: the deployment goes back to the old version, and says why', async () => {
      write('replicas: 1, placement: { constraints: [node.role == manager] }');
      const before = await tiny.deploy(0);
      write('replicas: 1, placement: { constraints: [node.role == worker] }');
      overlay({ bake: { for: '60s', every: '250ms' } });
      const { id, ended } = await tiny.begin();
      await baking(id);
      await sleep(1_000);
      await swarm.lose();
      const { code, stdout, stderr } = await ended;
      expect({ code, said: code === 7 ? '' : stdout + stderr }).toEqual({ code: 7, said: '' });
      expect(stdout + stderr).toMatch(/✗ bake +.*(probes|requests|exited)/);
      expect(await tiny.served()).toBe(before);
      const [back] = await tiny.records('going-back');
      expect(String(back?.data['reason'])).toMatch(/probes|requests|exited/);
    });
  },
);

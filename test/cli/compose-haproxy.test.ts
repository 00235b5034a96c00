// HAProxy before two colours of a team's compose file, through the command line, on a real daemon, while users go on asking.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { dockerProgram } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProcesses } from '../../src/haproxy/haproxy-processes.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { openComposeProject, type ComposeProject } from '../rig/compose-project.ts';
import { streamProbes } from '../rig/probe-stream.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const file = `services:
  web:
    build: .
    command: ["node", "server.mjs"]
    environment: { PORT: "3000", HOST: "0.0.0.0" }
    ports: ["3000:3000"]
`;
/** Long enough to be asked back in; nobody waits for its end. */
const bake = { for: '120s', every: '250ms' };

describe.skipIf(dockerProgram() === null || haproxyProgram() === null)(
  'HAProxy before a compose file (needs docker, haproxy)',
  () => {
    let tiny: Tiny;
    let compose: ComposeProject;
    const own = (): readonly string[] => compose.containers(`greenroom.state=${tiny.play.home}/environments/staging`);
    const proxies = () => haproxyProcesses(`${tiny.play.home}/environments/staging/edge`);
    const users = () => streamProbes([{ port: tiny.port(), path: '/' }], 10);
    const run = (...argv: readonly string[]) => tiny.play.run(argv, { timeoutMs: 200_000 });
    const overlay = (more: object = {}): void => {
      const staging = { driver: { kind: 'compose', project: compose.name }, traffic: 'haproxy', ...more };
      tiny.overlay({ project: compose.name, environments: { staging } });
    };

    beforeAll(async () => {
      compose = openComposeProject();
      tiny = await Tiny.open();
      writeFileSync(tiny.play.file('docker-compose.yml'), file);
      writeFileSync(
        tiny.play.file('Dockerfile'),
        `FROM ${compose.base}\nWORKDIR /app\nCOPY server.mjs behaviour.json package.json ./\n`,
      );
      overlay();
    });
    afterAll(async () => {
      await tiny.close();
      compose.remove();
    });

    test('a release takes over from another, and a rollback starts the first again: nobody is refused', async () => {
      const first = await tiny.deploy(0);
      expect(await tiny.served()).toBe(first);
      expect(proxies()).toHaveLength(1);
      const stream = users();
      const second = await tiny.deploy(0);
      expect(own()).toHaveLength(1);
      const back = await run('rollback', 'staging');
      await until('the first serves again', () => stream.probes.at(-1)?.release === first);
      await stream.stop();
      expect({ code: back.code, said: back.code === 0 ? '' : back.stdout + back.stderr }).toEqual({
        code: 0,
        said: '',
      });
      expect(stream.failures()).toEqual([]);
      expect(stream.releasesAt(tiny.port())).toEqual([first, second]);
      expect(await tiny.served()).toBe(first);
      expect(own()).toHaveLength(1);
    });

    test('a rollback in the bake is one switch back: nobody is refused, and the new colour ends', async () => {
      const before = await tiny.served();
      overlay({ bake });
      const stream = users();
      const { id, ended } = await tiny.begin();
      await until('it bakes', async () => (await tiny.steps()).includes('bake'), 120_000);
      await until('the new one serves', () => stream.probes.some(({ release }) => release === id));
      const back = await run('rollback', 'staging', '--reason', 'test');
      const { code } = await ended;
      await stream.stop();
      expect([back.code, code]).toEqual([0, 7]);
      expect(stream.failures()).toEqual([]);
      expect(stream.probes.at(-1)?.release).toBe(before);
      expect(own()).toHaveLength(1);
      overlay();
    });

    test('killed, it comes back with what it served, and "stop" ends it with the containers', async () => {
      const before = await tiny.served();
      for (const { pid } of proxies()) process.kill(pid, 'SIGKILL');
      await until('it is gone', () => proxies().length === 0);
      expect((await run('resume')).code).toBe(0);
      expect(await tiny.served()).toBe(before);
      expect((await run('stop', 'staging')).code).toBe(0);
      expect(proxies()).toEqual([]);
      expect(own()).toEqual([]);
      await expect(tiny.served()).rejects.toThrow('fetch failed');
    });
  },
);

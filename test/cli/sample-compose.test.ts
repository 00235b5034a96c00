// The sample by its own compose files, which stay as they are, behind HAProxy: staging, production, the next release, and bad ones.
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeRelease } from '../../examples/medianest/shelf/make.mjs';
import { clis, docker, dockerProgram } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { openComposeProject, type ComposeProject } from '../rig/compose-project.ts';
import { freePorts } from '../../src/edge/testing/free-ports.ts';
import { Playground, samples } from '../rig/playground.ts';
import { streamProbes, type ProbeStream } from '../rig/probe-stream.ts';
import { until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 1_200_000, hookTimeout: 900_000 });

const makeImages = (what: 'sample' | 'remove'): void =>
  void execFileSync('bash', [path.resolve(import.meta.dirname, '../../scripts/base-images/make.sh'), what], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
const passwords = { STAGING_POSTGRES_PASSWORD: 'staging-8f1d0c', PRODUCTION_POSTGRES_PASSWORD: 'production-a94e27' };
/** What is too slow is judged by the tests of the shelf as well; the sample gives its database 400 ms for an answer. */
const patient = { within: '10s' };
const tried = { retries: 5, flaky: 'pass' };
const again = { ...patient, ...tried };
const environments = ['staging', 'production'] as const;
type Name = (typeof environments)[number];

describe.skipIf(dockerProgram() === null || haproxyProgram() === null)(
  'the sample by its compose files (needs docker, haproxy, debootstrap)',
  () => {
    let play: Playground;
    let compose: ComposeProject;
    let users: ProbeStream;
    let areImagesOurs: boolean;
    const run = (...argv: readonly string[]) => play.run(argv, { variables: passwords, timeoutMs: 600_000 });
    const teamOf = (name: Name): string => (name === 'staging' ? compose.name : `${compose.name}-production`);
    const own = (name: Name, service: string): readonly string[] =>
      compose.containers(`greenroom.state=${play.home}/environments/${name}`, `greenroom.service=${service}`);

    beforeAll(async () => {
      areImagesOurs = docker('images', '-q', 'localhost/medianest/node:24') === '';
      makeImages('sample');
      compose = openComposeProject(['backend', 'frontend'], false);
      const databases = await freePorts(2);
      play = await Playground.openBeside(samples.medianest, 'greenroom.compose.yaml', () => ({
        project: compose.name,
        // Load is judged by the tests of the shelf, beside which nothing else runs.
        phases: {
          performance: { checks: null },
          integration: { checks: { api: tried } },
          health: {
            checks: Object.fromEntries(
              ['backend-healthy', 'frontend-shows-library', 'admin-is-shut', 'smoke'].map((name) => [
                name,
                name === 'smoke' ? tried : again,
              ]),
            ),
          },
        },
        services: Object.fromEntries(['backend', 'frontend'].map((name) => [name, { health: patient }])),
        environments: Object.fromEntries(
          environments.map((name, index) => [
            name,
            {
              driver: { project: teamOf(name) },
              variables: { values: { POSTGRES_PORT: String(databases[index]) } },
            },
          ]),
        ),
      }));
      const addresses = environments.flatMap((name) => [
        { port: play.ports[name]!['backend']!, path: '/api/library' },
        { port: play.ports[name]!['frontend']!, path: '/' },
      ]);
      users = streamProbes(addresses, 50);
    });
    afterAll(async () => {
      await users.stop();
      for (const name of environments) await run('stop', name);
      await play.close();
      compose.remove();
      if (areImagesOurs) makeImages('remove');
    });

    /** A release of the shelf goes as far as it comes; its end as an exit code. */
    async function release(name: string): Promise<string> {
      const from = play.beside(`shelf/${name}`);
      await makeRelease(name, from);
      const pinned = await play.json<{ release: { id: string } }>(['release', '--from', from], 0, {
        variables: passwords,
      });
      return pinned.release.id;
    }
    async function ends(code: number, ...argv: readonly string[]): Promise<string> {
      const { code: came, stdout, stderr } = await run(...argv);
      expect({ came, said: came === code ? '' : stdout + stderr }).toEqual({ came: code, said: '' });
      return stdout + stderr;
    }
    async function serves(name: Name, id: string): Promise<void> {
      for (const service of ['backend', 'frontend']) {
        const since = Date.now();
        const port = play.ports[name]![service]!;
        const isSo = () =>
          users.probes.some((probe) => probe.sentAt > since && probe.port === port && probe.release === id);
        await until(`${service} of ${name} is ${id}`, isSo);
      }
    }

    test.each(clis.map((cli) => [cli.join(' '), cli] as const))(
      '%s reads both files, and says what is missing',
      (_, [program, ...words]) => {
        for (const name of environments) {
          const argv = [...words, '-f', `docker-compose.${name}.yml`, 'config', '-q'];
          const config = (variables: object) =>
            spawnSync(program, argv, {
              cwd: samples.medianest,
              encoding: 'utf8',
              env: { PATH: process.env['PATH'], ...variables },
            });
          expect(config({ POSTGRES_PASSWORD: 'x' })).toMatchObject({ status: 0 });
          expect(config({})).not.toMatchObject({ status: 0 });
          expect(config({}).stderr).toContain('POSTGRES_PASSWORD');
        }
      },
    );

    test('the first release goes to staging and on to production: the same images, a database each', async () => {
      const first = await release('1.0.0');
      await ends(0, 'deploy', 'staging', '--release', first);
      await ends(0, 'promote', 'production');
      for (const name of environments) {
        await serves(name, first);
        for (const service of ['postgres', 'redis']) {
          const labels = [`com.docker.compose.project=${teamOf(name)}`, `com.docker.compose.service=${service}`];
          expect(compose.containers(...labels)).toHaveLength(1);
        }
      }
      const imageOf = (name: Name) => own(name, 'backend').map((id) => docker('inspect', '-f', '{{.Image}}', id));
      expect(imageOf('production')).toEqual(imageOf('staging'));
      expect(imageOf('staging')).toHaveLength(1);
    });

    test('the next one takes over in both, and no request fails', async () => {
      const since = Date.now();
      const next = await release('1.1.0');
      await ends(0, 'deploy', 'staging', '--release', next);
      await ends(0, 'promote', 'production');
      for (const name of environments) {
        await serves(name, next);
        expect(own(name, 'backend')).toHaveLength(1);
      }
      expect(users.failures().filter(({ sentAt }) => sentAt > since)).toEqual([]);
      expect(users.probes.filter(({ sentAt }) => sentAt > since).length).toBeGreaterThan(200);
    });

    test('bad ones are stopped where they should be, what their container wrote is kept, and no request fails', async () => {
      const since = Date.now();
      await ends(1, 'deploy', 'staging', '--release', await release('crash-at-start'));
      const report = await ends(0, 'report', 'staging', '--format', 'html');
      expect(report).toContain('deployment/prove');
      expect(report).toContain('Cannot find package');
      const said = await ends(1, 'deploy', 'staging', '--release', await release('errors-in-log'));
      expect(said).toContain('containers-log-no-error');
      expect(own('staging', 'backend')).toHaveLength(1);
      expect(users.failures().filter(({ sentAt }) => sentAt > since)).toEqual([]);
    });

    test('one that turns bad behind the proxy is rolled back by the bake, and production never had it', async () => {
      const since = Date.now();
      const bad = await release('errors-after-cutover');
      await ends(7, 'deploy', 'staging', '--release', bad);
      await until('staging serves again', () => users.probes.at(-1)?.error === null);
      const failedIn = (name: Name) =>
        users
          .failures()
          .filter(({ sentAt, port }) => sentAt > since && Object.values(play.ports[name]!).includes(port));
      // The control of the watch above: it does see a release that fails.
      expect(failedIn('staging').length).toBeGreaterThan(0);
      expect(failedIn('production')).toEqual([]);
    });
  },
);

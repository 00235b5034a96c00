// A team's compose file, deployed, replaced, rolled back and promoted through the command line and the edge, on a real daemon.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { docker, dockerProgram } from '../../src/drivers/compose/testing/docker.ts';
import { openComposeProject, type ComposeProject } from '../rig/compose-project.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const file = (base: string) => `version: "3.8"
services:
  web:
    build: .
    container_name: tiny
    restart: unless-stopped
    command: ["node", "server.mjs"]
    environment: { PORT: "3000", HOST: "0.0.0.0" }
    ports: ["3000:3000"]
    volumes: ["uploads:/uploads"]
    depends_on: [queue]
  queue:
    image: ${base}
    command: ["node", "-e", "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)"]
volumes:
  uploads: {}
`;

describe.skipIf(dockerProgram() === null)('a deployment of a compose file (needs docker)', () => {
  let tiny: Tiny;
  let compose: ComposeProject;
  let project: string;
  const run = (...argv: readonly string[]) => tiny.play.run(argv, { timeoutMs: 200_000 });
  const overlay = (accept: readonly string[]): void => {
    const driver = { kind: 'compose', project, accept };
    const production = { driver: { ...driver, project: `${project}-production` } };
    tiny.overlay({ project, environments: { staging: { driver }, production } });
  };
  const containers = (...labels: readonly string[]) => compose.containers(...labels);
  const imageOf = (environment: string): string => {
    const [id] = containers(
      `greenroom.environment=${environment}`,
      `greenroom.state=${tiny.play.home}/environments/${environment}`,
    );
    return docker('inspect', '-f', '{{.Image}}', id!);
  };

  beforeAll(async () => {
    compose = openComposeProject();
    project = compose.name;
    tiny = await Tiny.open();
    writeFileSync(tiny.play.file('docker-compose.yml'), file(compose.base));
    writeFileSync(
      tiny.play.file('Dockerfile'),
      `FROM ${compose.base}\nWORKDIR /app\nCOPY server.mjs behaviour.json package.json ./\n`,
    );
    overlay([]);
  });
  afterAll(async () => {
    await tiny.close();
    compose.remove();
  });

  test('the dry run prints what it would do, and does none of it', async () => {
    tiny.next();
    const { stdout, code } = await run('plan', 'staging');
    expect(code).toBe(0);
    expect(stdout).toContain('read docker-compose.yml, refuse what cannot be in two colours');
    expect(stdout).toContain(
      `start web: a container of compose project ${project}-staging-blue on a port of 127.0.0.1`,
    );
    expect(containers(`com.docker.compose.project=${project}`)).toEqual([]);
  });

  test('what two colours would share is asked; nothing was changed', async () => {
    tiny.next();
    const { stdout, stderr, code } = await run('deploy', 'staging');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('GR6444');
    expect((stdout + stderr).replaceAll(/\s+/g, ' ')).toContain(
      'add "shared-volume:uploads" to "accept" of the driver',
    );
    expect(containers(`com.docker.compose.project=${project}`)).toEqual([]);
  });

  test('one release goes live, the second takes over, a rollback brings the first back, and its image goes to production', async () => {
    overlay(['shared-volume:uploads']);
    const first = await tiny.deploy(0);
    expect(await tiny.served()).toBe(first);
    const proven = imageOf('staging');
    const queue = containers(`com.docker.compose.project=${project}`);
    expect(queue).toHaveLength(1);
    const second = await tiny.deploy(0);
    expect(await tiny.served()).toBe(second);
    const back = await run('rollback', 'staging');
    expect({ code: back.code, said: back.code === 0 ? '' : back.stdout + back.stderr }).toEqual({ code: 0, said: '' });
    expect(await tiny.served()).toBe(first);
    expect(imageOf('staging')).toBe(proven);
    const promoted = await run('promote', 'production');
    expect({ code: promoted.code, said: promoted.code === 0 ? '' : promoted.stdout + promoted.stderr }).toEqual({
      code: 0,
      said: '',
    });
    expect(await tiny.served('production')).toBe(first);
    expect(imageOf('production')).toBe(proven);
    expect(containers(`com.docker.compose.project=${project}`)).toEqual(queue);
  });

  test('F072 a container that ends in the bake and is restarted by its own policy takes the release back', async () => {
    const before = await tiny.served();
    const { id, ended } = await tiny.begin();
    await until('it bakes', async () => (await tiny.steps()).includes('bake'));
    const [container] = containers('greenroom.environment=staging', `greenroom.release=${id}`);
    // Not waited for: it may end with its container.
    docker('exec', '-d', container!, 'node', '-e', 'process.kill(1, "SIGTERM")');
    const { code, stdout, stderr } = await ended;
    expect(code, stdout + stderr).toBe(7);
    expect(stdout + stderr).toContain('web exited');
    expect(await tiny.served()).toBe(before);
  });

  test('a container that is ended beside Greenroom is drift; "stop" leaves the team its own, and no container of ours', async () => {
    const [id] = containers(`greenroom.state=${tiny.play.home}/environments/staging`);
    docker('kill', id!);
    const { stdout } = await run('status');
    expect(stdout).toContain('web does not run');
    const stopped = await run('stop', 'staging');
    expect(stopped.code).toBe(0);
    expect(containers(`greenroom.state=${tiny.play.home}/environments/staging`)).toEqual([]);
    expect(containers(`com.docker.compose.project=${project}`)).toHaveLength(1);
  });
});

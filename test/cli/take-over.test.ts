// The first deployment of a service that the team runs already on its public port, taken back: the port is theirs again.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { docker, dockerProgram } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { openComposeProject, type ComposeProject } from '../rig/compose-project.ts';
import { type Behaviour, Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const file = (name: string, port: number) => `services:
  web:
    build: .
    container_name: ${name}
    command: ["node", "server.mjs"]
    environment: { PORT: "3000", HOST: "0.0.0.0" }
    ports: ["127.0.0.1:${port}:3000"]
`;

describe.skipIf(dockerProgram() === null)('a take-over that is taken back (needs docker)', () => {
  let tiny: Tiny;
  let compose: ComposeProject;
  let name: string;
  const traffics = ['edge', ...(haproxyProgram() === null ? [] : ['haproxy'])];
  const overlay = (traffic: string, more: object = {}): void => {
    const driver = { kind: 'compose', project: compose.name, accept: ['take-over:web'] };
    tiny.overlay({ project: compose.name, environments: { staging: { driver, traffic, ...more } } });
  };
  /** What the team started by hand names no release. */
  const teams = async () => ({
    served: await tiny.served(),
    state: docker('inspect', '-f', '{{.State.Status}}', name),
  });
  const teamServes = () =>
    until(
      'the team serves',
      () =>
        tiny.served().then(
          (served) => served === '',
          () => false,
        ),
      60_000,
    );
  const theirs = { served: '', state: 'running' };
  const deploy = (behaviour: Behaviour = {}, variables: Readonly<Record<string, string>> = {}) => {
    tiny.next(behaviour);
    return tiny.play.run(['deploy', 'staging'], { timeoutMs: 280_000, variables });
  };
  const ownColours = () => compose.containers(`greenroom.state=${tiny.play.home}/environments/staging`);
  const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');

  beforeAll(async () => {
    compose = openComposeProject();
    name = `${compose.name}-own`;
    tiny = await Tiny.open();
    writeFileSync(tiny.play.file('docker-compose.yml'), file(name, tiny.port()));
    const copied = 'server.mjs behaviour.json package.json';
    writeFileSync(tiny.play.file('Dockerfile'), `FROM ${compose.base}\nWORKDIR /app\nCOPY ${copied} ./\n`);
    docker('compose', '-p', compose.name, '-f', tiny.play.file('docker-compose.yml'), 'up', '-d', 'web');
    await teamServes();
  });
  afterAll(async () => {
    await tiny.close();
    compose.remove();
  });

  test('before the cut-over: it is said who serves again, and how long nobody did', async () => {
    overlay('edge');
    const { code, stdout } = await deploy({ health: 'never' });
    expect(code).not.toBe(0);
    expect(await teams()).toEqual(theirs);
    const said = `web is served again by the team's own container ${name} (status 200 from`;
    expect(plain(stdout)).toContain(said);
    expect(plain(stdout)).toMatch(/, [\d.]+ \w+ after it was stopped; nobody answered in that time\./);
  });

  test.each(traffics)('%s, after the cut-over: its proxy lets go of the port', async (traffic) => {
    overlay(traffic);
    const { code, stdout, stderr } = await deploy({ behind: 'other-release' });
    expect({ code, stderr: code === 7 ? '' : stderr }).toEqual({ code: 7, stderr: '' });
    expect(await tiny.steps()).toContain('switch-back');
    expect(await teams()).toEqual(theirs);
    expect(ownColours()).toEqual([]);
    expect(plain(stdout)).toContain(
      `No release served staging before. web is served again by the team's own container`,
    );
  });

  test('killed when it has just been given back, it goes on serving, and the next one ends the way back', async () => {
    overlay('edge');
    const faults = tiny.play.beside('faults');
    writeFileSync(faults, 'stop-new:given-back\n');
    await deploy({ behind: 'other-release' }, { GREENROOM_FAULTS: faults });
    expect(readFileSync(`${faults}.reached`, 'utf8').trim().split('\n').at(-1)).toBe('stop-new:given-back');
    expect(await tiny.records('deployment-ended')).toEqual([]);
    const startedAt = docker('inspect', '-f', '{{.State.StartedAt}}', name);
    expect(await teams()).toEqual(theirs);
    await tiny.play.run(['resume'], { timeoutMs: 280_000 });
    expect(await tiny.records('deployment-ended')).toMatchObject([{ data: { as: 'rolled-back' } }]);
    expect(await teams()).toEqual(theirs);
    expect(docker('inspect', '-f', '{{.State.StartedAt}}', name)).toBe(startedAt);
  });

  test('what cannot be started again is said to be dark, with the command that helps', async () => {
    overlay('edge', { bake: { for: '120s', every: '250ms' } });
    const ended = deploy();
    await until('it bakes', async () => (await tiny.steps()).includes('bake'), 200_000);
    docker('rm', '-f', name);
    expect((await tiny.play.run(['rollback', 'staging'], { timeoutMs: 200_000 })).code).toBe(0);
    const { code, stdout } = await ended;
    expect(code).toBe(7);
    const helps = `docker compose -p ${compose.name} up -d web`;
    expect(plain(stdout)).toContain(`NOBODY SERVES web: run "${helps}"`);
    docker(...helps.split(' ').slice(1, 4), '-f', tiny.play.file('docker-compose.yml'), ...helps.split(' ').slice(4));
    await teamServes();
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../edge/testing/rig.ts';
import { clis, docker, dockerProgram } from './testing/docker.ts';
import { ask, baseImage, carryOut, failuresOf, openWorld, removeBase, teamFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.skipIf(dockerProgram() === null)('what is asked and refused before anything is changed (needs docker)', () => {
  let world: World;
  afterEach(() => world.dispose());
  afterAll(removeBase);
  const codesOf = async (...[change, slot]: Parameters<typeof carryOut>) =>
    (await failuresOf(carryOut(change, slot))).map(({ code, do: next }) => [
      code,
      /"([a-z-]+:[^"]+)"/.exec(next ?? '')?.[1],
    ]);

  test.each(clis.map((cli) => [cli.join(' '), cli] as const))(
    '%s: every question at once, each answered by its word; a start without a prepare asks as well',
    async (_, cli) => {
      const asking = teamFile
        .replace(
          'ports: ["8080:3000"]',
          'ports: ["8080:3000", "9229:9229"]\n    volumes: ["uploads:/uploads", "./data:/data", "./conf:/conf:ro"]',
        )
        .replace(
          'depends_on: [counter, media-api]',
          'depends_on: { migrate: { condition: service_completed_successfully } }',
        );
      const file = `${asking}    depends_on: [web]\n  migrate:\n    image: BASE\n    command: ["node", "-v"]\nvolumes: { uploads: {} }\n`;
      world = await openWorld({ cli, file });
      mkdirSync(join(world.projectDirectory, 'data'));
      const words = [
        'shared-volume:uploads',
        'shared-volume:./data',
        'extra-port:web:9229',
        'job:migrate',
        'calls-app:counter',
      ];
      const config = { ports: { web: 3000 } };
      for (const change of ['prepare', 'start'] as const)
        expect((await codesOf(change, world.slot({ epoch: 1, config }))).toSorted()).toEqual(
          words.map((word) => ['GR6444', word]).toSorted(),
        );
      expect(docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${world.project}`)).toBe('');
      const accepted = world.slot({ epoch: 1, config: { ...config, accept: words } });
      const [, web] = await carryOut('start', accepted);
      // Files of the release come from its pinned bytes, also when the folder has moved on; data from the folder.
      writeFileSync(join(world.projectDirectory, 'conf', 'VERSION'), 'edited since');
      expect(await ask(web!)).toMatchObject({ release: 'rel_one', conf: 'one' });
      const mounts = docker(
        'inspect',
        '-f',
        '{{range .Mounts}}{{.Destination}}={{.Source}}={{.Name}} {{end}}',
        world.containerAt(web!),
      );
      expect(mounts).toContain(`/data=${world.projectDirectory}/data=`);
      expect(mounts).toContain(`=${world.project}_uploads`);
      await carryOut('stop', accepted);
      expect(docker('volume', 'ls', '-q')).toContain(`${world.project}_uploads`);
    },
  );

  test('refused whatever is said: host networking, copies, old code beside the new, names that are not there', async () => {
    const file = `${teamFile.replace('    depends_on: [counter, media-api]', '    network_mode: host').replace('    expose: ["3000"]', '    deploy: { replicas: 2 }').replace('ports: ["8080:3000"]', 'expose: ["3000"]')}  worker:\n    build: .\n`;
    world = await openWorld({ file });
    const slot = world.slot({ epoch: 1 });
    const failures = await failuresOf(
      carryOut('prepare', { ...slot, services: [...slot.services, { ...slot.services[0]!, name: 'admin' }] }),
    );
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['GR6443']));
    const said = failures.map(({ message }) => message).join('\n');
    for (const part of [
      'network_mode: host',
      '2 copies',
      'no port',
      'worker is built from this release',
      'a service "admin"',
    ])
      expect(said).toContain(part);
    expect(await world.running()).toEqual([]);
  });

  test('the first time: the team runs it already and holds the port; said first, stopped only when accepted, kept to go back', async () => {
    const port = await freePort();
    world = await openWorld({ file: teamFile.replace('8080:3000', `127.0.0.1:${port}:3000`) });
    const own = `label=com.docker.compose.service=web`;
    const state = () =>
      docker(
        'ps',
        '-a',
        '--filter',
        `label=com.docker.compose.project=${world.project}`,
        '--filter',
        own,
        '--format',
        '{{.State}}',
      );
    world.team('up', '-d', 'web');
    expect(state()).toBe('running');
    const [failure] = await failuresOf(carryOut('prepare', world.slot({ epoch: 1 })));
    expect(failure).toMatchObject({ code: 'GR6444', message: expect.stringContaining(`holds port ${port}`) });
    expect(failure!.message).toMatch(
      /stopped just before the first colour starts.*nobody answers there until the cut-over/,
    );
    expect(state()).toBe('running');
    const accepted = world.slot({ epoch: 1, config: { accept: ['take-over:web'] } });
    await carryOut('prepare', accepted);
    expect(state()).toBe('running');
    const [, web] = await carryOut('start', accepted);
    await expect.poll(state, { timeout: 60_000 }).toBe('exited');
    expect(await ask(web!)).toMatchObject({ release: 'rel_one' });
  });

  test('two environments of one daemon do not come to share a database unasked', async () => {
    world = await openWorld();
    await carryOut('start', world.slot({ epoch: 1 }));
    const production = (config: object) => world.slot({ epoch: 1, environment: 'production', config });
    expect(await codesOf('prepare', production({}))).toEqual([['GR6444', 'shared-infrastructure:staging']]);
    const team = `${world.project}-production`;
    expect(await failuresOf(carryOut('prepare', production({ project: team })))).toEqual([]);
    expect(docker('ps', '-q', '--filter', `label=com.docker.compose.project=${team}`)).not.toBe('');
  });

  test('two homes with the same names do not touch each other', async () => {
    world = await openWorld();
    const [, web] = await carryOut('start', world.slot({ epoch: 1 }));
    const other = {
      ...world.slot({ epoch: 9 }),
      stateDirectory: join(world.root, 'elsewhere', 'environments', 'staging'),
    };
    expect(await codesOf('prepare', other)).toEqual([['GR6449', undefined]]);
    expect(await carryOut('stop', other)).toEqual([]);
    expect((await ask(web!, '/neighbours'))['neighbours']).toMatchObject({
      'http://media-api:3000/': { release: 'rel_one' },
    });
    expect(await world.running()).toEqual(['media-api', 'web']);
  });

  test('mistakes of the file come with file and line, from both generations', async () => {
    for (const cli of clis) {
      world = await openWorld({ cli, file: teamFile.replace('    expose:', '    exposed:') });
      const line = teamFile.split('\n').findIndex((text) => text.includes('expose:')) + 1;
      const [failure] = await failuresOf(carryOut('prepare', world.slot({ epoch: 1 })));
      expect(failure).toMatchObject({
        code: 'GR6442',
        where: `docker-compose.yml:${line}:5 (services.media-api.exposed)`,
      });
      if (cli !== clis.at(-1)) await world.dispose();
    }
  });

  test('what the CLI would only warn of, or find at the start, is refused before: variables that are not set, files that are not there', async () => {
    for (const cli of clis) {
      const lacking = teamFile
        .replace('TOLD: "${TOLD:-nothing} for $$5"', () => 'TOLD: "${NOPE} for $$5"')
        .replace('    expose: ["3000"]', '    expose: ["3000"]\n    secrets: [token]');
      const file = `${lacking}secrets:\n  token: { file: ./token.txt }\n`;
      world = await openWorld({ cli, file });
      const place = (word: string) => {
        const line = file.split('\n').findIndex((text) => text.includes(word));
        return `docker-compose.yml:${line + 1}:${file.split('\n')[line]!.indexOf(word) + 1}`;
      };
      const failures = await failuresOf(carryOut('prepare', world.slot({ epoch: 1 })));
      expect(failures).toMatchObject([
        { code: 'GR6444', where: place('${NOPE}'), do: expect.stringContaining('"unset-variable:NOPE"') },
        { code: 'GR6442', where: `${place('file: ./token')} (secrets.token.file)` },
      ]);
      expect(docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${world.project}`)).toBe('');
      writeFileSync(join(world.projectDirectory, 'token.txt'), 'x');
      const accepted = { config: { accept: ['unset-variable:NOPE'] } };
      expect(await failuresOf(carryOut('prepare', world.slot({ epoch: 2, ...accepted })))).toEqual([]);
      expect(await failuresOf(carryOut('prepare', world.slot({ epoch: 3, variables: { NOPE: 'x' } })))).toEqual([]);
      if (cli !== clis.at(-1)) await world.dispose();
    }
  });

  test('variables fill the file; a secret reaches the container, and no file and no message', async () => {
    world = await openWorld();
    const [, web] = await carryOut('start', world.slot({ epoch: 1, variables: { TOLD: 'open$sesame' } }));
    expect((await ask(web!))['told']).toBe('open$sesame for $5');
    expect(
      docker('run', '--rm', '-v', `${world.root}:/root-of-it`, baseImage(), 'node', '-e', lookFor('open$sesame')),
    ).toBe('[]');
  });

  test('no daemon and no CLI are said, and where they were looked for', async () => {
    world = await openWorld();
    const noDaemon = world.slot({ epoch: 1, config: { socket: join(world.root, 'no.sock') } });
    expect(await codesOf('prepare', noDaemon)).toEqual([['GR6440', undefined]]);
    const noCli = world.slot({ epoch: 1, config: { cli: ['no-such-compose'] } });
    expect(await codesOf('prepare', noCli)).toEqual([['GR6441', undefined]]);
  });
});

const lookFor = (text: string): string =>
  `const fs = require('fs'); console.log(JSON.stringify(fs.readdirSync('/root-of-it', { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && fs.readFileSync(each.parentPath + '/' + each.name).includes(${JSON.stringify(text)})).map((each) => each.name)))`;

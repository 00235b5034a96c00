import { Agent } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openEdge, type Edge } from '../../edge/client.ts';
import { ask as askHttp, freePort } from '../../edge/testing/rig.ts';
import type { Colour, Instance } from '../../kinds/driver.ts';
import { clis, docker, lines, dockerProgram } from './testing/docker.ts';
import { ask, carryOut, openWorld, removeBase, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.skipIf(dockerProgram() === null)('two colours of one compose file (needs docker)', () => {
  let world: World;
  const openWith = async (cli: readonly string[]): Promise<void> => void (world = await openWorld({ cli }));
  beforeEach(() => openWith(clis[0]));
  afterEach(() => world.dispose());
  afterAll(removeBase);

  const neighboursOf = async (instances: readonly Instance[]) => {
    const web = instances.find(({ service }) => service === 'web')!;
    return (await ask(web, '/neighbours'))['neighbours'] as Record<string, Record<string, unknown>>;
  };
  const counters = (): readonly string[] =>
    lines(docker('ps', '-q', '--filter', `label=com.docker.compose.project=${world.project}`));

  test.each(clis.map((cli) => [cli.join(' '), cli] as const))(
    '%s: each finds the services of its own colour, and both the same infrastructure',
    async (_, cli) => {
      await world.dispose();
      await openWith(cli);
      const blue = await carryOut('start', world.slot({ epoch: 1, colour: 'blue' }));
      const before = counters();
      const green = await carryOut('start', world.slot({ epoch: 2, colour: 'green', release: 'two' }));
      expect(counters()).toEqual(before);
      expect(before).toHaveLength(1);
      const seen = [await neighboursOf(blue), await neighboursOf(green)];
      expect(seen.map((each) => each['http://media-api:3000/'])).toMatchObject([
        { release: 'rel_one', colour: 'blue', version: 'one' },
        { release: 'rel_two', colour: 'green', version: 'two' },
      ]);
      expect(seen.map((each) => each['http://counter:3000/']!['count'])).toEqual([1, 2]);
      const ports = [...blue, ...green].map(({ port }) => port);
      expect(new Set(ports).size).toBe(4);
      await carryOut('stop', world.slot({ epoch: 3, colour: 'blue' }));
      expect(counters()).toEqual(before);
      expect((await neighboursOf(green))['http://counter:3000/']!['count']).toBe(3);
    },
  );

  test('under requests through the edge: three switches, drain and stop lose none', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'greenroom-edge-'));
    const port = await freePort();
    const edge: Edge = openEdge({ stateDirectory: directory, services: { web: { host: '127.0.0.1', port } } });
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const answers: { release: string; status: number }[] = [];
    const over = new AbortController();
    const client = async (path: string, pauseMs: number, reused: boolean): Promise<void> => {
      while (!over.signal.aborted) {
        const answer = await askHttp({ port, path, ...(reused ? { agent } : { agent: false }) }).catch((error) => ({
          ...{ status: 0, text: JSON.stringify({ release: String(error) }) },
        }));
        const told = answer.status === 200 ? (JSON.parse(answer.text) as { release: string }).release : answer.text;
        answers.push({ status: answer.status, release: told });
        await sleep(pauseMs);
      }
    };
    try {
      await edge.ensure();
      let epoch = 0;
      const switchTo = async (colour: Colour, release: 'one' | 'two'): Promise<void> => {
        const instances = await carryOut('start', world.slot({ epoch: (epoch += 1), colour, release }));
        const web = instances.find(({ service }) => service === 'web')!;
        expect(await ask(web)).toMatchObject({ release: `rel_${release}` });
        const services = { web: { host: web.host, port: web.port } };
        await edge.point({ epoch: (epoch += 1), colour, release: `rel_${release}`, services });
      };
      const stopWhenIdle = async (colour: Colour): Promise<void> => {
        const inFlight = async () => (await edge.load()).find((each) => each.colour === colour)?.httpInFlight ?? 0;
        await expect.poll(inFlight, { timeout: 60_000, interval: 20 }).toBe(0);
        await carryOut('stop', world.slot({ epoch: (epoch += 1), colour }));
      };
      await switchTo('blue', 'one');
      const clients = [
        ...Array.from({ length: 6 }, () => client('/', 10, true)),
        ...Array.from({ length: 2 }, () => client('/', 20, false)),
        ...Array.from({ length: 2 }, () => client('/slow?ms=1500', 0, true)),
      ];
      for (const [colour, other, release] of [
        ['green', 'blue', 'two'],
        ['blue', 'green', 'one'],
        ['green', 'blue', 'two'],
      ] as const) {
        await switchTo(colour, release);
        const from = answers.length;
        await stopWhenIdle(other);
        await expect.poll(() => answers.length - from, { timeout: 60_000 }).toBeGreaterThan(50);
      }
      over.abort();
      await Promise.all(clients);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(new Set(answers.map(({ release }) => release))).toEqual(new Set(['rel_one', 'rel_two']));
      expect(answers.slice(-20).every(({ release }) => release === 'rel_two')).toBe(true);
      console.log(`compose and edge: 3 switches, ${answers.length} requests, 0 lost`);
    } finally {
      over.abort();
      agent.destroy();
      await edge.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { vi } from 'vitest';
import { identify } from '../../host/process-identity.ts';
import type { Slot } from '../../kinds/driver.ts';
import type { CommandConfig } from '../command/scene.ts';
import { openScripted } from '../command/testing/scripted.ts';
import { startPlane as startProgramPlane } from '../command/testing/world.ts';
import { openFakeGithub } from '../github-workflow/testing/fake-github.ts';
import { openDeployApi } from '../http/testing/deploy-api.ts';
import { startPlane } from './testing/machine.ts';
import { unprovenContract, type UnprovenHarness } from './testing/unproven-contract.ts';

vi.setConfig({ testTimeout: 120_000 });

unprovenContract('github-workflow', async () => {
  const fake = await openFakeGithub();
  const { promise, resolve } = Promise.withResolvers<null>();
  let failing = 0;
  fake.startingHalf(promise);
  fake.concluding((_, action) => (action === 'start' || (failing -= 1) >= 0 ? 'failure' : 'success'));
  const wished = ({ body }: { body: string }) =>
    (JSON.parse((JSON.parse(body) as { inputs: { greenroom: string } }).inputs.greenroom) as { action: string }).action;
  return {
    ...{ driver: fake.driver, slot: fake.lone, running: fake.machine.running },
    letStartsEnd: () => resolve(null),
    refuseStarts: () =>
      fake.bend((asked, response) => asked.line.startsWith('POST') && (response.writeHead(404).end('{}'), true)),
    failOneStop: () => void (failing = 1),
    plane: (slot: Slot) => startPlane({ kind: 'github-workflow', slot, change: 'start' }),
    stops: () => fake.dispatches().filter((asked) => wished(asked) === 'stop').length,
    dispose: () => (resolve(null), fake.dispose()),
  } as unknown as UnprovenHarness;
});

unprovenContract('http', async () => {
  const deploy = await openDeployApi();
  const acted: string[] = [];
  let start = 'building';
  let failing = 0;
  let isRefusing = false;
  deploy.bend(async ({ line }, response, act) => {
    const [method, path = ''] = line.split(' ');
    if (method === 'POST' && isRefusing) return (response.writeHead(403).end('{}'), true);
    if (method === 'GET' && !path.includes('/deployments/')) return (response.writeHead(404).end('{}'), true);
    if (method !== 'GET') {
      acted.push(`${method}`);
      if (method === 'POST' || (failing -= 1) < 0) await act();
      response.writeHead(202).end(JSON.stringify({ deployment: { id: `d-${acted.length}` } }));
      return true;
    }
    const isStart = acted[Number(path.split('-').at(-1)) - 1] === 'POST';
    const status = isStart ? start : failing >= 0 ? 'failed' : 'live';
    return (response.writeHead(200).end(JSON.stringify({ deployment: { status } })), true);
  });
  return {
    ...{ driver: deploy.driver, slot: deploy.lone, running: deploy.machine.running, dispose: deploy.dispose },
    letStartsEnd: () => void (start = 'failed'),
    refuseStarts: () => void (isRefusing = true),
    failOneStop: () => void (failing = 1),
    plane: (slot: Slot) => startPlane({ kind: 'http', slot, change: 'start' }),
    stops: () => acted.filter((method) => method === 'DELETE').length,
  } as unknown as UnprovenHarness;
});

unprovenContract('command', async () => {
  const half = await openScripted();
  const touch = (name: string) => writeFileSync(half.file(name), '');
  const act = `
    const forGood = asked.action === 'stop' && !existsSync('fail-one');
    if (asked.action === 'start') {
      const service = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
      service.unref();
      writeFileSync('service.new', String(service.pid)); renameSync('service.new', 'service');
      while (!existsSync('end') && existsSync('program.mjs')) await new Promise((next) => setTimeout(next, 20));
      process.exit(1);
    }
    if (forGood) process.kill(Number(readFileSync('service', 'utf8')), 'SIGKILL');
    else if (asked.action === 'stop') { rmSync('fail-one'); process.exit(1); }
    done();`;
  const pid = () => (existsSync(half.file('service')) ? Number(readFileSync(half.file('service'), 'utf8')) : null);
  const runs = () => pid() !== null && identify(pid()!) !== null;
  let isRefusing = false;
  return {
    ...{ driver: half.world.driver, letStartsEnd: () => touch('end'), failOneStop: () => touch('fail-one') },
    slot: (options: { epoch: number }) => {
      // Asked what runs it answers, and is gone when it is to start something.
      const vanishing = `#!/bin/sh\nrm "$0"\necho '{"instances":[]}'\n`;
      if (isRefusing) writeFileSync(half.file('vanishing'), vanishing, { mode: 0o755 });
      return half.scripted(act, 'nothing()', isRefusing ? { run: ['./vanishing'] } : {}, options);
    },
    refuseStarts: () => void (isRefusing = true),
    plane: (slot: Slot<CommandConfig>) => startProgramPlane({ slot, change: 'start' }),
    running: async () => (runs() ? ['web'] : []),
    stops: () => half.lines('calls').filter((line) => line.startsWith('stop')).length,
    dispose: async () => {
      touch('end');
      if (runs()) process.kill(pid()!, 'SIGKILL');
      await half.world.dispose();
    },
  } as unknown as UnprovenHarness;
});

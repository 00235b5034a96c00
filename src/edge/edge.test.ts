import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { openEdge } from './client.ts';
import { edgeProcesses } from './edge-processes.ts';
import { isAlive, identify, ownIdentity } from '../host/process-identity.ts';
import { ask, freePort, Rig, until } from './testing/rig.ts';

const rigs: Rig[] = [];
async function start(): Promise<Rig> {
  const rig = await Rig.start();
  rigs.push(rig);
  return rig;
}
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? (error.failures[0]?.code ?? '') : String(error)),
  );
}

test('without a target it answers 503 with Retry-After, and serves as soon as it has one', async () => {
  const rig = await start();
  const dark = await rig.get('/');
  expect([dark.status, dark.headers['retry-after']]).toEqual([503, '1']);
  const blue = await rig.app('one');
  await rig.edge.point(rig.target(1, 'blue', blue.port));
  expect((await rig.get('/')).headers['x-release']).toBe('one');
  expect((await rig.edge.measure()).unserved).toBe(1);
  await rig.edge.point({ epoch: 2, colour: null, release: null, services: {} });
  expect((await rig.get('/')).status).toBe(503);
});

test('F006 F007 an older epoch is refused, also after everything was killed, and the same target again is welcome', async () => {
  const rig = await start();
  const [blue, green] = [await rig.app('one'), await rig.app('two')];
  await rig.edge.point(rig.target(7, 'blue', blue.port));
  await rig.edge.point(rig.target(8, 'green', green.port));
  expect((await rig.edge.point(rig.target(8, 'green', green.port))).epoch).toBe(8);
  expect(await codeOf(rig.edge.point(rig.target(7, 'blue', blue.port)))).toBe('GR7409');
  expect(await codeOf(rig.edge.point(rig.target(8, 'blue', blue.port)))).toBe('GR7411');
  expect(await codeOf(rig.edge.closeSessions('green', 7))).toBe('GR7409');
  expect(await codeOf(rig.edge.point({ ...rig.target(9, 'blue', blue.port), services: {} }))).toBe('GR7410');
  const wide = { web: { host: '127.0.0.1', port: blue.port, also: ['127.0.0.2'] } };
  expect(await codeOf(rig.edge.point({ ...rig.target(9, 'blue', blue.port), services: wide }))).toBe('GR7459');

  await rig.kill();
  expect(await rig.edge.current()).toBeNull();
  await rig.edge.ensure();
  expect(await rig.edge.current()).toEqual(rig.target(8, 'green', green.port));
  expect((await rig.get('/', { agent: false })).headers['x-release']).toBe('two');
  expect(await codeOf(rig.edge.point(rig.target(7, 'blue', blue.port)))).toBe('GR7409');
});

test('kill -9 of the worker: no connection is refused, it serves again within a second, and the counters say they began anew', async () => {
  const rig = await start();
  const blue = await rig.app('one');
  await rig.edge.point(rig.target(3, 'blue', blue.port));
  const before = await rig.edge.measure();
  const awayMs: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { workerPid } = (await rig.edge.standing())!;
    process.kill(workerPid!, 'SIGKILL');
    const startedMs = performance.now();
    await until(() => identify(workerPid!) === null);
    // Sent while no worker lives: it waits in the kernel's queue for the next one.
    const answer = await rig.get('/', { agent: false });
    expect(answer.headers['x-release']).toBe('one');
    awayMs.push(performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
  }
  // The best of them: what is above is the machine's.
  expect(Math.min(...awayMs)).toBeLessThan(1_000);
  expect(await rig.edge.current()).toEqual(rig.target(3, 'blue', blue.port));
  const after = await rig.edge.measure();
  expect(after.countersSinceAt).toBeGreaterThan(before.countersSinceAt);
  expect(after.workerRestarts).toBe(3);
});

test('kill -9 of the watchdog alone: its worker starts another, no request fails, and switches reach connections that stayed', async () => {
  const rig = await start();
  const [blue, green] = [await rig.app('one'), await rig.app('two')];
  await rig.edge.point(rig.target(1, 'blue', blue.port));
  for (let round = 0; round < 2; round += 1) {
    await rig.get('/');
    const { pid, workerPid } = (await rig.edge.standing())!;
    const worker = identify(workerPid!)!;
    const slow = rig.get('/slow?ms=1500');
    process.kill(pid, 'SIGKILL');
    let answers = 0;
    const failures: unknown[] = [];
    await until(async () => {
      const one = await rig.get('/', answers % 2 === 0 ? {} : { agent: false }).catch((error: unknown) => error);
      answers += 1;
      if (!(one instanceof Object && 'status' in one && one.status === 200)) failures.push(one);
      return (await rig.edge.current()) !== null;
    });
    expect(failures).toEqual([]);
    expect((await rig.edge.standing())?.pid).not.toBe(pid);
    expect(await rig.edge.current()).toEqual(rig.target(1 + 2 * round, 'blue', blue.port));
    await rig.edge.point(rig.target(2 + 2 * round, 'green', green.port));
    // The agent still has connections to the old worker, which is on its way out.
    for (let i = 0; i < 5; i += 1) expect((await rig.get('/')).headers['x-release']).toBe('two');
    expect((await slow).text).toBe('slow one');
    await until(() => !isAlive(worker));
    await rig.edge.point(rig.target(3 + 2 * round, 'blue', blue.port));
  }
});

test('who previews still does when the watchdog is killed, also on a connection that stayed with the old worker', async () => {
  const rig = await start();
  const [blue, green] = [await rig.app('one'), await rig.app('two')];
  const secret = 'p'.repeat(40);
  const { colour, release, services } = rig.target(1, 'green', green.port);
  const beside = { colour: colour!, release, services, gets: { kind: 'preview', secret } } as const;
  await rig.edge.point({ ...rig.target(1, 'blue', blue.port), beside });
  const agents = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const told = (index: 0 | 1) =>
    rig.get('/', { agent: agents[index]!, headers: index === 0 ? { cookie: `greenroom_preview=${secret}` } : {} });
  await Promise.all([told(0), told(1)]);
  const { pid } = (await rig.edge.standing())!;
  process.kill(pid, 'SIGKILL');
  await until(async () => ![null, pid].includes((await rig.edge.standing())?.pid ?? null), 20_000);
  const [previewed, plain] = [await told(0), await told(1)];
  // The old worker sends its clients away with these answers; whom they are for is told by the new one.
  expect([previewed, plain].map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
  expect([previewed, plain].map(({ headers }) => headers['x-release'])).toEqual(['two', 'one']);
  for (const agent of agents) agent.destroy();
});

test('an edge that an older Greenroom started is not taken for one that previews', async () => {
  const rig = new Rig();
  const target = { ...rig.target(3, 'blue', 1), beside: besideOf(rig) };
  const { beside: _, ...known } = target;
  const control = createHttpServer((_request, response) => response.end(JSON.stringify({ state: known })));
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  const { port } = control.address() as AddressInfo;
  const run = { ...ownIdentity(), controlPort: port, token: 't', upSinceAt: 0, services: known.services };
  writeFileSync(join(rig.stateDirectory, 'run.json'), JSON.stringify(run));
  const { stateDirectory } = rig;
  const edge = openEdge({ stateDirectory, services: known.services });
  expect(await edge.point(known)).toEqual(known);
  await expect(edge.point(target)).rejects.toThrow('GR7437');
  control.close();
  rmSync(stateDirectory, { recursive: true });
});

const besideOf = (rig: Rig) => {
  const { colour, release, services } = rig.target(1, 'green', 2);
  return { colour: colour!, release, services, gets: { kind: 'share', percent: 25 } } as const;
};

test('the watchdog dies while somebody ensures: one edge, the same target', async () => {
  const rig = await start();
  const blue = await rig.app('one');
  await rig.edge.point(rig.target(1, 'blue', blue.port));
  const { pid } = (await rig.edge.standing())!;
  process.kill(pid, 'SIGKILL');
  await Promise.all([rig.edge.ensure(), rig.edge.ensure()]);
  expect(await rig.edge.current()).toEqual(rig.target(1, 'blue', blue.port));
  expect((await rig.get('/', { agent: false })).headers['x-release']).toBe('one');
});

test('two that ensure at once get one edge; a port of somebody else is named with its owner', async () => {
  const rig = new Rig();
  rigs.push(rig);
  rig.port = await freePort();
  const services = { web: { host: '127.0.0.1', port: rig.port } };
  const other = openEdge({ stateDirectory: rig.stateDirectory, services });
  await Promise.all([rig.edge.ensure(), other.ensure(), rig.edge.ensure()]);
  expect((await other.standing())?.pid).toBe((await rig.edge.standing())?.pid);
  expect(
    await codeOf(
      openEdge({ stateDirectory: rig.stateDirectory, services: { web: { host: '127.0.0.1', port: 1 } } }).ensure(),
    ),
  ).toBe('GR7404');

  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  const failing = openEdge({
    stateDirectory: `${rig.stateDirectory}/second`,
    services: { web: { host: '127.0.0.1', port } },
  });
  await expect(failing.ensure()).rejects.toThrow(new RegExp(`GR7402 .*127.0.0.1:${port}.*process ${process.pid} `));
  stranger.close();
});

test('stop ends both processes; its token is needed and is readable by the owner only', async () => {
  const rig = await start();
  const run = JSON.parse(readFileSync(`${rig.stateDirectory}/run.json`, 'utf8')) as {
    controlPort: number;
    pid: number;
  };
  expect((await ask({ port: run.controlPort, path: '/state' })).status).toBe(401);
  const { pid, workerPid } = (await rig.edge.standing())!;
  const members = [identify(pid)!, identify(workerPid!)!];
  await rig.edge.stop();
  expect(members.map(isAlive)).toEqual([false, false]);
  expect(await rig.edge.current()).toBeNull();
});

test('stop also ends an edge that has just lost its watchdog and would come back', async () => {
  const rig = await start();
  for (const delayMs of [0, 150, 300, 600]) {
    await rig.edge.ensure();
    process.kill((await rig.edge.standing())!.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await rig.edge.stop();
    expect(edgeProcesses(rig.stateDirectory)).toEqual([]);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(edgeProcesses(rig.stateDirectory)).toEqual([]);
  expect(await rig.edge.current()).toBeNull();
});

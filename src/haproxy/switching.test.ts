import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ask, until } from '../edge/testing/rig.ts';
import { askRuntime } from './runtime-door.ts';
import { haproxyProgram, Rig } from './testing/rig.ts';
import { codeOf } from './testing/code-of.ts';
import { type Reply, steadyLoad } from './testing/steady-load.ts';

const rigs: Rig[] = [];
const start = async (...services: string[]): Promise<Rig> => {
  const rig = await Rig.make(...services);
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const bad = (replies: readonly Reply[]): readonly string[] =>
  replies.map(({ seen }) => seen).filter((seen) => !/^200 (one|two)$/.test(seen));

async function openSession(rig: Rig): Promise<{ readonly socket: WebSocket; readonly closed: Promise<number> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/`);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return { socket, closed };
}

describe.skipIf(haproxyProgram() === null)('switching a real HAProxy (needs haproxy)', () => {
  test('F075 switches under load lose nothing, and who asks after the switch is read back gets the new release', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    const handle = rig.open();
    await handle.point(rig.target(1, 'blue', one.port, 'one'));
    const load = steadyLoad(rig.port);
    const switches: { readonly askedMs: number; readonly doneMs: number; readonly release: string }[] = [];
    for (let epoch = 2; epoch <= 6; epoch += 1) {
      await until(() => load.replies.length > (epoch - 1) * 700, 60_000);
      const [colour, app, release] =
        epoch % 2 === 0 ? (['green', two, 'two'] as const) : (['blue', one, 'one'] as const);
      const askedMs = performance.now();
      await handle.point(rig.target(epoch, colour, app.port, release));
      const doneMs = performance.now();
      switches.push({ askedMs, doneMs, release });
      // Told by what was answered and not by time: a slow machine takes longer for a switch than for hundreds of requests.
      await until(() => load.replies.filter(({ beganMs }) => beganMs > doneMs).length > 200, 60_000);
    }
    // The last one was to green: blue is drained by counting, then stopped for good while the load goes on.
    await until(async () => (await rig.load('blue')).httpInFlight === 0, 20_000);
    one.child.kill('SIGKILL');
    const before = load.replies.length;
    await until(() => load.replies.length > before + 700, 60_000);
    await load.stop();

    expect(load.replies.length).toBeGreaterThan(3_000);
    expect(bad(load.replies)).toEqual([]);
    for (const [index, { doneMs, release }] of switches.entries()) {
      const nextMs = switches[index + 1]?.askedMs ?? Number.POSITIVE_INFINITY;
      const between = load.replies.filter(({ beganMs, endedMs }) => beganMs > doneMs && endedMs < nextMs);
      expect(between.length).toBeGreaterThan(50);
      expect(new Set(between.map(({ seen }) => seen))).toEqual(new Set([`200 ${release}`]));
    }
  });

  test('all services move as one step, to addresses of their own, and are read back from the proxy', async () => {
    const rig = await start('web', 'api-one');
    const [one, two, three] = [await rig.app('one'), await rig.app('two'), await rig.app('three')];
    const host = '127.0.0.1';
    const target = {
      ...rig.target(3, 'green', one.port),
      services: { web: { host: 'localhost', port: two.port }, 'api-one': { host, port: three.port } },
    };
    await rig.open().point(rig.target(2, 'blue', one.port));
    expect(await rig.open().point(target)).toEqual(target);
    expect([await rig.seen(), await rig.seen(rig.services['api-one']!.port)]).toEqual(['200 two', '200 three']);
    expect(await rig.open().current()).toEqual(target);
    await rig.kill();
    await rig.open().ensure();
    expect([await rig.open().current(), await rig.seen(), await rig.seen(rig.services['api-one']!.port)]).toEqual([
      target,
      '200 two',
      '200 three',
    ]);
  });

  test('one epoch never means two targets, and a target that lacks a service is none', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().point(rig.target(4, 'blue', one.port));
    expect(await codeOf(rig.open().point(rig.target(4, 'green', two.port)))).toBe('GR7411');
    expect(await codeOf(rig.open().point(rig.target(4, 'blue', two.port)))).toBe('GR7411');
    expect(await codeOf(rig.open().point({ ...rig.target(5, 'green', two.port), services: {} }))).toBe('GR7410');
    expect(await rig.seen()).toBe('200 one');
  });

  test('F006 many that point at once: the highest epoch has the traffic, the others went before it or were refused', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().ensure();
    const epochs = [4, 9, 2, 7, 3, 8, 5, 6];
    const codes = await Promise.all(
      epochs.map((epoch) => {
        const [colour, port] = epoch % 2 === 0 ? (['blue', one.port] as const) : (['green', two.port] as const);
        return codeOf(rig.open().point(rig.target(epoch, colour, port)));
      }),
    );
    expect(codes[1]).toBe('no failure');
    expect(codes.every((code) => code === 'no failure' || code === 'GR7409')).toBe(true);
    expect([await rig.open().current(), await rig.seen()]).toEqual([rig.target(9, 'green', two.port), '200 two']);
  });

  test('F007 writers go one after the other: what an earlier one still sends cannot come after a later one', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().point(rig.target(1, 'blue', one.port));
    const earlier = connect(join(rig.stateDirectory, 'control.sock'));
    await new Promise((resolve) => earlier.on('connect', resolve));
    const pointing = rig.open().point(rig.target(2, 'green', two.port));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await rig.open().current()).toMatchObject({ epoch: 1 });
    earlier.end('set map target.map active 1:blue1\n');
    expect(await pointing).toMatchObject({ epoch: 2 });
    expect([await rig.open().current(), await rig.seen()]).toEqual([rig.target(2, 'green', two.port), '200 two']);
  });

  test('a colour at another address: requests under way end where they began, and their connections serve nobody else', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().point(rig.target(1, 'blue', one.port, 'one'));
    const slow = ask({ port: rig.port, path: '/slow?ms=700', agent: rig.agent });
    await until(async () => (await rig.load('blue')).httpInFlight === 1);
    await rig.open().point(rig.target(2, 'blue', two.port, 'two'));
    expect(await rig.load('blue')).toMatchObject({ httpInFlight: 1, requests: 0 });
    expect((await slow).text).toBe('slow one');
    for (let count = 0; count < 20; count += 1)
      expect((await ask({ port: rig.port, path: '/', agent: rig.agent })).headers['x-release']).toBe('two');
    expect(await rig.load('blue')).toMatchObject({ httpInFlight: 0, requests: 20 });
  });

  test('WebSockets stay through a switch, are counted apart, and are cut when told; a request beside them is not', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().point(rig.target(1, 'blue', one.port));
    const { socket, closed } = await openSession(rig);
    await rig.open().point(rig.target(2, 'green', two.port));
    const heard = new Promise((resolve) => socket.on('message', (data) => resolve(String(data))));
    socket.send('still there');
    expect(await heard).toBe('one:still there');
    await rig.open().point(rig.target(3, 'blue', one.port));
    const slow = ask({ port: rig.port, path: '/slow?ms=700', agent: false });
    await until(async () => (await rig.load('blue')).httpInFlight === 1);
    await rig.open().point(rig.target(4, 'green', two.port));
    expect(await rig.load('blue')).toMatchObject({ webSockets: 1, httpInFlight: 1 });
    expect(await codeOf(rig.open().closeSessions('blue', 3))).toBe('GR7409');
    expect((await rig.load('blue')).webSockets).toBe(1);
    await rig.open().closeSessions('blue', 4);
    // HAProxy knows no frames, so there is no close code.
    expect(await closed).toBe(1006);
    expect((await rig.load('blue')).webSockets).toBe(0);
    expect((await slow).text).toBe('slow one');
  });

  test('a colour that moves more often than it has lanes gets the oldest one back, emptied', async () => {
    const rig = await start();
    const apps = [await rig.app('a'), await rig.app('b'), await rig.app('c'), await rig.app('d')];
    const sessions = [];
    for (const [index, app] of apps.entries()) {
      await rig.open().point(rig.target(index + 1, 'blue', app.port, `r${index}`));
      sessions.push(await openSession(rig));
    }
    expect(await sessions[0]!.closed).toBe(1006);
    expect((await rig.load('blue')).webSockets).toBe(3);
    expect(await rig.seen()).toBe('200 d');
    for (const { socket } of sessions) socket.terminate();
  });

  test('F073 persisted and not applied: what is told is what is so, and the same target again finishes it', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().point(rig.target(1, 'blue', one.port));
    await rig.open().point(rig.target(2, 'green', two.port));
    const control = { directory: rig.stateDirectory, socket: 'control.sock' } as const;
    await askRuntime({ ...control, commands: ['set map target.map active 1:blue1'] });
    expect([await rig.open().current(), await rig.seen()]).toEqual([rig.target(1, 'blue', one.port), '200 one']);
    expect(await codeOf(rig.open().point(rig.target(1, 'blue', one.port)))).toBe('GR7409');
    await rig.open().point(rig.target(2, 'green', two.port));
    expect(await rig.seen()).toBe('200 two');

    for (const command of ['set map target.map active elsewhere', 'clear map target.map']) {
      await askRuntime({ ...control, commands: [command] });
      expect([await codeOf(rig.open().current()), await rig.seen()]).toEqual(['GR7434', '503 nobody']);
      await rig.open().point(rig.target(2, 'green', two.port));
      expect([await rig.open().current(), await rig.seen()]).toEqual([rig.target(2, 'green', two.port), '200 two']);
    }
    await askRuntime({ ...control, commands: [`set server web.green1/app addr 127.0.0.1 port ${one.port}`] });
    expect(await codeOf(rig.open().current())).toBe('GR7403');
    await rig.open().point(rig.target(2, 'green', two.port));
    expect([await rig.open().current(), await rig.seen()]).toEqual([rig.target(2, 'green', two.port), '200 two']);
  });

  test.each(['state maint', 'state drain', 'weight 0'])(
    'F082 a server that somebody takes out is told, and put back by the next pointing: %s',
    async (how) => {
      const rig = await start();
      const one = await rig.app('one');
      await rig.open().point(rig.target(1, 'blue', one.port, 'one'));
      const commands = ['app', 'once', 'session'].map((server) => `set server web.blue1/${server} ${how}`);
      await askRuntime({
        directory: rig.stateDirectory,
        socket: 'control.sock',
        commands: commands.slice(0, how === 'weight 0' ? 1 : 3),
      });
      expect([await codeOf(rig.open().current()), await rig.seen()]).toEqual(['GR7472', expect.stringMatching(/^503/)]);
      await rig.open().point(rig.target(2, 'blue', one.port, 'one'));
      expect((await rig.open().current())?.epoch).toBe(2);
      expect(await rig.seen()).toBe('200 one');
    },
  );

  test('F082 a page that somebody puts into a proxy, or takes out of it, is told, left by bringing up, and put right by the next pointing', async () => {
    const rig = await start();
    const one = await rig.app('one');
    const target = rig.target(1, 'blue', one.port, 'one');
    await rig.open().point(target);
    const control = { directory: rig.stateDirectory, socket: 'control.sock' } as const;
    const put = () =>
      askRuntime({ ...control, commands: ['add map page.map html eHg=', 'add map page.map /open open'] });
    await put();
    await rig.open().ensure();
    await expect(rig.open().current()).rejects.toThrow(
      /^GR7472 HAProxy "main" \(process \d+\) answers with a page that/,
    );
    expect([await codeOf(rig.open().maintenance()), await rig.seen()]).toEqual([
      'GR7472',
      expect.stringMatching(/^503/),
    ]);
    expect([await rig.open().point(target), await rig.seen()]).toEqual([target, '200 one']);
    await put();
    await rig.open().maintain({ epoch: 1, page: null });
    expect([await rig.open().current(), await rig.open().maintenance(), await rig.seen()]).toEqual([
      target,
      null,
      '200 one',
    ]);

    const page = {
      html: '<p>closed</p>',
      problem: '{}',
      retryAfter: '60',
      open: ['/health'],
      by: 'ada',
      since: 1,
      notice: null,
      until: null,
    };
    await rig.open().maintain({ epoch: 2, page });
    expect([await rig.open().current(), await rig.open().maintenance()]).toEqual([target, page]);
    await askRuntime({ ...control, commands: ['clear map page.map'] });
    await expect(rig.open().current()).rejects.toThrow(/^GR7472 .* does not show the page for maintenance/);
    expect(await rig.seen()).toBe('200 one');
    await rig.open().point(target);
    expect([await rig.open().maintenance(), await rig.seen()]).toEqual([page, expect.stringMatching(/^503/)]);
  });

  test('F082 a frontend that somebody disables is told with its proxy and process, left by bringing up, opened by the next pointing', async () => {
    const rig = await start();
    const one = await rig.app('one');
    const target = rig.target(1, 'blue', one.port, 'one');
    await rig.open().point(target);
    const close = () =>
      askRuntime({ directory: rig.stateDirectory, socket: 'control.sock', commands: ['disable frontend web'] });
    await close();
    await rig.open().ensure();
    await expect(rig.open().current()).rejects.toThrow(
      `GR7472 Somebody has closed HAProxy "main" (process ${rig.pid})`,
    );
    await expect(rig.seen()).rejects.toThrow('ECONNREFUSED');
    expect([await rig.open().point(target), await rig.seen()]).toEqual([target, '200 one']);
    await close();
    expect([await codeOf(rig.open().point(rig.target(2, 'blue', one.port, 'one'))), await rig.seen()]).toEqual([
      'no failure',
      '200 one',
    ]);
  });

  test('F082 a frontend that was shut down for good is told so, until another process opens it', async () => {
    const rig = await start();
    const one = await rig.app('one');
    const target = rig.target(1, 'blue', one.port, 'one');
    await rig.open().point(target);
    await askRuntime({ directory: rig.stateDirectory, socket: 'control.sock', commands: ['shutdown frontend web'] });
    const told = 'Only another process opens it again';
    await expect(rig.open().current()).rejects.toThrow(told);
    await expect(rig.open().point(rig.target(2, 'blue', one.port, 'one'))).rejects.toThrow(told);
    await rig.kill();
    await rig.open().ensure();
    expect([(await rig.open().current())?.epoch, await rig.seen()]).toEqual([2, '200 one']);
  });
});

import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, freePort, until } from '../edge/testing/rig.ts';
import { FailureError, type Failure } from '../domain/failure.ts';
import { haproxyProcesses } from './haproxy-processes.ts';
import { askRuntime } from './runtime-door.ts';
import { codeOf } from './testing/code-of.ts';
import { haproxyProgram, Rig } from './testing/rig.ts';
import { steadyLoad } from './testing/steady-load.ts';

const rigs: Rig[] = [];
const start = async (): Promise<Rig> => {
  const rig = await Rig.make();
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const failureOf = (work: Promise<unknown>): Promise<Failure | null> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof FailureError ? error.failures[0]! : Promise.reject(error)),
  );

test('a program that is not there is named, with how to get it, and nothing is left behind', async () => {
  const rig = await start();
  expect(await failureOf(rig.open({ program: 'no-such-haproxy' }).ensure())).toMatchObject({
    code: 'GR7431',
    message: expect.stringContaining('"no-such-haproxy"'),
    do: expect.stringContaining('apt-get install haproxy'),
  });
  expect(await rig.open({ program: 'no-such-haproxy' }).current()).toBeNull();
});

test('a state that cannot be read is not guessed at', async () => {
  const rig = await start();
  writeFileSync(join(rig.stateDirectory, 'haproxy-state.json'), '{"epoch": 7, "colour": "blue');
  expect(await failureOf(rig.open().ensure())).toMatchObject({ code: 'GR7436' });
  expect(await failureOf(rig.open().point(rig.target(1, 'blue', 1)))).toMatchObject({ code: 'GR7436' });
});

test('what only checks or ends at once is told with what it said', async () => {
  const rig = await start();
  const program = join(rig.stateDirectory, 'fake');
  writeFileSync(program, '#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "no room at all" >&2; exit 3\n');
  chmodSync(program, 0o700);
  expect(await failureOf(rig.open({ program }).ensure())).toMatchObject({
    code: 'GR7433',
    message: expect.stringContaining('ended with 3: no room at all'),
    where: join(rig.stateDirectory, 'haproxy.log'),
  });
});

describe.skipIf(haproxyProgram() === null)('a real HAProxy that is disturbed (needs haproxy)', () => {
  test('F074 kill -9 in the middle of a load: brought up, it serves what it served and keeps its fence', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().point(rig.target(1, 'green', two.port));
    await rig.open().point(rig.target(7, 'blue', one.port));
    const before = (await rig.load('blue')).countedSinceAt;
    const load = steadyLoad(rig.port);
    await until(() => load.replies.length > 300, 30_000);
    const killedMs = performance.now();
    await rig.kill();
    expect(await rig.open().current()).toBeNull();
    await rig.open().ensure();
    const upMs = performance.now();
    await until(() => load.replies.filter(({ beganMs }) => beganMs > upMs).length > 500, 30_000);
    await load.stop();

    const around = (fromMs: number, untilMs: number) =>
      new Set(
        load.replies.filter((reply) => reply.beganMs > fromMs && reply.endedMs < untilMs).map(({ seen }) => seen),
      );
    expect(around(0, killedMs)).toEqual(new Set(['200 one']));
    expect(around(upMs, Number.POSITIVE_INFINITY)).toEqual(new Set(['200 one']));
    expect(load.replies.some(({ seen }) => seen.startsWith('error'))).toBe(true);
    expect(await rig.open().current()).toEqual(rig.target(7, 'blue', one.port));
    expect(await codeOf(rig.open().point(rig.target(6, 'green', two.port)))).toBe('GR7409');
    // What was counted before is not known any more, and is not made up.
    const answered = load.replies.filter(({ beganMs, seen }) => beganMs > killedMs && seen === '200 one').length;
    await until(async () => (await rig.load('blue')).requests === answered);
    expect((await rig.load('blue')).countedSinceAt).toBeGreaterThanOrEqual(before);
  });

  test('many that ensure at once get one HAProxy, and one whose starter died is simply found', async () => {
    const rig = await start();
    await Promise.all([rig.open().ensure(), rig.open().ensure(), rig.open().ensure(), rig.open().ensure()]);
    const found = haproxyProcesses(rig.stateDirectory);
    expect(found).toHaveLength(1);
    await rig.open().ensure();
    expect(haproxyProcesses(rig.stateDirectory)).toEqual(found);
  });

  test('one that hangs is neither up nor down, and is stopped all the same', async () => {
    const rig = await start();
    const one = await rig.app('one');
    await rig.open().point(rig.target(1, 'blue', one.port));
    process.kill(rig.pid!, 'SIGSTOP');
    const asked = [rig.open().current(), rig.open().ensure(), rig.open().point(rig.target(2, 'blue', one.port))];
    expect(await Promise.all(asked.map(codeOf))).toEqual(['GR7403', 'GR7403', 'GR7403']);
    expect(await failureOf(rig.open().current())).toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `^HAProxy "main" \\(process ${rig.pid}\\) gave no sure answer: .*end that process: it is brought up again`,
        ),
      ),
      where: rig.stateDirectory,
      do: expect.stringContaining('greenroom resume'),
    });
    await rig.open().stop();
    expect([haproxyProcesses(rig.stateDirectory), await rig.open().current()]).toEqual([[], null]);
  });

  test('a port of somebody else is named with its owner; other addresses than those it runs with are refused', async () => {
    const rig = await start();
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(rig.port, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    expect(await failureOf(rig.open().ensure())).toMatchObject({
      code: 'GR7402',
      message: expect.stringMatching(new RegExp(`127.0.0.1:${port} of "web" is taken by .*${process.pid}`)),
    });
    await new Promise((resolve) => stranger.close(resolve));
    await rig.open().ensure();
    const services = { web: { host: '127.0.0.1', port: await freePort() } };
    expect(await codeOf(rig.open({ services }).ensure())).toBe('GR7404');
    expect(await codeOf(rig.open({ services }).point(rig.target(1, 'blue', 1)))).toBe('GR7404');
    expect(await rig.seen()).toBe('503 nobody');
    await rig.open().stop();
    await rig.open({ services }).ensure();
    expect(await rig.seen(services.web.port)).toBe('503 nobody');
  });

  test('two HAProxies never share an address', async () => {
    const [rig, other] = [await start(), await start()];
    await rig.open().ensure();
    expect(await failureOf(other.open({ services: rig.services }).ensure())).toMatchObject({
      code: 'GR7402',
      message: expect.stringContaining('haproxy'),
    });
  });

  test('a mistake in the configuration is told with its line before anything is started', async () => {
    const rig = await start();
    const services = { 'no such name': { host: '127.0.0.1', port: await freePort() } };
    const failure = (await failureOf(rig.open({ services }).ensure()))!;
    const line = Number(failure.where?.split(':').at(-1));
    const written = readFileSync(join(rig.stateDirectory, 'haproxy.cfg'), 'utf8').split('\n')[line - 1]!.trim();
    expect(failure).toMatchObject({ code: 'GR7432', do: expect.stringContaining(`The line is "${written}"`) });
    expect(written).toContain('no such name');
    expect(rig.pid).toBeNull();
  });

  test('a folder too deep for the path of a socket', async () => {
    const rig = await start();
    const stateDirectory = join(rig.stateDirectory, 'deep '.repeat(12).trim(), 'd'.repeat(60));
    mkdirSync(stateDirectory, { recursive: true });
    const one = await rig.app('one');
    const handle = rig.open({ stateDirectory });
    try {
      expect(await handle.current()).toBeNull();
      await handle.point(rig.target(1, 'blue', one.port));
      expect([await handle.current(), await rig.seen()]).toEqual([rig.target(1, 'blue', one.port), '200 one']);
    } finally {
      await handle.stop();
    }
    expect(await handle.current()).toBeNull();
  });

  test('its sockets and its state are for the owner only', async () => {
    const rig = await start();
    const one = await rig.app('one');
    await rig.open().point(rig.target(1, 'blue', one.port));
    for (const name of ['control.sock', 'look.sock', 'haproxy-state.json', 'haproxy.cfg', 'haproxy.log'])
      expect([name, statSync(join(rig.stateDirectory, name)).mode & 0o077]).toEqual([name, 0]);
  });

  test('what callers got instead of an answer is counted, and when it began; what was repeated for them is not', async () => {
    const rig = await start();
    const one = await rig.app('one');
    await rig.open().point(rig.target(1, 'blue', one.port));
    const beforeAt = Date.now();
    // A service that accepts, and breaks off before or within its answer.
    const broken = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .on('data', (head) => {
          if (String(head).startsWith('GET /within')) {
            socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart');
            setTimeout(() => socket.destroy(), 50);
          } else if (++attempts % 2 === 0) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
          else socket.destroy();
        }),
    );
    let attempts = 0;
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    await rig.open().point(rig.target(2, 'green', (broken.address() as AddressInfo).port));
    try {
      expect(await rig.seen(rig.port, '/repeated')).toBe('200 nobody');
      expect(attempts).toBe(2);
      expect(await rig.load('green')).toMatchObject({ requests: 1, transportErrors: 0, firstErrorAt: null });
      await expect(rig.seen(rig.port, '/within')).rejects.toThrow('aborted');
      await until(async () => (await rig.load('green')).requests === 2);
      // HAProxy notes no time for an answer that had begun well.
      expect(await rig.load('green')).toMatchObject({ transportErrors: 1, status5xx: 0, firstErrorAt: null });
      // A body is not sent twice: the first attempt is the only one.
      const post = await ask({ port: rig.port, path: '/', method: 'POST', agent: false }, Buffer.from('x'));
      expect([post.status, attempts]).toEqual([502, 3]);
      const load = await rig.load('green');
      expect(load).toMatchObject({ requests: 3, transportErrors: 2, status5xx: 0 });
      expect(load.firstErrorAt).toBeGreaterThanOrEqual(beforeAt);
      expect(load.firstErrorAt).toBeLessThanOrEqual(Date.now());
      // Pointed to again, it begins anew.
      await rig.open().point(rig.target(3, 'green', (broken.address() as AddressInfo).port));
      expect(await rig.load('green')).toMatchObject({ requests: 0, transportErrors: 0, firstErrorAt: null });
      expect(await rig.load('blue')).toMatchObject({ requests: 0, transportErrors: 0, firstErrorAt: null });
    } finally {
      broken.close();
    }
  });

  test('one that an older Greenroom started serves on, and refuses what it does not know', async () => {
    const rig = await start();
    const program = join(rig.stateDirectory, 'older');
    const config = join(rig.stateDirectory, 'haproxy.cfg');
    writeFileSync(program, `#!/bin/sh\nsed -i '/^  node /d' ${config}\nexec haproxy "$@"\n`);
    chmodSync(program, 0o700);
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open({ program }).ensure();
    await rig.open().point(rig.target(1, 'blue', one.port));
    const { colour, release, services } = rig.target(2, 'green', two.port);
    const beside = { colour: colour!, release, services, gets: { kind: 'share', percent: 25 } } as const;
    const target = { ...rig.target(2, 'blue', one.port), beside };
    expect(await codeOf(rig.open().point(target))).toBe('GR7437');
    expect([await rig.open().current(), await rig.seen()]).toEqual([rig.target(1, 'blue', one.port), '200 one']);
    // The refused target has used up no epoch.
    expect(await rig.open().point(rig.target(2, 'green', two.port))).toEqual(rig.target(2, 'green', two.port));
    await rig.kill();
    expect(await rig.open().point({ ...target, epoch: 3 })).toEqual({ ...target, epoch: 3 });
  });

  test('a secret of a preview is in no message', async () => {
    const rig = await start();
    const secret = 's'.repeat(40);
    const commands = [`add map target.map active 4:blue1:preview:elsewhere:${secret}`, `clear map target.map`];
    await rig.open().ensure();
    const control = { directory: rig.stateDirectory, socket: 'control.sock' } as const;
    await askRuntime({ ...control, commands: [commands[1]!, commands[0]!] });
    const failure = await failureOf(rig.open().current());
    expect(failure).toMatchObject({
      code: 'GR7434',
      message: expect.stringContaining('4:blue1:preview:elsewhere:***'),
    });
    expect(JSON.stringify(failure)).not.toContain(secret);
  });

  test('a caller who goes away is no error and is not waited for', async () => {
    const rig = await start();
    const one = await rig.app('one');
    await rig.open().point(rig.target(1, 'blue', one.port));
    const leaving = ask({
      port: rig.port,
      path: '/slow?ms=60000',
      agent: false,
      timeout: 200,
      signal: AbortSignal.timeout(500),
    });
    await until(async () => (await rig.load('blue')).httpInFlight === 1);
    await expect(leaving).rejects.toThrow('aborted');
    await until(async () => (await rig.load('blue')).httpInFlight === 0);
    expect(await rig.load('blue')).toMatchObject({ requests: 1, status5xx: 0, transportErrors: 0, firstErrorAt: null });
  });

  test('services see who called; what a neighbour says of it is believed and kept', async () => {
    const rig = await start();
    const one = await rig.app('one');
    await rig.open().point(rig.target(1, 'blue', one.port));
    const headers = async (sent: Record<string, string>) => {
      const { text } = await ask({ port: rig.port, path: '/headers', agent: false, headers: sent });
      const raw = (JSON.parse(text) as { headers: string[] }).headers;
      return (name: string) => raw.filter((_, index) => index % 2 === 1 && raw[index - 1]!.toLowerCase() === name);
    };
    const plain = await headers({ host: 'app.example', upgrade: 'h2c', connection: 'upgrade' });
    expect([plain('x-forwarded-for'), plain('x-forwarded-proto'), plain('x-forwarded-host'), plain('upgrade')]).toEqual(
      [...[['127.0.0.1'], ['http'], ['app.example'], []]],
    );
    const behind = await headers({
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      forwarded: 'for=x',
    });
    expect([behind('x-forwarded-for'), behind('x-forwarded-proto'), behind('forwarded')]).toEqual([
      ...[['203.0.113.9', '127.0.0.1'], ['https'], ['for=x']],
    ]);
  });
});

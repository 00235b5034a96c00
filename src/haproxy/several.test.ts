import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../edge/testing/rig.ts';
import { FailureError, type Failure } from '../domain/failure.ts';
import { programArguments } from './haproxy-processes.ts';
import { askRuntime } from './runtime-door.ts';
import { codeOf } from './testing/code-of.ts';
import { haproxyProgram, Rig } from './testing/rig.ts';
import { steadyLoad } from './testing/steady-load.ts';

const rigs: Rig[] = [];
const start = async (count = 3): Promise<Rig> => {
  const rig = await Rig.several(count);
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

/** What each proxy answers with, the main one first. */
const seen = (rig: Rig): Promise<string[]> => Promise.all(rig.ports.map((port) => rig.seen(port)));
const all = (rig: Rig, what: string): string[] => rig.ports.map(() => what);

/** Blue serves by epoch 1; the target that moves everything to green by epoch 2. */
async function blueServes(rig: Rig) {
  const [one, two] = [await rig.app('one'), await rig.app('two')];
  const [blue, green] = [rig.target(1, 'blue', one.port), rig.target(2, 'green', two.port)];
  await rig.open().point(blue);
  expect(await seen(rig)).toEqual(all(rig, '200 one'));
  return { blue, green };
}

/** Keeps the proxy called `two` from following while the others do: it takes changes from one caller after the other. */
async function holdUp(rig: Rig): Promise<void> {
  const earlier = connect(join(rig.folderOf('two'), 'control.sock')).on('error', () => undefined);
  await new Promise((resolve) => earlier.on('connect', resolve));
  // Who says nothing for five seconds is sent away.
  const beat = setInterval(() => earlier.write(' '), 500);
  earlier.on('close', () => clearInterval(beat));
}

/** The configuration and the map that a proxy would be started with. */
const filesOf = (rig: Rig, name: string) =>
  ['haproxy.cfg', 'target.map'].map((file) => {
    const path = join(rig.folderOf(name), file);
    const text = readFileSync(path, 'utf8');
    return () => writeFileSync(path, text);
  });

/** As somebody would who knows nothing of Greenroom. */
async function startByHand(rig: Rig, name: string): Promise<void> {
  const { PATH } = process.env;
  spawn('haproxy', ['-db', ...programArguments(rig.folderOf(name))], {
    ...{ stdio: 'ignore', detached: true, env: { PATH: `${PATH}:/usr/sbin` } },
  }).unref();
  const port = rig.ports[['main', ...Object.keys(rig.others)].indexOf(name)]!;
  await until(
    () =>
      rig.seen(port).then(
        () => true,
        () => false,
      ),
    20_000,
  );
}

describe.skipIf(haproxyProgram() === null)('several real HAProxys that are disturbed (needs haproxy)', () => {
  test('F075 switches under load lose nothing at any of them', async () => {
    const rig = await start(2);
    const { blue, green } = await blueServes(rig);
    const loads = rig.ports.map((port) => steadyLoad(port, 6));
    const answered = (): number => Math.min(...loads.map(({ replies }) => replies.length));
    for (const [index, target] of [green, { ...blue, epoch: 3 }, { ...green, epoch: 4 }].entries()) {
      await until(() => answered() > (index + 1) * 150, 60_000);
      await rig.open().prepare(target);
      await rig.open().point(target);
    }
    const before = answered();
    await until(() => answered() > before + 150, 60_000);
    for (const load of loads) await load.stop();
    for (const { replies } of loads) {
      expect(replies.filter((reply) => !/^200 (one|two)$/.test(reply.seen))).toEqual([]);
      expect(replies.at(-1)!.seen).toBe('200 two');
    }
  });

  test('F073 one that was killed before is brought up, and all of them switch', async () => {
    const rig = await start();
    const { green } = await blueServes(rig);
    await rig.kill(['two']);
    expect([await rig.open().current(), await rig.open().down!()]).toEqual([null, ['two']]);
    expect(await rig.open().point(green)).toEqual(green);
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 two'), green]);
  });

  test('F073 one that cannot come up: none of them switches, and the epoch is not used up', async () => {
    const rig = await start();
    const { blue, green } = await blueServes(rig);
    await rig.kill(['two']);
    const stranger = createServer();
    // The kernel gives the port back a moment after the process has ended.
    await new Promise<void>((resolve) => {
      const listen = (): unknown => stranger.listen(rig.ports[1], '127.0.0.1', resolve);
      stranger.on('error', () => setTimeout(listen, 20));
      listen();
    });
    try {
      expect(await failureOf(rig.open().prepare(green))).toMatchObject({ code: 'GR7402' });
      expect(await failureOf(rig.open().point(green))).toMatchObject({ code: 'GR7402' });
      expect([await rig.seen(rig.ports[0]), await rig.seen(rig.ports[2])]).toEqual(['200 one', '200 one']);
    } finally {
      await new Promise((resolve) => stranger.close(resolve));
    }
    await rig.open().ensure();
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 one'), blue]);
    expect(await rig.open().point(rig.target(2, 'blue', green.services['web']!.port))).toMatchObject({ epoch: 2 });
  });

  test('F073 one that hangs before the first has switched: none of them does', async () => {
    const rig = await start();
    const { green } = await blueServes(rig);
    await rig.open().prepare(green);
    process.kill(rig.pidOf('two')!, 'SIGSTOP');
    const failure = await failureOf(rig.open().point(green));
    expect(failure).toMatchObject({ code: 'GR7403', where: rig.folderOf('two') });
    expect(failure!.message).toContain(`HAProxy "two" (process ${rig.pidOf('two')})`);
    expect([await rig.seen(rig.ports[0]), await rig.seen(rig.ports[2])]).toEqual(['200 one', '200 one']);
    process.kill(rig.pidOf('two')!, 'SIGCONT');
    expect(await seen(rig)).toEqual(all(rig, '200 one'));
    expect(await rig.open().point(green)).toEqual(green);
    expect(await seen(rig)).toEqual(all(rig, '200 two'));
  });

  test('F073 one that is killed when others have switched comes up with what they were switched to', async () => {
    const rig = await start();
    const { green } = await blueServes(rig);
    await rig.open().prepare(green);
    await holdUp(rig);
    const pointing = rig.open().point(green);
    await until(
      async () => (await rig.seen(rig.ports[0])) === '200 two' && (await rig.seen(rig.ports[2])) === '200 two',
    );
    expect(await rig.seen(rig.ports[1])).toBe('200 one');
    await rig.kill(['two']);
    expect(await pointing).toEqual(green);
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 two'), green]);
  });

  test('F073 one that hangs when others have switched is named, and nothing is called switched before it was read back', async () => {
    const rig = await start();
    const { green } = await blueServes(rig);
    await rig.open().prepare(green);
    await holdUp(rig);
    const pointing = failureOf(rig.open().point(green));
    await until(async () => (await rig.seen(rig.ports[0])) === '200 two');
    process.kill(rig.pidOf('two')!, 'SIGSTOP');
    const failure = (await pointing)!;
    expect(failure).toMatchObject({
      code: 'GR7471',
      message: expect.stringMatching(/"two": .*Switched and read back: "main", "three"\.$/),
    });
    expect(failure.message).toContain(String(rig.pidOf('two')));
    expect(await codeOf(rig.open().current())).toBe('GR7403');
    expect(await codeOf(rig.open().point(green))).toBe('GR7403');
    await rig.kill(['two']);
    await rig.open().ensure();
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 two'), green]);
  }, 90_000);

  test('F074 one that somebody starts with files of an earlier day is told apart by name, and brought to the newest', async () => {
    const rig = await start();
    const { green } = await blueServes(rig);
    const putBack = filesOf(rig, 'two');
    await rig.open().point(green);
    await rig.kill(['two']);
    for (const put of putBack) put();
    await startByHand(rig, 'two');
    expect(await seen(rig)).toEqual(['200 two', '200 one', '200 two']);
    const failure = await failureOf(rig.open().current());
    expect(failure).toMatchObject({
      code: 'GR7470',
      message: expect.stringMatching(/"main" green .* epoch 2, "two" blue .* epoch 1, "three" green .* epoch 2/),
    });
    await rig.open().ensure();
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 two'), green]);
    // What its next start would read is the newest too.
    await rig.kill(['two']);
    await startByHand(rig, 'two');
    expect(await seen(rig)).toEqual(all(rig, '200 two'));
  });

  test('F074 alone, one that is started with files of an earlier day is brought to the newest too', async () => {
    const rig = await start(1);
    const { blue, green } = await blueServes(rig);
    const putBack = filesOf(rig, 'main');
    await rig.open().point(green);
    // Its start is told in whole seconds.
    const pointedAt = Date.now();
    await until(() => Date.now() > pointedAt + 1_100);
    await rig.kill();
    for (const put of putBack) put();
    await startByHand(rig, 'main');
    expect([await seen(rig), await rig.open().current()]).toEqual([['200 one'], blue]);
    await rig.open().ensure();
    expect([await seen(rig), await rig.open().current()]).toEqual([['200 two'], green]);
  });

  test('a switch that was persisted and reached none of them is not finished by looking after them', async () => {
    const rig = await start(2);
    const { blue, green } = await blueServes(rig);
    await rig.open().point(green);
    for (const name of ['main', 'two'])
      await askRuntime({
        ...{ directory: rig.folderOf(name), socket: 'control.sock' },
        commands: ['set map target.map active 1:blue1'],
      });
    await rig.open().ensure();
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 one'), blue]);
    expect(await rig.open().point(green)).toEqual(green);
    expect(await seen(rig)).toEqual(all(rig, '200 two'));
  });

  test('F006 many that point at once: the highest epoch has the traffic of all of them', async () => {
    const rig = await start();
    const [one, two] = [await rig.app('one'), await rig.app('two')];
    await rig.open().ensure();
    const codes = await Promise.all(
      [4, 9, 2, 7, 3].map(async (epoch) => {
        const target = epoch % 2 === 0 ? rig.target(epoch, 'blue', one.port) : rig.target(epoch, 'green', two.port);
        const prepared = await codeOf(rig.open().prepare(target));
        return [prepared, await codeOf(rig.open().point(target))];
      }),
    );
    expect(codes[1]).toEqual(['no failure', 'no failure']);
    expect(codes.flat().every((code) => code === 'no failure' || code === 'GR7409')).toBe(true);
    expect([await seen(rig), await rig.open().current()]).toEqual([
      all(rig, '200 two'),
      rig.target(9, 'green', two.port),
    ]);
  });

  test('when one has died and counts from zero, nothing that another has counted comes in twice', async () => {
    const rig = await start(2);
    await blueServes(rig);
    for (const port of [...rig.ports, ...rig.ports]) await rig.seen(port, '/status?code=500');
    const before = await rig.load('blue');
    expect(before).toMatchObject({ requests: 6, status5xx: 4 });
    expect(before.firstErrorAt).not.toBeNull();
    await rig.kill(['two']);
    const after = await rig.load('blue');
    expect(after).toMatchObject({ requests: 0, status5xx: 0, firstErrorAt: null });
    expect(after.countedSinceAt).toBeGreaterThan(before.countedSinceAt);
    for (const port of rig.ports) await rig.seen(port);
    expect(await rig.load('blue')).toMatchObject({ requests: 2, status5xx: 0, countedSinceAt: after.countedSinceAt });
  });

  test('one that is asked for later serves what the others do; one that is not any more goes with them until it is stopped', async () => {
    const rig = await start(2);
    const { blue, green } = await blueServes(rig);
    const three = (await Rig.several(3)).others['three']!;
    rig.others['three'] = three;
    await rig.open().ensure();
    expect([await seen(rig), await rig.open().current()]).toEqual([all(rig, '200 one'), blue]);
    const { web } = rig.others['two']!;
    delete rig.others['two'];
    await rig.open().point(green);
    expect([await seen(rig), await rig.seen(web!.port)]).toEqual([all(rig, '200 two'), '200 two']);
    await rig.open().stop();
    expect(['main', 'two', 'three'].map((name) => rig.pidOf(name))).toEqual([null, null, null]);
    expect(await rig.open().current()).toBeNull();
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import { waitStepsMs } from '../../domain/waiting-requests.ts';
import type { Colour } from '../driver.ts';
import type { TrafficHandle, TrafficPlace, TrafficTarget } from '../traffic.ts';
import { besideContract } from './beside-contract.ts';

/** A plug on a real system: one service `web` at a public address, apps that say their release, and nothing up yet. */
export interface TrafficHarness {
  /** Another handle on the same environment, as another process would have it. */
  open(services?: TrafficPlace['services']): TrafficHandle;
  /** Starts an app and answers the target that points to it. */
  app(release: string): Promise<(epoch: number, colour: Colour) => TrafficTarget>;
  /** Asks the public address on a new connection: status, and the release that answered. */
  ask(path: string): Promise<{ readonly status: number; readonly release: string | null } | 'nobody listens'>;
  /** The same with headers of the caller, on a connection that is kept, and all that came back. */
  tell(path: string, headers: Readonly<Record<string, string>>): Promise<Told>;
  /** Opens a WebSocket at the public address: the release that it reached. */
  session(headers: Readonly<Record<string, string>>): Promise<string>;
  /** SIGKILL to the app of a release. */
  killApp(release: string): Promise<void>;
  /** A path that lets the app answer with the headers that it got, as `{ "headers": [name, value, …] }`. */
  readonly echoPath: string;
  /** Asks, waits a moment, and leaves: before the app has answered anything, or with its answer begun. */
  leave(when: 'before the answer' | 'in the answer'): Promise<void>;
  /** Asks and stays until it is told to go: nothing is answered, the answer does not end, the question is not yet whole, or is too large and not taken. */
  stay(when: 'before the answer' | 'in the answer' | 'in the question' | 'in an upload'): () => void;
  /** A path that the app answers after so many milliseconds. */
  slowPath(ms: number): string;
  /** A path that lets the app answer with this status. */
  pathFor(status: number): string;
  /** SIGKILL to everything of the proxy. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Told {
  readonly status: number;
  readonly release: string | null;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** What every traffic plug must do; run by the test of each. */
export function trafficContract(name: string, make: () => Promise<TrafficHarness>): void {
  describe(`traffic contract: ${name}`, () => {
    let it: TrafficHarness;
    let handle: TrafficHandle;
    beforeEach(async () => {
      it = await make();
      handle = it.open();
    });
    afterEach(() => it.dispose());
    const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
      work.then(
        () => 'no failure',
        (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : String(error)),
      );

    test('opening touches nothing; ensured, it answers that nobody serves, and ensuring again changes nothing', async () => {
      expect([await handle.current(), await it.ask('/')]).toEqual([null, 'nobody listens']);
      await handle.ensure();
      await it.open().ensure();
      expect(await handle.current()).toMatchObject({ colour: null, release: null });
      expect(await it.ask('/')).toMatchObject({ status: 503 });
    });

    test('it tells on which public addresses it listens, also to a handle for others, and nothing when it is down', async () => {
      expect(await handle.listeners()).toBeNull();
      await handle.ensure();
      const listeners = await it.open().listeners();
      expect(Object.keys(listeners ?? {})).toEqual(['web']);
      const other = { web: { host: '127.0.0.1', port: listeners!.web!.port === 9 ? 10 : 9 } };
      expect(await it.open(other).listeners()).toEqual(listeners);
      expect(await codeOf(it.open(other).ensure())).toBe('GR7404');
      await it.kill();
      expect(await handle.listeners()).toBeNull();
    });

    test('pointing moves every new request, and reads back the same from every handle', async () => {
      await handle.ensure();
      const [one, two] = [await it.app('one'), await it.app('two')];
      expect(await handle.point(one(1, 'blue'))).toEqual(one(1, 'blue'));
      expect(await it.ask('/')).toEqual({ status: 200, release: 'one' });
      await it.open().point(two(2, 'green'));
      for (let count = 0; count < 5; count += 1) expect(await it.ask('/')).toEqual({ status: 200, release: 'two' });
      expect([await handle.current(), await it.open().current()]).toEqual([two(2, 'green'), two(2, 'green')]);
      await handle.point({ epoch: 3, colour: null, release: null, services: {} });
      expect(await it.ask('/')).toMatchObject({ status: 503 });
    });

    test('what is prepared moves nothing, not even by a death of the proxy, and is then pointed to as always', async () => {
      await handle.ensure();
      const [one, two, three] = [await it.app('one'), await it.app('two'), await it.app('three')];
      await handle.point(one(1, 'blue'));
      await handle.prepare(two(2, 'green'));
      expect([await handle.current(), await it.ask('/')]).toEqual([one(1, 'blue'), { status: 200, release: 'one' }]);
      expect(await it.open().point(two(2, 'green'))).toEqual(two(2, 'green'));
      expect([await handle.current(), await it.ask('/')]).toEqual([two(2, 'green'), { status: 200, release: 'two' }]);
      await handle.prepare(one(3, 'blue'));
      await it.kill();
      await it.open().ensure();
      expect([await handle.current(), await it.ask('/')]).toEqual([two(2, 'green'), { status: 200, release: 'two' }]);
      // Another target comes between, at the place that was prepared: what was prepared after the old state is of no use.
      await it.open().point(three(4, 'blue'));
      expect(await codeOf(handle.point(one(3, 'blue')))).toBe('GR7409');
      expect([await handle.current(), await it.ask('/')]).toEqual([
        three(4, 'blue'),
        { status: 200, release: 'three' },
      ]);
      await handle.prepare(one(5, 'green'));
      expect(await handle.point(two(5, 'green'))).toEqual(two(5, 'green'));
      expect(await it.ask('/')).toEqual({ status: 200, release: 'two' });
    });

    test('what could not be pointed to is not prepared', async () => {
      await handle.ensure();
      const [one, two] = [await it.app('one'), await it.app('two')];
      await handle.point(one(5, 'blue'));
      expect(await codeOf(handle.prepare(two(4, 'green')))).toBe('GR7409');
      expect(await codeOf(handle.prepare(two(5, 'green')))).toBe('GR7411');
      expect(await codeOf(handle.prepare({ ...two(6, 'green'), services: {} }))).toBe('GR7410');
      await handle.prepare(one(5, 'blue'));
      expect(await handle.current()).toEqual(one(5, 'blue'));
    });

    test('F007 a lower epoch is refused and moves nothing; the same target again is welcome', async () => {
      await handle.ensure();
      const [one, two] = [await it.app('one'), await it.app('two')];
      await handle.point(one(5, 'blue'));
      expect(await codeOf(handle.point(two(4, 'green')))).toBe('GR7409');
      expect(await codeOf(handle.closeSessions('blue', 4))).toBe('GR7409');
      expect(await handle.point(one(5, 'blue'))).toEqual(one(5, 'blue'));
      expect([await handle.current(), await it.ask('/')]).toEqual([one(5, 'blue'), { status: 200, release: 'one' }]);
    });

    test('killed, it is down, and comes up with what it last pointed to and with its fence', async () => {
      await handle.ensure();
      const [one, two] = [await it.app('one'), await it.app('two')];
      await handle.point(one(5, 'blue'));
      await it.kill();
      expect(await it.open().current()).toBeNull();
      await it.open().ensure();
      expect([await handle.current(), await it.ask('/')]).toEqual([one(5, 'blue'), { status: 200, release: 'one' }]);
      expect(await codeOf(handle.point(two(4, 'green')))).toBe('GR7409');
    });

    test('requests and bad answers are counted for the colour that gave them', async () => {
      await handle.ensure();
      const [one, two] = [await it.app('one'), await it.app('two')];
      await handle.point(one(1, 'blue'));
      for (let count = 0; count < 3; count += 1) await it.ask('/');
      await handle.point(two(2, 'green'));
      const beforeAt = Date.now();
      for (const status of [200, 500, 503, 404]) expect(await it.ask(it.pathFor(status))).toMatchObject({ status });
      const [blue, green] = ['blue', 'green'].map(
        (colour) => async () => (await handle.load()).find((each) => each.colour === colour),
      );
      expect(await blue!()).toMatchObject({ requests: 3, status5xx: 0, transportErrors: 0, firstErrorAt: null });
      expect(await green!()).toMatchObject({ requests: 4, status5xx: 2, transportErrors: 0, httpInFlight: 0 });
      expect((await green!())!.firstErrorAt).toBeGreaterThanOrEqual(beforeAt - 1_000);
    });

    test('F076 who leaves without an answer is counted, and who leaves in the middle of one is not', async () => {
      await handle.ensure();
      await handle.point((await it.app('one'))(1, 'blue'));
      const ended = async (count: number) => {
        for (;;) {
          const load = (await handle.load()).find(({ colour }) => colour === 'blue');
          if (load && load.httpInFlight === 0 && load.requests >= count) return load;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      await it.ask(it.pathFor(404));
      await it.leave('in the answer');
      expect(await ended(2)).toMatchObject({ requests: 2, givenUp: 0, status5xx: 0, transportErrors: 0 });
      await it.leave('before the answer');
      await it.leave('before the answer');
      expect(await ended(4)).toMatchObject({ requests: 4, givenUp: 2, status5xx: 0, transportErrors: 0 });
    });

    test('F076 how long somebody has waited for an answer is told, and how long the slowest answer took', async () => {
      await handle.ensure();
      await handle.point((await it.app('one'))(1, 'blue'));
      const told = async () => (await handle.load()).find(({ colour }) => colour === 'blue')!;
      expect(await told()).toMatchObject({ unanswered: waitStepsMs.map(() => 0), slowestAnswerMs: 0 });
      const whens = ['before the answer', 'in an upload', 'in the answer', 'in the question'] as const;
      const leaving = whens.map((when) => it.stay(when));
      const askedMs = performance.now();
      while ((await told()).unanswered?.[1] !== 2) {
        expect((await told()).unanswered![0]).toBeLessThanOrEqual(2);
        expect(performance.now() - askedMs).toBeLessThan(15_000);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(performance.now() - askedMs).toBeGreaterThan(2_000);
      expect((await told()).unanswered).toEqual([2, 2, 0, 0, 0, 0, 0, 0]);
      for (const leave of leaving) leave();
      await it.ask(it.slowPath(1_200));
      const { unanswered, slowestAnswerMs } = await told();
      // Who has left in an upload that is not taken need not be noticed.
      expect(unanswered![0]).toBeLessThanOrEqual(1);
      expect([slowestAnswerMs >= 1_100, slowestAnswerMs < 10_000]).toEqual([true, true]);
    });

    besideContract(() => ({ it, handle }));

    test('stopped, it is gone, also when it is stopped again or never ran', async () => {
      await it.open().stop();
      await handle.ensure();
      await handle.stop();
      await it.open().stop();
      expect([await handle.current(), await it.ask('/')]).toEqual([null, 'nobody listens']);
    });
  });
}

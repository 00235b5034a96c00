import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import { largestPageBytes, type MaintenancePage } from '../maintenance.ts';
import type { TrafficHandle } from '../traffic.ts';
import type { TrafficHarness } from './traffic-contract.ts';

export interface MaintenanceHarness extends TrafficHarness {
  /** Asks the public address on a new connection, with headers of one's own. */
  fetch(
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly text: string;
  }>;
}

/** Characters that a configuration, a map or a quoted string would stumble over. */
const html = `<!doctype html> <p>We're back soon; "50 %" of it is \\done, %[date] Grüße</p>`;
const problem = JSON.stringify({ type: 'about:blank', title: 'Maintenance', status: 503 });
const pageOf = (over: Partial<MaintenancePage> = {}): MaintenancePage => ({
  ...{ html, problem, retryAfter: '300', open: ['/health'], by: 'ada', since: 1, notice: null, until: null },
  ...over,
});

/** What every traffic plug must do with a page for maintenance. */
export function maintenanceContract(name: string, make: () => Promise<MaintenanceHarness>): void {
  describe(`maintenance contract: ${name}`, () => {
    let it: MaintenanceHarness;
    let handle: TrafficHandle;
    beforeEach(async () => {
      it = await make();
      handle = it.open();
      await handle.ensure();
      const one = await it.app('one');
      await handle.point(one(1, 'blue'));
    });
    afterEach(() => it.dispose());
    const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
      work.then(
        () => 'no failure',
        (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : String(error)),
      );
    const served = () => it.fetch('/').then(({ status }) => status);

    test('everybody gets the page, byte for byte, until it is taken away; what is asked for health is let through', async () => {
      expect([await handle.maintenance(), await served()]).toEqual([null, 200]);
      await handle.maintain({ epoch: 2, page: pageOf() });
      expect(await it.open().maintenance()).toEqual(pageOf());
      const seen = await it.fetch('/any?thing=1', { accept: 'text/html,application/json;q=0.5' });
      expect(seen).toMatchObject({ status: 503, text: html });
      expect(seen.headers).toMatchObject({
        ...{ 'content-type': 'text/html; charset=utf-8', 'retry-after': '300', 'cache-control': 'no-store' },
      });
      expect((await it.fetch('/health?deep=1')).status).not.toBe(503);
      expect((await it.fetch('/healthy')).status).toBe(503);
      await handle.maintain({ epoch: 3, page: null });
      expect([await it.open().maintenance(), await served()]).toEqual([null, 200]);
    });

    test('a program that asks for JSON gets a problem document', async () => {
      await handle.maintain({ epoch: 2, page: pageOf() });
      const seen = await it.fetch('/api', { accept: 'application/json' });
      expect([seen.status, seen.headers['content-type'], JSON.parse(seen.text)]).toEqual([
        ...[503, 'application/problem+json', JSON.parse(problem)],
      ]);
    });

    test('an older wish changes nothing, whichever way; the same again is welcome', async () => {
      await handle.maintain({ epoch: 5, page: pageOf() });
      expect(await codeOf(it.open().maintain({ epoch: 4, page: null }))).toBe('GR7409');
      await handle.maintain({ epoch: 5, page: pageOf() });
      expect(await served()).toBe(503);
      await handle.maintain({ epoch: 6, page: null });
      expect(await codeOf(handle.maintain({ epoch: 5, page: pageOf() }))).toBe('GR7409');
      expect(await served()).toBe(200);
    });

    test('a page takes the place of another without a gap, also the largest', async () => {
      await handle.maintain({ epoch: 2, page: pageOf() });
      const large = pageOf({ html: 'x'.repeat(largestPageBytes), open: ['/other'], retryAfter: '60' });
      await handle.maintain({ epoch: 3, page: large });
      expect(await it.fetch('/')).toMatchObject({ text: large.html, headers: { 'retry-after': '60' } });
      expect((await it.fetch('/health')).status).toBe(503);
    });

    test('traffic is pointed beneath it by lower epochs as by higher ones, and it is not counted against a release', async () => {
      const two = await it.app('two');
      await handle.maintain({ epoch: 9, page: pageOf() });
      await handle.point(two(2, 'green'));
      expect(await handle.current()).toEqual(two(2, 'green'));
      for (let count = 0; count < 3; count += 1) expect(await served()).toBe(503);
      const green = (await handle.load()).find(({ colour }) => colour === 'green');
      expect(green?.status5xx ?? 0).toBe(0);
      await handle.maintain({ epoch: 10, page: null });
      expect(await it.ask('/')).toEqual({ status: 200, release: 'two' });
    });

    test('killed, the proxy comes back with its page and with the fence of it', async () => {
      await handle.maintain({ epoch: 5, page: pageOf() });
      await it.kill();
      expect(await it.open().maintenance()).toBeNull();
      await it.open().ensure();
      expect([await served(), await handle.maintenance()]).toEqual([503, pageOf()]);
      expect(await codeOf(handle.maintain({ epoch: 4, page: null }))).toBe('GR7409');
    });
  });
}

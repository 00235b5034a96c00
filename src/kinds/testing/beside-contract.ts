import { describe, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import { drawCookie, draws, previewCookie, previewHeader } from '../beside.ts';
import type { Colour } from '../driver.ts';
import type { Gets, TrafficHandle, TrafficTarget } from '../traffic.ts';
import type { TrafficHarness } from './traffic-contract.ts';

type Make = (epoch: number, colour: Colour) => TrafficTarget;

const secret = 'kQ3_-9vZ'.repeat(5);
const preview: Gets = { kind: 'preview', secret };
const share = (percent: number): Gets => ({ kind: 'share', percent });
const byHeader = { [previewHeader]: secret };

/** Blue serves as `one`, green stands beside it as `two`. */
const both = (one: Make, two: Make, epoch: number, gets: Gets): TrafficTarget => {
  const { colour, release, services } = two(epoch, 'green');
  return { ...one(epoch, 'blue'), beside: { colour: colour!, release, services, gets } };
};

const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : String(error)),
  );

/** What a traffic plug must do with a colour beside the one that serves: a preview, and a share of a gradual shift. */
export function besideContract(now: () => { readonly it: TrafficHarness; readonly handle: TrafficHandle }): void {
  const begin = async () => {
    const { it, handle } = now();
    await handle.ensure();
    const [one, two] = [await it.app('one'), await it.app('two')];
    const ask = async (headers: Readonly<Record<string, string>> = {}, path = '/') =>
      (await it.tell(path, headers)).release;
    const loads = async () => {
      const all = await handle.load();
      return (['blue', 'green'] as const).map((colour) => all.find((each) => each.colour === colour));
    };
    return { it, handle, one, two, ask, loads };
  };

  describe('preview', () => {
    test('who carries the secret in header or cookie reaches the colour beside, and nobody else does', async () => {
      const { handle, it, one, two, ask } = await begin();
      const target = both(one, two, 3, preview);
      expect(await handle.point(target)).toEqual(target);
      expect(await it.open().current()).toEqual(target);
      expect(await ask(byHeader)).toBe('two');
      expect(await ask({ cookie: `a=1; ${previewCookie}=${secret}; b=2` })).toBe('two');
      const strangers = [
        {},
        { [previewHeader]: '' },
        { [previewHeader]: secret.slice(0, -1) },
        { [previewHeader]: `${secret}x` },
        { [previewHeader]: secret.toLowerCase() },
        { [previewHeader]: 'preview' },
        { cookie: `${previewCookie}=` },
        { cookie: `not_${previewCookie}=${secret}` },
        { cookie: `a=${secret}` },
        { 'x-other': secret },
      ];
      for (const headers of strangers) expect([headers, await ask(headers)]).toEqual([headers, 'one']);
      expect([await it.session(byHeader), await it.session({})]).toEqual(['two', 'one']);
    });

    test('its answers say so and are kept by no cache; a cache tells the others apart', async () => {
      const { handle, it, one, two } = await begin();
      await handle.point(both(one, two, 3, preview));
      const [seen, plain] = [await it.tell('/', byHeader), await it.tell('/', {})];
      expect(seen.headers).toMatchObject({ [previewHeader]: 'green', 'cache-control': 'private, no-store' });
      expect([seen.headers['vary'], plain.headers['vary']]).toEqual([previewHeader, previewHeader]);
      expect([plain.headers[previewHeader], plain.headers['cache-control']]).toEqual([undefined, undefined]);
      await handle.point(one(4, 'blue'));
      const after = await it.tell('/', byHeader);
      expect([after.release, after.headers[previewHeader], after.headers['vary']]).toEqual([
        'one',
        undefined,
        undefined,
      ]);
    });

    test('the secret and the draw stay at the proxy, whoever serves; other cookies come through', async () => {
      const { handle, it, one, two } = await begin();
      const own = `${previewCookie}=${secret}`;
      const draw = `${drawCookie}=7`;
      const heard = async (headers: Readonly<Record<string, string>>) => {
        const { text } = await it.tell(it.echoPath, headers);
        expect(text).not.toContain(secret);
        expect(text).not.toContain('greenroom');
        const got = (JSON.parse(text) as { headers: readonly string[] }).headers;
        return got.find((_, i) => i % 2 === 1 && got[i - 1]!.toLowerCase() === 'cookie') ?? null;
      };
      for (const target of [both(one, two, 3, preview), one(4, 'blue'), both(one, two, 5, share(50))]) {
        await handle.point(target);
        expect(await heard({ ...byHeader, cookie: 'a=1; b="2,3"' })).toBe('a=1; b="2,3"');
        for (const cookie of [own, draw, `${own}; ${draw}`]) expect(await heard({ cookie })).toBeNull();
        for (const cookie of [`${own}; a=1; b=2`, `a=1; ${own}; b=2`, `a=1; ${draw}; b=2; ${own}`])
          expect(await heard({ cookie })).toBe('a=1; b=2');
      }
    });

    test('F007 it is fenced as every target is, and what is none is refused', async () => {
      const { handle, it, one, two, ask } = await begin();
      await handle.point(both(one, two, 5, preview));
      expect(await codeOf(it.open().point(one(4, 'blue')))).toBe('GR7409');
      expect(await codeOf(it.open().point(both(one, two, 4, preview)))).toBe('GR7409');
      expect(await codeOf(handle.point(both(one, two, 5, preview)))).toBe('no failure');
      const other = secret.replace('k', 'l');
      for (const target of [
        one(5, 'blue'),
        both(one, two, 5, share(25)),
        both(one, two, 5, { kind: 'preview', secret: other }),
      ])
        expect(await codeOf(handle.point(target))).toBe('GR7411');
      const good = both(one, two, 6, preview);
      for (const wrong of [
        both(one, two, 6, { kind: 'preview', secret: 'guessed' }),
        both(one, two, 6, { kind: 'preview', secret: `${secret} ;x` }),
        both(one, two, 6, share(0)),
        both(one, two, 6, share(100)),
        both(one, two, 6, share(12.5)),
        { ...good, beside: { ...good.beside!, colour: 'blue' as const } },
        { ...good, beside: { ...good.beside!, services: {} } },
        { ...good, colour: null, release: null, services: {} },
      ])
        expect([wrong, await codeOf(handle.point(wrong))]).toEqual([wrong, 'GR7410']);
      expect([await ask(byHeader), await ask()]).toEqual(['two', 'one']);
    });

    test('it outlives the proxy, and ends with the next target', async () => {
      const { handle, it, one, two, ask } = await begin();
      await handle.point(both(one, two, 5, preview));
      await it.kill();
      await it.open().ensure();
      expect(await handle.current()).toEqual(both(one, two, 5, preview));
      expect([await ask(byHeader), await ask()]).toEqual(['two', 'one']);
      await handle.point(two(6, 'green'));
      expect([await ask(byHeader), await ask()]).toEqual(['two', 'two']);
      await handle.point(one(7, 'blue'));
      expect([await ask(byHeader), await ask()]).toEqual(['one', 'one']);
    });

    test('its bad answers are counted for its colour alone, and not against it once it serves', async () => {
      const { handle, it, one, two, ask, loads } = await begin();
      await handle.point(one(1, 'blue'));
      for (let count = 0; count < 3; count += 1) await ask();
      await handle.point(both(one, two, 2, preview));
      for (const status of [500, 503]) await it.tell(it.pathFor(status), byHeader);
      for (let count = 0; count < 2; count += 1) await ask();
      // Blue keeps its place and goes on counting.
      const [blue, green] = await loads();
      expect(blue).toMatchObject({ requests: 5, status5xx: 0, transportErrors: 0, firstErrorAt: null });
      expect(green).toMatchObject({ requests: 2, status5xx: 2 });
      await handle.point(two(3, 'green'));
      await ask();
      expect((await loads())[1]).toMatchObject({ requests: 1, status5xx: 0, transportErrors: 0, firstErrorAt: null });
      expect((await loads())[0]).toMatchObject({ requests: 5 });
    });

    test('a previewed colour that has died fails those who preview, not the others, and is no answer of the other', async () => {
      const { handle, it, one, two, ask, loads } = await begin();
      await handle.point(both(one, two, 2, preview));
      await it.killApp('two');
      const lost = await it.tell('/', byHeader);
      expect([lost.status >= 502, lost.release]).toEqual([true, null]);
      for (let count = 0; count < 5; count += 1) expect(await ask()).toBe('one');
      const [blue, green] = await loads();
      expect(blue).toMatchObject({ requests: 5, status5xx: 0, transportErrors: 0 });
      expect(green!.transportErrors).toBe(1);
      await handle.point(one(3, 'blue'));
      expect(await ask(byHeader)).toBe('one');
    });
  });

  describe('share', () => {
    const askMany = async (it: TrafficHarness, count: number) => {
      const answers: { readonly release: string | null; readonly draw: number }[] = [];
      const caller = async () => {
        while (answers.length < count) {
          const { release, headers } = await it.tell('/', {});
          const draw = /^greenroom_draw=(\d{1,2}); Path=\/; /.exec(String(headers['set-cookie'] ?? ''))?.[1];
          answers.push({ release, draw: Number(draw ?? Number.NaN) });
        }
      };
      await Promise.all(Array.from({ length: 12 }, caller));
      return answers;
    };
    /** So far from the mean is a right share in one of 25 million runs. */
    const deviations = 5.5;

    test.each([
      [25, 4_000],
      [50, 2_000],
    ])(
      '%d % of those that keep no cookie go to the colour beside, as counted on both sides',
      async (percent, count) => {
        const { handle, it, one, two, loads } = await begin();
        await handle.point(both(one, two, 2, share(percent)));
        const answers = await askMany(it, count);
        const toNew = answers.filter(({ release }) => release === 'two').length;
        expect(answers.filter(({ release }) => release === 'one')).toHaveLength(answers.length - toNew);
        const part = percent / 100;
        const bound = deviations * Math.sqrt(answers.length * part * (1 - part));
        expect(Math.abs(toNew - answers.length * part)).toBeLessThan(bound);
        expect((await loads()).map((each) => each?.requests)).toEqual([answers.length - toNew, toNew]);
        // Every draw was told to its client, and is the reason for the side.
        expect(answers.filter(({ release, draw }) => (draw < percent ? 'two' : 'one') !== release)).toEqual([]);
        // Every one of the hundred is drawn.
        expect(new Set(answers.map(({ draw }) => draw)).size).toBe(draws);
        // The wrong weights that are likely: the other side, none, twice and half of it.
        for (const wrong of [1 - part, part * 2, part / 2, 0, 1].filter((each) => each !== part))
          expect(Math.abs(toNew - answers.length * wrong)).toBeGreaterThan(bound);
      },
    );

    test('a client stays on its side, and moves at most once while the share grows', async () => {
      const { handle, it, one, two } = await begin();
      const side = async (draw: string) => {
        const { release, headers } = await it.tell('/', { cookie: `a=1; ${drawCookie}=${draw}` });
        return [release, headers['set-cookie'] === undefined];
      };
      const [stays, moved] = [
        ['one', true],
        ['two', true],
      ];
      const expected = [
        [1, { '0': moved, '1': stays, '24': stays, '99': stays }],
        [25, { '0': moved, '24': moved, '25': stays, '99': stays }],
        [50, { '0': moved, '24': moved, '25': moved, '49': moved, '50': stays, '99': stays }],
        [99, { '0': moved, '49': moved, '98': moved, '99': stays }],
      ] as const;
      for (const [index, [percent, sides]] of expected.entries()) {
        await handle.point(both(one, two, index + 2, share(percent)));
        for (const [draw, wanted] of Object.entries(sides))
          for (let count = 0; count < 3; count += 1)
            expect([percent, draw, await side(draw)]).toEqual([percent, draw, wanted]);
      }
      // What is no draw is replaced by one.
      for (const wrong of ['100', '-1', 'x', '']) expect([wrong, (await side(wrong))[1]]).toEqual([wrong, false]);
      expect([
        await it.session({ cookie: `${drawCookie}=99` }),
        await it.session({ cookie: `${drawCookie}=0` }),
      ]).toEqual(['one', 'two']);
    });

    test('it outlives the proxy; handed back, nobody is beside; counters go on while it grows and begin anew when it has all', async () => {
      const { handle, it, one, two, ask, loads } = await begin();
      const [toNew, toOld] = [{ cookie: `${drawCookie}=10` }, { cookie: `${drawCookie}=90` }];
      await handle.point(both(one, two, 2, share(25)));
      expect([await ask(toNew), await ask(toOld)]).toEqual(['two', 'one']);
      await handle.point(both(one, two, 3, share(50)));
      expect([await ask(toNew), await ask(toOld)]).toEqual(['two', 'one']);
      expect((await loads()).map((each) => each?.requests)).toEqual([2, 2]);
      await it.kill();
      await it.open().ensure();
      expect(await handle.current()).toEqual(both(one, two, 3, share(50)));
      expect([await ask(toNew), await ask(toOld)]).toEqual(['two', 'one']);
      await handle.point(one(4, 'blue'));
      expect(await handle.current()).toEqual(one(4, 'blue'));
      expect([await ask(toNew), await ask(toOld)]).toEqual(['one', 'one']);
      await handle.point(both(one, two, 5, share(25)));
      await it.tell(it.pathFor(500), toNew);
      await handle.point(two(6, 'green'));
      await ask(toOld);
      expect((await loads())[1]).toMatchObject({ requests: 1, status5xx: 0, firstErrorAt: null });
    });
  });
}

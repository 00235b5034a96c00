// What a bake must not end well with: its newest probes and looks were not answered, or told of something else than the release.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import type { Bake } from '../../domain/project.ts';
import type { HttpAnswer } from '../../kinds/effects.ts';
import { countByAge, longestWaitMs } from '../../domain/waiting-requests.ts';
import type { ColourLoad } from '../../kinds/traffic.ts';
import { accountOf } from '../../store/accounts.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { loadOf } from '../testing/fake-plugs.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `end${(count += 1)}`);
  bakes({});
});
afterEach(() => world.close());

/** As in the file with `bake: 10s`. */
function bakes(over: Partial<Bake>): void {
  const rules = { forMs: 10_000, everyMs: 5_000, failureLimit: 0, consecutiveErrorLimit: 4, ...over };
  const environments = world.project.environments.map((each) => ({ ...each, bake: { ...each.bake, ...rules } }));
  Object.assign(world.project, { environments });
}

const isPublic = (url: string): boolean =>
  world.project.environments.some((each) => String(each.ports['backend']) === new URL(url).port);

/** No answer, after the wait for one. */
function hang(): HttpAnswer {
  world.time.now += 5_000;
  return { status: 'unreachable', reason: 'no answer within 5 s', errorCode: 'ETIMEDOUT', durationMs: 5_000 };
}

/** Deploys a second release; `act` is told how long its switch is past, and may answer in its place at the public address. */
async function second(
  act: (sinceMs: number, id: string, path: string) => HttpAnswer | null,
): Promise<StoredDeployment> {
  await world.deploy('staging', '1.0.0');
  const { id } = await world.release('1.1.0');
  let switchedAt: number | null = null;
  world.answers.set(id, (url) => {
    if (!isPublic(url)) return null;
    switchedAt ??= world.time.now;
    return act(world.time.now - switchedAt, id, new URL(url).pathname);
  });
  return world.deploy('staging', '1.1.0');
}

const bakeOf = async ({ id }: StoredDeployment) => {
  const account = await world.store.read((rows) => accountOf(rows, id));
  return account!.steps.find((each) => each.kind === 'bake')!;
};

test('F077 it hangs from one second into a short bake: the bake goes on until the errors make a fault', async () => {
  const back = await second((sinceMs) => (sinceMs >= 1_000 ? hang() : null));
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining('5 probes in a row could not be asked'),
  });
});

test('F077 it hangs right at the end, after the last probe of the interval: it is asked once more', async () => {
  const back = await second((sinceMs) => (sinceMs >= 9_900 ? hang() : null));
  expect(back.ending?.as).toBe('rolled-back');
});

test('a disturbance at the end is waited for, and what was not answered is counted', async () => {
  const live = await second((sinceMs) => (sinceMs >= 9_000 && sinceMs < 16_000 ? hang() : null));
  expect(live.ending?.as).toBe('live');
  const { facts } = await bakeOf(live);
  expect(facts).toMatchObject({ unansweredProbes: 1 });
  expect(Number((facts as { watchedSeconds: number }).watchedSeconds)).toBeGreaterThan(15);
});

test('nothing disturbs: it ends with its time, and every probe was answered', async () => {
  const live = await second(() => null);
  expect(live.ending?.as).toBe('live');
  const { facts } = await bakeOf(live);
  expect(facts).toMatchObject({ unansweredProbes: 0, failedProbes: 0, probes: 3, watchedSeconds: 10 });
  expect(facts).not.toHaveProperty('blindLooks');
});

test.each([
  ['names another release', () => answered(200, { release: 'rel_another' }), 'it says it is release "rel_another"'],
  ['names none', () => answered(200, {}), 'it says it is release null'],
  ['is not found', (id: string) => answered(404, { release: id }), 'answered 404'],
  ['has moved', (id: string) => answered(301, { release: id }), 'answered 301'],
] as const)('F072 health %s through the public address: back', async (_, answer, said) => {
  const back = await second((sinceMs, id) => (sinceMs >= 1_000 ? answer(id) : null));
  expect(back.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining(said) });
});

test.each([
  [302, 'live', 'serves'],
  [404, 'rolled-back', '/page answered 404'],
] as const)('of a path that is not the health path: %s is %s', async (code, as, said) => {
  bakes({ probes: [{ service: 'backend', path: '/page' }] });
  const ended = await second((_, __, path) => (path === '/page' ? answered(code, {}) : null));
  expect(ended.ending).toMatchObject({ as, reason: expect.stringContaining(said) });
});

test('F072 the driver reads another release than this one in its colour, and health does not tell: back', async () => {
  const { id } = await world.release('1.1.0');
  world.answers.set('rel_another', () => answered(200, { release: id }));
  const back = await second((sinceMs) => {
    const instances = world.driver.running.get('staging/green')!;
    const releaseId = sinceMs >= 1_000 ? 'rel_another' : id;
    world.driver.running.set(
      'staging/green',
      instances.map((each) => ({ ...each, releaseId })),
    );
    return null;
  });
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining(`backend runs rel_another, not ${id}`),
  });
});

/** What the proxies tell of their load in a bake, by how long the first look of it is past. */
const proxiesTell = (act: (sinceMs: number) => Partial<ColourLoad> | false, ...old: readonly ColourLoad[]): void => {
  let firstAt: number | null = null;
  world.proxy.loads = (environment) => {
    if (world.proxy.states.get(environment)?.colour !== 'green') return [];
    firstAt ??= world.time.now;
    return [loadOf('green', act(world.time.now - firstAt) || {}), ...old];
  };
};
const fails = (code: string, message: string): never => {
  throw new FailureError({ code, message });
};
const hangs = (): never => {
  world.time.now += 5_000;
  return fails('GR7403', 'HAProxy "second" gave no sure answer');
};

test('F077 a proxy that hangs, and nothing else is bad: back when it was silent for longer than the errors allow', async () => {
  proxiesTell((sinceMs) => sinceMs >= 1_000 && hangs());
  const back = await second(() => null);
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(
      /the proxy could not be asked for [\d.]+ s, allowed are 25\.0 s: GR7403 HAProxy "second" gave no sure/,
    ),
  });
});

test('F077 a proxy that hung at the end and answers again: the bake waits for it, and says that it could not ask', async () => {
  proxiesTell((sinceMs) => sinceMs >= 9_000 && sinceMs < 17_000 && hangs());
  const live = await second(() => null);
  expect(live.ending?.as).toBe('live');
  const { facts } = await bakeOf(live);
  expect(facts).toMatchObject({ blindLooks: 2 });
  expect(Number((facts as { watchedSeconds: number }).watchedSeconds)).toBeGreaterThan(15);
});

test('F082 proxies that disagree for a moment, as one does that was just started with older files: it goes on', async () => {
  proxiesTell((sinceMs) => sinceMs >= 1_000 && sinceMs < 1_150 && fails('GR7470', 'they do not serve the same'));
  const live = await second(() => null);
  expect(live.ending?.as).toBe('live');
});

test.each(['GR7470', 'GR7434'])(
  'F082 proxies that disagree for most of the bake (%s): back, though they agree again at its end',
  async (code) => {
    proxiesTell((sinceMs) => sinceMs >= 1_000 && sinceMs < 9_000 && fails(code, 'they do not serve the same'));
    const back = await second(() => null);
    expect(back.ending).toMatchObject({ as: 'rolled-back', reason: expect.stringContaining('do not serve the same') });
  },
);

/** Requests of the new version by when they were asked, each with how long it takes (the proxies give one up that takes the longest wait); and the old version as it was left. */
const asks = (
  each: readonly { readonly atMs: number; readonly tookMs: number }[],
  old: Partial<ColourLoad> | null = { requests: 900, slowestAnswerMs: 400 },
): void => {
  let firstAt: number | null = null;
  world.proxy.loads = (environment) => {
    if (world.proxy.states.get(environment)?.colour !== 'green') return [];
    firstAt ??= world.time.now;
    const sinceMs = world.time.now - firstAt;
    const asked = each.filter(({ atMs }) => atMs <= sinceMs);
    const ended = asked.filter(({ atMs, tookMs }) => atMs + tookMs <= sinceMs);
    const agesMs = asked.filter((one) => !ended.includes(one)).map(({ atMs }) => sinceMs - atMs);
    const givenUp = ended.filter(({ tookMs }) => tookMs >= longestWaitMs).length;
    const tookMs = ended.map((one) => one.tookMs).filter((ms) => ms < longestWaitMs);
    const now = {
      ...{ requests: ended.length, status5xx: givenUp },
      ...{ httpInFlight: agesMs.length, unanswered: countByAge(agesMs) },
      slowestAnswerMs: Math.max(0, ...tookMs),
    };
    return [loadOf('green', now), ...(old ? [loadOf('blue', old)] : [])];
  };
};
/** So many in a second, for so many seconds. */
const steady = (perSecond: number, seconds: number, tookMs: (atMs: number) => number) =>
  Array.from({ length: perSecond * seconds }, (_, index) => (1_000 * index) / perSecond).map((atMs) => ({
    ...{ atMs, tookMs: tookMs(atMs) },
  }));
/** A fixed number of callers, each of whom asks again as soon as he is answered. */
const pool = (callers: number, tookMs: number) =>
  Array.from({ length: callers }, (_, index) =>
    Array.from({ length: Number.isFinite(tookMs) ? Math.ceil(400_000 / tookMs) : 1 }, (__, turn) => ({
      ...{ atMs: index * 37 + (turn === 0 ? 0 : turn * tookMs), tookMs },
    })),
  ).flat();

/** A hundred requests a second, all of them bad since the one instant and until the other. */
const outage = (fromMs: number, untilMs: number) => (sinceMs: number) => ({
  requests: Math.round(sinceMs / 10),
  status5xx: Math.round(Math.max(0, Math.min(sinceMs, untilMs) - fromMs) / 10),
});

test('F076 an outage for users that probes do not meet, late in a long bake: back within a second', async () => {
  bakes({ forMs: 300_000, everyMs: 60_000 });
  proxiesTell(outage(280_000, Infinity));
  const back = await second(() => null);
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(
      /of the newest \d+ requests were answered with 5xx or not at all, allowed are 5\.0 %/,
    ),
  });
  const { facts } = await bakeOf(back);
  expect(Number((facts as { watchedSeconds: number }).watchedSeconds)).toBeLessThan(281);
});

test('F076 requests that turn bad at the very end are waited for: back when they stay so', async () => {
  proxiesTell(outage(9_960, Infinity));
  expect((await second(() => null)).ending?.as).toBe('rolled-back');
});

test('F076 a few bad requests at the very end, good ones after them: live, a little later', async () => {
  proxiesTell(outage(9_960, 10_010));
  const live = await second(() => null);
  expect(live.ending?.as).toBe('live');
  const { facts } = await bakeOf(live);
  expect(facts).toMatchObject({ badAnswers: 5 });
});

const watchedOf = async (deployment: StoredDeployment) =>
  Number(((await bakeOf(deployment)).facts as { watchedSeconds: number }).watchedSeconds);

test('F076 everything but the health path hangs: nothing is bad, and nothing is answered; back', async () => {
  bakes({ forMs: 60_000, everyMs: 60_000 });
  asks(steady(10, 90, (atMs) => (atMs < 30_000 ? 100 : Infinity)));
  const back = await second(() => null);
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(/^\d+ of (the newest )?\d+ requests were answered with 5xx or not at all, allowed/),
  });
  expect(await watchedOf(back)).toBeLessThan(55);
  expect((await bakeOf(back)).facts).toMatchObject({ unansweredRequests: expect.any(Number) });
});

test('F076 callers of a fixed number wait for ever beside others who are answered: it goes on, and holds', async () => {
  bakes({ forMs: 30_000, everyMs: 60_000 });
  asks([...steady(40, 200, () => 50), ...pool(8, Infinity)]);
  const held = await second(() => null);
  expect([held.ending, held.state?.hold?.reason]).toEqual([
    null,
    expect.stringMatching(
      /8 requests wait for an answer, the longest for more than .*; no answer took longer than 1\.0 s/,
    ),
  ]);
});

/** A fixed number of callers whom nobody ever answers, and who ask again whenever the proxy has given them up. */
const patient = (callers: number) =>
  Array.from({ length: callers }, (_, index) =>
    [0, 1, 2].map((turn) => ({ atMs: index * 37 + turn * 300_000, tookMs: 300_000 })),
  ).flat();

test.each([180_000, 300_000])(
  'F076 callers of a fixed number wait until the proxy gives them up, and ask again: a bake of %d ms does not end well in between',
  async (forMs) => {
    bakes({ forMs, everyMs: 60_000 });
    asks([...steady(3, 650, () => 50), ...patient(8)]);
    const held = await second(() => null);
    expect([held.ending, held.state?.hold?.reason]).toEqual([null, expect.stringContaining('8 requests wait')]);
  },
);

test('F076 callers whom the proxy has given up and who do not ask again are waited for, and no longer', async () => {
  bakes({ forMs: 300_000, everyMs: 60_000 });
  asks([...steady(3, 400, () => 50), ...patient(8).filter(({ atMs }) => atMs < 300_000)]);
  const live = await second(() => null);
  expect(live.ending?.as).toBe('live');
  expect((await bakeOf(live)).facts).toMatchObject({ badAnswers: 8 });
  expect(await watchedOf(live)).toBeGreaterThan(305);
  expect(await watchedOf(live)).toBeLessThan(320);
});

test('F076 some hang until their callers leave, with the old version as with the new one: it ends well', async () => {
  bakes({ forMs: 60_000, everyMs: 60_000 });
  const hanging = steady(1, 300, () => Infinity);
  const unanswered = countByAge(Array.from({ length: 30 }, (_, index) => index * 1_000));
  let firstAt: number | null = null;
  world.proxy.loads = (environment) => {
    if (world.proxy.states.get(environment)?.colour !== 'green') return [];
    firstAt ??= world.time.now;
    const sinceMs = world.time.now - firstAt;
    const agesMs = hanging.map(({ atMs }) => sinceMs - atMs).filter((ageMs) => ageMs >= 0);
    const givenUp = agesMs.filter((ageMs) => ageMs >= 30_000).length;
    const requests = Math.round(sinceMs / 10) + givenUp;
    const now = { requests, givenUp, unanswered: countByAge(agesMs.filter((ageMs) => ageMs < 30_000)) };
    return [
      loadOf('green', { ...now, slowestAnswerMs: 50 }),
      loadOf('blue', { requests: 90_000, givenUp: 900, unanswered, slowestAnswerMs: 50 }),
    ];
  };
  expect((await second(() => null)).ending?.as).toBe('live');
});

/** Three are late from the third second to the sixth, and then answered. */
const lateOnes = (over: (sinceMs: number) => Partial<ColourLoad>): void => {
  bakes({ everyMs: 60_000 });
  const late = countByAge([25_000, 25_000, 25_000]);
  proxiesTell(
    (sinceMs) => {
      const isLate = sinceMs >= 3_000 && sinceMs < 6_000;
      const requests = Math.round(sinceMs / 20) + (sinceMs >= 6_000 ? 3 : 0);
      return { requests, unanswered: isLate ? late : [], slowestAnswerMs: 50, ...over(sinceMs) };
    },
    loadOf('blue', { requests: 900, slowestAnswerMs: 400 }),
  );
};

test('F076 a proxy that cannot tell for a while how long requests wait takes nothing back', async () => {
  lateOnes((sinceMs) => (sinceMs >= 4_000 && sinceMs < 5_000 ? { unanswered: null } : {}));
  const { facts } = await bakeOf(await second(() => null));
  expect(facts).toMatchObject({ badAnswers: 0, untoldLooks: 10 });
});

test('F076 a count that begins anew beside those who are late counts none of them twice', async () => {
  lateOnes((sinceMs) => (sinceMs >= 4_000 ? { requests: Math.round((sinceMs - 4_000) / 20), countedSinceAt: 2 } : {}));
  const { facts } = await bakeOf(await second(() => null));
  expect(facts).toMatchObject({ badAnswers: 0 });
});

test('F076 the same callers, each answered: it ends with its time', async () => {
  bakes({ forMs: 30_000, everyMs: 60_000 });
  asks([...steady(40, 200, () => 50), ...pool(8, 300)]);
  const live = await second(() => null);
  expect([live.ending?.as, await watchedOf(live)]).toEqual(['live', 30]);
});

test('F076 no more than a pool asks, and it waits for ever: no bake ends well', async () => {
  bakes({ forMs: 30_000, everyMs: 60_000 });
  asks(pool(6, Infinity));
  expect((await second(() => null)).ending).toBeNull();
});

test('F076 a pool of thirty that waits for ever goes back, as none of its requests has an answer', async () => {
  bakes({ forMs: 30_000, everyMs: 60_000 });
  asks(pool(30, Infinity));
  const back = await second(() => null);
  expect(back.ending).toMatchObject({ as: 'rolled-back' });
  expect(await watchedOf(back)).toBeLessThan(25);
});

test('F076 bursts of callers who wait for ever, more than five seconds apart: no bake ends well', async () => {
  bakes({ forMs: 30_000, everyMs: 60_000 });
  const bursts = steady(1, 200, () => Infinity).filter(({ atMs }) => atMs % 8_000 < 4_000);
  asks([...steady(10, 200, () => 50), ...bursts]);
  expect((await second(() => null)).ending?.as).not.toBe('live');
});

test('F076 long polls that become ten times as many, and are answered, are not in the way', async () => {
  bakes({ forMs: 60_000, everyMs: 60_000 });
  const polls = [...pool(4, 30_000), ...pool(40, 30_000).map(({ atMs, tookMs }) => ({ atMs: atMs + 20_000, tookMs }))];
  asks([...steady(5, 200, () => 50), ...polls], { requests: 900, slowestAnswerMs: 30_020 });
  const live = await second(() => null);
  // Until all who asked within the time could have been answered.
  expect([live.ending?.as, await watchedOf(live)]).toEqual(['live', 103]);
});

test('F076 a short bake of a service with long polls lasts as long as they may take', async () => {
  asks([...steady(5, 200, () => 50), ...pool(20, 30_000)], { requests: 900, slowestAnswerMs: 30_020 });
  const live = await second(() => null);
  expect(live.ending?.as).toBe('live');
  expect(await watchedOf(live)).toBeGreaterThan(30);
  expect(await watchedOf(live)).toBeLessThan(45);
});

test('F076 of a first release nobody knows what is usual: it waits for the first answer', async () => {
  asks([...steady(5, 200, () => 50), ...pool(20, 30_000)], null);
  const live = await second(() => null);
  expect([live.ending?.as, (await watchedOf(live)) >= 30]).toEqual(['live', true]);
});

test('F076 of a first release nobody knows what is usual: it holds without an answer', async () => {
  asks([...steady(5, 200, () => 50), ...pool(20, Infinity)], null);
  expect((await second(() => null)).ending).toBeNull();
});

/** Streams of which nothing comes before their first event, each for 40 s, one every so many milliseconds: neither version has ever answered one. */
const quietStreams = (everyMs: number) =>
  Array.from({ length: Math.ceil(400_000 / everyMs) }, (_, index) => ({ atMs: index * everyMs, tookMs: 40_000 }));

test('F076 streams that are quiet with the old version as with the new one are not in the way', async () => {
  bakes({ forMs: 60_000, everyMs: 60_000 });
  const streams = quietStreams(3_000);
  const unanswered = countByAge(Array.from({ length: 13 }, (_, index) => index * 3_000 + 500));
  let firstAt: number | null = null;
  world.proxy.loads = (environment) => {
    if (world.proxy.states.get(environment)?.colour !== 'green') return [];
    firstAt ??= world.time.now;
    const sinceMs = world.time.now - firstAt;
    const agesMs = streams.map(({ atMs }) => sinceMs - atMs).filter((ageMs) => ageMs >= 0 && ageMs < 40_000);
    const now = { requests: Math.round(sinceMs / 1_500), slowestAnswerMs: 50, unanswered: countByAge(agesMs) };
    return [loadOf('green', now), loadOf('blue', { requests: 900, slowestAnswerMs: 50, unanswered })];
  };
  const live = await second(() => null);
  expect([live.ending?.as, (await bakeOf(live)).facts]).toMatchObject(['live', { badAnswers: 0 }]);
});

test.each([
  ['from its beginning, where an answer once took 45 s', 60_000, 0, 45_000],
  ['in the last 14 seconds, where an answer once took 45 s', 60_000, 46_000, 45_000],
  ['late in a short bake, where an answer once took 8 s', 10_000, 4_000, 8_000],
])('F076 everything hangs %s: no bake ends well', async (_, forMs, fromMs, slowestAnswerMs) => {
  bakes({ forMs, everyMs: 60_000 });
  const hanging = steady(2, 400, (atMs) => (atMs < fromMs ? 50 : Infinity));
  asks(hanging, { requests: 900, slowestAnswerMs });
  expect((await second(() => null)).ending?.as).not.toBe('live');
});

test('F076 the few that users ask are all bad, and all that is good are the probes: no bake ends well', async () => {
  bakes({ forMs: 60_000, everyMs: 1_000 });
  let firstAt: number | null = null;
  world.proxy.loads = (environment) => {
    if (world.proxy.states.get(environment)?.colour !== 'green') return [];
    firstAt ??= world.time.now;
    const sinceMs = world.time.now - firstAt;
    const status5xx = Math.floor(sinceMs / 10_000);
    const probes = 1 + Math.floor(sinceMs / 1_000);
    return [loadOf('green', { requests: status5xx + probes, status5xx }), loadOf('blue', { requests: 900 })];
  };
  expect((await second(() => null)).ending).toMatchObject({
    ...{ as: 'rolled-back', reason: expect.stringMatching(/^16 of 20 requests were answered with 5xx/) },
  });
});

test('a proxy that cannot tell how long requests wait: that is said', async () => {
  proxiesTell(() => ({ requests: 5, unanswered: null }));
  const live = await second(() => null);
  expect((await bakeOf(live)).facts).toMatchObject({ untoldLooks: expect.any(Number) });
});

test('F077 health that is answered later than its time, again and again: back, as it would not have been let in', async () => {
  const slow = (id: string): HttpAnswer => ({ ...answered(200, { release: id }), durationMs: 3_000 });
  const back = await second((sinceMs, id) => (sinceMs >= 1_000 ? slow(id) : null));
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringMatching(/5 probes in a row could not be asked: .*took 3\.0 s, allowed are/),
  });
});

test('F072 a platform starts it again, faster than anybody looks: back, as it exited', async () => {
  const back = await second((sinceMs) => {
    const instances = world.driver.running.get('staging/green')!;
    if (sinceMs >= 1_000)
      world.driver.running.set(
        'staging/green',
        instances.map((each) => ({ ...each, startedAt: 2 })),
      );
    return null;
  });
  expect(back.ending).toMatchObject({
    as: 'rolled-back',
    reason: expect.stringContaining('backend exited after it was proven, and was started again'),
  });
});

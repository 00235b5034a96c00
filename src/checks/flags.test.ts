import { describe, expect, test } from 'vitest';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { flags } from './flags.ts';
import { SECRET, serve, testContext, type Served } from './testing/world.ts';

/** A flag service as the protocol has it: values by name; `undefined` is a flag whose value is left to the code. */
type Flags = Readonly<Record<string, unknown>>;
interface Habits {
  readonly status?: number;
  readonly body?: string;
  readonly token?: string;
  readonly silent?: boolean;
}
const asked: { url: string; context: unknown; headers: Record<string, unknown> }[] = [];

function flagService(known: Flags, habits: Habits = {}): Promise<Served> {
  return serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked.push({ url: request.url!, context: JSON.parse(body).context, headers: request.headers });
      if (habits.silent) return;
      const say = (status: number, text: object | string): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof text === 'string' ? text : JSON.stringify(text));
      };
      if (habits.status !== undefined) return say(habits.status, habits.body ?? {});
      if (habits.token !== undefined && request.headers.authorization !== `Bearer ${habits.token}`) return say(401, '');
      const flagOf = (key: string): object => {
        const value = known[key];
        if (value instanceof Error) return { key, errorCode: 'TARGETING_KEY_MISSING', errorDetails: value.message };
        return { key, reason: 'STATIC', variant: 'v', value };
      };
      const name = /^\/ofrep\/v1\/evaluate\/flags\/(.+)$/.exec(request.url!)?.[1];
      if (name === undefined) return say(200, { flags: Object.keys(known).map(flagOf) });
      const key = decodeURIComponent(name);
      if (!Object.hasOwn(known, key)) return say(404, { key, errorCode: 'FLAG_NOT_FOUND' });
      return say(known[key] instanceof Error ? 400 : 200, flagOf(key));
    });
  });
}

const contextOf = (service: Served, more: Record<string, string> = {}): CheckContext =>
  testContext({ variables: { FLAGS_URL: `${service.url}/`, ...more } });
const judged = async (known: Flags, config: object, habits: Habits = {}): Promise<Judgement> =>
  ask(flags, { config, context: contextOf(await flagService(known, habits)) });

checkContract(flags, {
  testUrl: import.meta.url,
  good: async () => ({ config: { expect: { a: true } }, context: contextOf(await flagService({ a: true })) }),
  dead: () => ({ config: { expect: { a: true }, url: 'http://127.0.0.1:1' }, context: testContext() }),
  slow: async () => ({
    config: { expect: { a: true }, within: '10m' },
    context: contextOf(await flagService({}, { silent: true })),
  }),
});

test('a service is never compared with itself, however its address is written; with another key it is another project', async () => {
  const service = await flagService({ a: 1 });
  const context = contextOf(service, { KEY: 'k', OTHER: 'o' });
  const same = (more: object) => ask(flags, { config: { token: 'KEY', 'same-as': more }, context });
  expect(await same({ url: service.url, token: 'KEY' })).toMatchObject({
    ...{ outcome: 'error', reason: expect.stringContaining('the very service that is compared with it') },
  });
  expect(await same({ variable: 'FLAGS_URL', token: 'KEY' })).toMatchObject({ outcome: 'error' });
  expect(await same({ variable: 'FLAGS_URL', token: 'OTHER' })).toMatchObject({ outcome: 'pass' });
});

describe('F085 what the flag service does not say is unknown', () => {
  test.each([
    ['does not answer in time', { silent: true }, 'did not answer'],
    ['refuses', { status: 401 }, 'answered 401'],
    ['forbids', { status: 403 }, 'answered 403'],
    ['has had enough', { status: 429 }, 'answered 429'],
    ['is not well', { status: 500 }, 'answered 500'],
    ['is no flag service', { status: 404, body: '<html>not found</html>' }, 'answered 404'],
    ['answers with anything', { status: 200, body: '{"ok":true}' }, 'answered 200'],
    ['answers of another flag', { status: 200, body: '{"key":"b","value":true}' }, 'answered 200'],
    ['leads elsewhere', { status: 302 }, 'answered 302'],
  ])('a service that %s', async (_, habits, words) => {
    for (const config of [{ expect: { a: true } }, { absent: ['a'] }]) {
      const judgement = await judged({ a: true }, { ...config, within: '300ms' }, habits);
      expect(judgement).toMatchObject({ outcome: 'error', next: expect.any(String) });
      expect(judgement.reason).toContain(words);
    }
  });

  test('nobody listens there, or nobody knows where it is', async () => {
    const config = { expect: { a: true } };
    const dead = testContext({ variables: { FLAGS_URL: 'http://127.0.0.1:1' } });
    expect(await ask(flags, { config, context: dead })).toMatchObject({ outcome: 'error' });
    expect(await ask(flags, { config, context: testContext() })).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('does not set FLAGS_URL'),
    });
    const odd = testContext({ variables: { FLAGS_URL: 'flags.example' } });
    expect(await ask(flags, { config, context: odd })).toMatchObject({ outcome: 'error' });
  });

  test('a flag that gives an error, or leaves its value to the code, beside good ones', async () => {
    const known = { a: true, b: new Error('who is it?'), c: undefined };
    expect(await judged(known, { expect: { a: true, b: true } })).toMatchObject({ outcome: 'error' });
    expect(await judged(known, { expect: { a: true, c: true } })).toMatchObject({ outcome: 'error' });
    expect(await judged(known, { absent: ['b'] })).toMatchObject({ outcome: 'error' });
    expect(await judged(known, { expect: { a: false, b: true } })).toMatchObject({ outcome: 'fail' });
  });

  test('the other service is silent: what is here alone is no agreement', async () => {
    const config = { 'same-as': { url: 'http://127.0.0.1:1' } };
    expect(await judged({ a: true }, config)).toMatchObject({ outcome: 'error' });
  });
});

describe('values', () => {
  test.each([
    [{ expect: { a: true, b: 'blue', c: 3, d: { x: [1], y: null } } }, 'pass'],
    [{ expect: { d: { y: null, x: [1] } } }, 'pass'],
    [{ expect: { a: false } }, 'fail'],
    [{ expect: { a: 'true' } }, 'fail'],
    [{ expect: { nobody: true } }, 'fail'],
    [{ absent: ['nobody'] }, 'pass'],
    [{ absent: ['a'] }, 'fail'],
    [{ expect: { 'a/b c': 1 } }, 'pass'],
    [{ absent: ['constructor'] }, 'pass'],
  ])('%j is a %s', async (config, outcome) => {
    const known = { a: true, b: 'blue', c: 3, d: { x: [1], y: null }, 'a/b c': 1 };
    expect(await judged(known, config)).toMatchObject({ outcome });
  });

  test('says what is wrong, with the value wanted', async () => {
    const { reason } = await judged({ a: true }, { expect: { a: false, b: 1 } });
    expect(reason).toContain('a is true, expected false; b is not there, expected 1.');
  });

  test('credentials and context are sent, and credentials are not told', async () => {
    const service = await flagService({ a: true }, { token: SECRET });
    const context = contextOf(service, { TOKEN: SECRET, KEY: SECRET });
    const config = { expect: { a: true }, token: 'TOKEN', 'api-key': 'KEY', context: { targetingKey: 'greenroom' } };
    const judgement = await ask(flags, { config, context });
    expect(judgement).toMatchObject({ outcome: 'pass' });
    expect(asked.at(-1)).toMatchObject({ context: { targetingKey: 'greenroom' }, headers: { 'x-api-key': SECRET } });
    expect(JSON.stringify(judgement)).not.toContain(SECRET);
    expect(await ask(flags, { config, context: contextOf(service) })).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('does not set TOKEN and KEY'),
    });
  });

  test('a check that asks nothing, or for two things at once, is refused', () => {
    for (const wrong of [{}, { expect: {}, absent: [] }, { expect: { a: true }, absent: ['a'] }])
      expect(flags.schema.safeParse(wrong).success).toBe(false);
  });
});

describe('the same as another environment', () => {
  const compare = async (here: Flags, there: Flags, except: readonly string[] = []): Promise<Judgement> => {
    const [one, other] = [await flagService(here), await flagService(there)];
    const context = contextOf(one, { PRODUCTION_FLAGS_URL: other.url });
    return ask(flags, { config: { 'same-as': { except } }, context });
  };
  test.each([
    [{ a: true, b: 1 }, { b: 1, a: true }, [], 'pass'],
    [{ a: true, b: 1 }, { a: true, b: 2 }, [], 'fail'],
    [{ a: true, b: 1 }, { a: true, b: 2 }, ['b'], 'pass'],
    [{ a: true }, { a: true, b: 2 }, [], 'fail'],
    [{ a: true, b: 2 }, { a: true }, [], 'fail'],
    [{ a: 'not there' }, {}, [], 'fail'],
    [{ a: `${'x'.repeat(500)}1` }, { a: `${'x'.repeat(500)}2` }, [], 'fail'],
    [{ a: true, b: new Error('e') }, { a: true, b: new Error('e') }, [], 'error'],
    [{ a: true, b: new Error('e') }, { a: true, b: 1 }, ['b'], 'pass'],
    [{}, {}, [], 'error'],
    [{ a: true }, { a: false }, ['a'], 'error'],
  ])('%j and %j but %j is a %s', async (here, there, except, outcome) => {
    expect(await compare(here, there, except)).toMatchObject({ outcome });
  });
});

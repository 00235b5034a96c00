import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../wish/answers.ts';
import { apiBase, secretReference } from '../wish/remote-fields.ts';
import { parseAddress } from '../wish/services.ts';
import { askOf } from './requests.ts';
import { httpDriverSchema } from './schema.ts';
import { bodyTemplate, fill, fillBody, template } from './template.ts';

const act = { path: '/x/{service}' };
const least = { base: 'https://deploy.example.com', start: act, stop: act, state: { path: '/x/{service}' } };
const mistakesOf = (more: object): readonly string[] =>
  httpDriverSchema.safeParse({ ...least, ...more }).error?.issues.map(({ message }) => message) ?? [];

describe('places', () => {
  const notDots = fc.string({ minLength: 1 }).filter((text) => !/^\.{1,2}$/.test(text) && text.isWellFormed());

  test('whatever a value is, it stays in its segment of the path, and the rest of the address is as written', () => {
    const scene = { config: httpDriverSchema.parse(least) } as Parameters<typeof askOf>[0];
    fc.assert(
      fc.property(notDots, (service) => {
        const { url } = askOf(scene, { path: '/apps/{service}/end' }, { service });
        const parsed = new URL(url);
        expect(parsed.origin).toBe('https://deploy.example.com');
        expect(parsed.pathname.split('/')).toEqual(['', 'apps', expect.anything(), 'end']);
        expect(decodeURIComponent(parsed.pathname.split('/')[2]!)).toBe(service);
        expect([parsed.search, parsed.hash]).toEqual(['', '']);
      }),
    );
  });

  test('a header is one line; a body is JSON whatever stands in its values, and a whole place keeps its kind', () => {
    const scene = { config: httpDriverSchema.parse(least) } as Parameters<typeof askOf>[0];
    fc.assert(
      fc.property(fc.string(), (version) => {
        const asked = askOf(
          scene,
          {
            path: '/',
            headers: { 'x-version': 'v{version}' },
            body: { version: 'v{version}', epoch: '{epoch}', deep: [{ a: '{argv}' }] },
          },
          { version, epoch: 7, argv: ['node', version] },
        );
        expect(asked.headers['x-version']).not.toMatch(/[\r\n\0]/);
        expect(JSON.parse(asked.body!)).toEqual({ version: `v${version}`, epoch: 7, deep: [{ a: ['node', version] }] });
      }),
    );
  });

  test('a value that looks like a place is not filled again', () => {
    expect(fill('{service} {epoch}', { service: '{secret.token}', epoch: 1, 'secret.token': 'x' })).toBe(
      '{secret.token} 1',
    );
    expect(fillBody({ a: '{service}' }, { service: '{epoch}', epoch: 1 })).toEqual({ a: '{epoch}' });
  });

  test('a name that is none, or stands where it cannot, is a mistake of the file', () => {
    expect(template().safeParse('/a/{servce}').success).toBe(false);
    expect(template().safeParse('/a/{variables}').success).toBe(false);
    expect(bodyTemplate().safeParse({ a: 'x {variables}' }).success).toBe(false);
    expect(bodyTemplate().safeParse({ a: '{variables}', b: ['{"json": 1}'] }).success).toBe(true);
  });
});

describe('what greenroom.yaml may say', () => {
  test.each([
    ['a token written down', { headers: { authorization: 'Bearer abc' } }, 'must take its value from {secret.NAME}'],
    ['in one request', { start: { ...act, headers: { Cookie: 'a=b' } } }, 'must take its value from {secret.NAME}'],
    ['a secret written down', { secrets: { token: 'abc' } }, 'not the secret itself'],
    ['a secret that is not declared', { headers: { Authorization: '{secret.token}' } }, 'not among the secrets'],
    [
      'an answer that is not kept',
      { start: { ...act, follow: { path: '/{answer.id}', done: { $: 1 }, failed: { $: 2 } } } },
      'not kept',
    ],
    ['a request of an hour', { 'answer-within': '1h' }, 'at most 2m'],
  ])('%s is refused', (_, more, said) => {
    expect(mistakesOf(more).join('\n')).toContain(said);
  });

  test('what is right is taken', () => {
    expect(
      mistakesOf({ secrets: { token: 'secret://env/TOKEN' }, headers: { authorization: 'Bearer {secret.token}' } }),
    ).toEqual([]);
  });

  test('an address is https, or of this machine, and holds no password', () => {
    const isTaken = (text: string) => apiBase().safeParse(text).success;
    expect(
      ['https://a.example/v1', 'http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1/x'].map(isTaken),
    ).not.toContain(false);
    const bad = [
      'http://a.example',
      'http://127.0.0.1.a.example',
      'http://localhost.a.example',
      'ftp://a',
      'https://u:p@a.example',
      'a',
    ];
    expect(bad.map(isTaken)).not.toContain(true);
    expect(secretReference().safeParse('secret://vault/x').success).toBe(false);
  });
});

test('host:port, and nothing else, is an address', () => {
  expect(parseAddress('10.0.0.5:8101')).toEqual({ host: '10.0.0.5', port: 8101 });
  expect(parseAddress('[::1]:80')).toEqual({ host: '::1', port: 80 });
  for (const text of ['', 'a', 'a:0', 'a:65536', 'a:80/x', 'http://a:80', 'a b:80', '@:80', 'a@b:80', ':80'])
    expect(parseAddress(text)).toBe(null);
});

test('Retry-After is seconds or a date; anything else is not said', () => {
  const of = (text: string) =>
    retryAfterMs(
      { headers: { 'retry-after': text } } as unknown as Parameters<typeof retryAfterMs>[0],
      Date.UTC(2026, 0, 1),
    );
  expect(['0', '120', 'Thu, 01 Jan 2026 00:01:00 GMT', 'Wed, 31 Dec 2025 00:00:00 GMT'].map(of)).toEqual([
    0, 120_000, 60_000, 0,
  ]);
  expect(['', 'soon', '-1', '1.5', '99999999999', 'Xxx, nonsense'].map(of)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

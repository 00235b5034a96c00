import { expect, it } from 'vitest';
import type { CheckContext } from './check.ts';
import { addressOf, otherRelease } from './service-address.ts';

const context = (over: Partial<CheckContext> = {}): CheckContext =>
  ({
    environment: 'production',
    services: [],
    variables: {},
    ports: [
      { name: 'backend', host: '127.0.0.1', port: 3001, heldByUs: true },
      { name: 'web', host: 'shop.internal', port: 80, heldByUs: true },
    ],
    ...over,
  }) as CheckContext;

it.each([
  ['http://127.0.0.1:3001/health'],
  ['http://localhost:3001/'],
  ['http://[::1]:3001/'],
  ['http://shop.internal/health'],
])('does not measure at %s, where another release answers', (url) => {
  const address = addressOf({ url, path: '/' }, context());
  expect(address).toMatchObject({ status: 'unknown', next: expect.stringContaining('bake.probes') });
});

it('nor where BASE_URL leads there before the services have started', () => {
  const variables = { BASE_URL: 'http://127.0.0.1:3001' };
  expect(addressOf({ path: '/health' }, context({ variables })).status).toBe('unknown');
});

it.each([['http://127.0.0.1:3002/'], ['https://shop.internal/'], ['http://other.internal:3001/']])(
  'asks %s as it is',
  (url) => {
    expect(addressOf({ url, path: '/' }, context())).toEqual({ status: 'known', name: url, url });
  },
);

it('knows what listens everywhere by every name of this machine', () => {
  const ports = [{ name: 'backend', host: '0.0.0.0', port: 3001, heldByUs: true }];
  expect(otherRelease('localhost', 3001, context({ ports }))).not.toBeNull();
  expect(otherRelease('10.0.0.7', 3001, context({ ports }))).toBeNull();
});

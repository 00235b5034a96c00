import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readReply } from '../../backend/cache.mjs';
import { isConnectionLoss } from '../../backend/database.mjs';
import { createLog } from '../../backend/log.mjs';
import { createMetrics } from '../../backend/metrics.mjs';
import { addPosters, posterAddress } from '../../backend/posters.mjs';
import { findRoute } from '../../backend/routes.mjs';
import { readSettings } from '../../backend/settings.mjs';

describe('settings', () => {
  const env = { DATABASE_URL: 'postgres://localhost/x' };
  it('have defaults for all but the database', () => {
    const { port, poolSize, redisUrl, release } = readSettings(env);
    assert.deepEqual(
      { port, poolSize, redisUrl, release },
      { port: 4001, poolSize: 10, redisUrl: '', release: 'unreleased' },
    );
  });
  it('name every mistake at once', () => {
    assert.throws(
      () => readSettings({ PORT: 'x', MAX_UPLOAD_MB: '0', LOG_LEVEL: 'loud' }),
      (error) => ['PORT', 'MAX_UPLOAD_MB', 'LOG_LEVEL', 'DATABASE_URL'].every((name) => error.message.includes(name)),
    );
  });
});

describe('routes', () => {
  const routes = { 'GET /api/library': 'list', 'POST /api/library/items': 'add', 'GET /api/library/:id': 'item' };
  it('are found by method and path', () => assert.equal(findRoute(routes, 'GET', '/api/library').answer, 'list'));
  it('carry the id', () => assert.deepEqual(findRoute(routes, 'GET', '/api/library/7'), { answer: 'item', id: '7' }));
  it('answer 405 to a known path with another method', async () => {
    assert.equal((await findRoute(routes, 'PUT', '/api/library/7').answer()).status, 405);
  });
  it('answer 404 to anything else', async () =>
    assert.equal((await findRoute(routes, 'GET', '/api/nothing').answer()).status, 404));
});

describe('replies of the cache', () => {
  const read = (text) => readReply(Buffer.from(text));
  it('are read: text, number, nothing', () => {
    assert.deepEqual(read('$3\r\nabc\r\n'), { value: 'abc', end: 9 });
    assert.deepEqual(read(':1\r\n'), { value: '1', end: 4 });
    assert.deepEqual(read('$-1\r\n'), { value: null, end: 5 });
  });
  it('are errors when they say so', () => assert.equal(read('-ERR no\r\n').error, 'ERR no'));
  it('wait for the rest at every cut', () => {
    for (let length = 0; length < 9; length += 1) assert.equal(read('$3\r\nabc\r\n'.slice(0, length)), undefined);
  });
  it('count bytes, not characters', () => assert.deepEqual(read('$2\r\né\r\n+OK\r\n'), { value: 'é', end: 8 }));
});

describe('the rest', () => {
  it('knows a lost connection from a wrong statement', () => {
    assert.equal(isConnectionLoss({ code: '57P01' }), true);
    assert.equal(isConnectionLoss({ message: 'Connection terminated unexpectedly' }), true);
    assert.equal(isConnectionLoss({ code: '42703', message: 'column does not exist' }), false);
  });
  it('makes poster addresses that are safe in a URL', () => {
    assert.equal(
      posterAddress({ kind: 'film', title: 'A Trip / to "the" Moon?' }),
      '/posters/film/a-trip-to-the-moon.webp',
    );
    assert.equal(posterAddress({ kind: 'film', title: '千と千尋' }), '/posters/film/untitled.webp');
  });
  it('gives every item its poster, in order', async () => {
    const items = await addPosters([
      { kind: 'book', title: 'A' },
      { kind: 'book', title: 'B' },
    ]);
    assert.deepEqual(
      items.map(({ poster }) => poster),
      ['/posters/book/a.webp', '/posters/book/b.webp'],
    );
  });
  it('counts requests in cumulative buckets', () => {
    const metrics = createMetrics({ release: 'r', poolInUse: () => 2 });
    for (const seconds of [0.004, 0.02, 9]) metrics.observe(200, seconds);
    const text = metrics.text();
    assert.match(text, /^http_requests_total\{status="200"\} 3$/m);
    assert.match(text, /_bucket\{le="0\.005"\} 1$/m);
    assert.match(text, /_bucket\{le="5"\} 2$/m);
    assert.match(text, /_bucket\{le="\+Inf"\} 3$/m);
    assert.match(text, /^db_pool_in_use 2$/m);
  });
  it('logs one line an event, from its level up', () => {
    const lines = [];
    const log = createLog('info', { service: 's' }, (line) => lines.push(line));
    log.debug('hidden');
    log.error('two\nlines', { reason: 'x' });
    assert.equal(lines.length, 1);
    assert.equal(lines[0].indexOf('\n'), lines[0].length - 1);
    assert.deepEqual(
      { ...JSON.parse(lines[0]), at: '' },
      { at: '', level: 'error', event: 'two\nlines', service: 's', reason: 'x' },
    );
  });
});

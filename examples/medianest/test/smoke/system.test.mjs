// Is it there and does it breathe? Reads only, so it may run anywhere, any number of times.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressOf, call } from '../client.mjs';

const show = (path) => fetch(addressOf('FRONTEND_URL') + path, { signal: AbortSignal.timeout(10_000) });

describe('backend', () => {
  it('is healthy', async () => {
    const { status, body } = await call('GET', '/api/health');
    assert.deepEqual([status, body.status, body.database], [200, 'ok', 'ok']);
  });
  it('answers for its health in under 500 ms', async () => {
    const beganAtMs = performance.now();
    await call('GET', '/api/health');
    assert.ok(performance.now() - beganAtMs < 500);
  });
  it('has its cache or has none, but does not miss it', async () => {
    assert.match((await call('GET', '/api/health')).body.cache, /^(ok|disabled)$/);
  });
  it('says its version and release, in the body and in the header', async () => {
    const { body, headers } = await call('GET', '/api/version');
    assert.match(body.version, /^\d+\.\d+\.\d+$/);
    assert.equal(headers.get('x-release'), body.release);
  });
  it('has metrics', async () => {
    const { status, text } = await call('GET', '/api/metrics');
    assert.equal(status, 200);
    assert.match(text, /^process_resident_memory_bytes \d+$/m);
  });
  it('lists the library', async () => {
    const { status, body } = await call('GET', '/api/library');
    assert.equal(status, 200);
    assert.ok(body.items.length > 0 && body.items.length <= 20);
  });
  it('keeps the admin door shut', async () => assert.equal((await call('GET', '/api/admin')).status, 401));
  it('answers 404 where there is nothing', async () =>
    assert.equal((await call('GET', '/api/no-such-thing')).status, 404));
});

describe('frontend', () => {
  it('is healthy', async () => assert.equal((await (await show('/healthz')).json()).status, 'ok'));
  it('can draw the page', async () => assert.equal((await (await show('/healthz/page')).json()).status, 'ok'));
  it('shows the library', async () => {
    const response = await show('/');
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<h1>MediaNest<\/h1>[\s\S]*<li>/);
  });
  it('says its release', async () => {
    const response = await show('/');
    assert.ok((await response.text()).includes(response.headers.get('x-release')));
  });
  it('answers 404 where there is nothing', async () => assert.equal((await show('/nothing')).status, 404));
});

// What lies around the library: WebSocket, metrics, page, refusals.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { addressOf, call, ownShelf } from '../client.mjs';

const shelf = ownShelf();
after(() => shelf.sweep());

describe('WebSocket', () => {
  it('echoes with the release in front', async () => {
    const socket = new WebSocket(`${addressOf('BASE_URL').replace(/^http/, 'ws')}/ws`, { handshakeTimeout: 5_000 });
    const answer = await new Promise((resolve, reject) => {
      socket.on('open', () => socket.send('hello'));
      socket.on('message', (message) => resolve(String(message)));
      socket.on('error', reject);
    });
    socket.close();
    assert.equal(answer, `${(await call('GET', '/api/version')).body.release}:hello`);
  });
});

describe('metrics', () => {
  it('count what was asked', async () => {
    const asked = async () =>
      Number(/^http_request_duration_seconds_count (\d+)$/m.exec((await call('GET', '/api/metrics')).text)[1]);
    const earlier = await asked();
    await call('GET', '/api/version');
    assert.ok((await asked()) >= earlier + 2);
  });
});

describe('refusals', () => {
  it('answer 405 to a method that is not possible', async () =>
    assert.equal((await call('PUT', '/api/library')).status, 405));
  it('keep admin shut to a wrong token', async () => {
    const response = await fetch(`${addressOf('BASE_URL')}/api/admin`, { headers: { authorization: 'Bearer guess' } });
    assert.equal(response.status, 401);
  });
  it('carry the release, like every answer', async () => {
    const { release } = (await call('GET', '/api/version')).body;
    for (const path of ['/api/nothing', '/api/admin', '/api/library?limit=0']) {
      assert.equal((await call('GET', path)).headers.get('x-release'), release);
    }
  });
});

describe('slow requests', () => {
  it('take the time they were told', async () => {
    const beganAtMs = performance.now();
    assert.equal((await call('GET', '/api/slow?ms=150')).body.waitedMs, 150);
    assert.ok(performance.now() - beganAtMs >= 145);
  });
});

describe('the page', () => {
  it('shows what the backend has', async () => {
    const response = await fetch(`${addressOf('FRONTEND_URL')}/`);
    const { total } = (await call('GET', '/api/library?limit=1')).body.page;
    const shown = Number(/<p>(\d+) items?,/.exec(await response.text())[1]);
    assert.ok(Math.abs(shown - total) < 50, `page says ${shown}, library says ${total}`); // others may be writing meanwhile
  });
});

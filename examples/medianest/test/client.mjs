// How the tests speak with a running system: BASE_URL is the backend, FRONTEND_URL the web page.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

export function addressOf(name) {
  const address = process.env[name];
  assert.ok(address, `${name} is not set: it says which running system to test.`);
  return address.replace(/\/$/, '');
}

export async function call(method, path, body) {
  const request = { method, signal: AbortSignal.timeout(10_000) };
  if (body !== undefined)
    Object.assign(request, {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const response = await fetch(addressOf('BASE_URL') + path, request);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

/** A shelf of this run's own: titles nobody else has, and a sweep that takes them away again. */
export function ownShelf() {
  const mark = `Test ${randomUUID().slice(0, 8)}`;
  const ids = [];
  return {
    mark,
    async add(title, fields = {}) {
      const reply = await call('POST', '/api/library/items', { title: `${mark} ${title}`, ...fields });
      assert.equal(reply.status, 201, reply.text);
      ids.push(reply.body.id);
      return reply.body;
    },
    find: (query = '') => call('GET', `/api/library?q=${encodeURIComponent(mark)}${query}`),
    sweep: () => Promise.all(ids.map((id) => call('DELETE', `/api/library/${id}`))),
  };
}

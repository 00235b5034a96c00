// The library through its API. Every run works on titles of its own and removes them at the end.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { call, ownShelf } from '../client.mjs';

const shelf = ownShelf();
after(() => shelf.sweep());

describe('adding', () => {
  it('answers 201 with the item and its address', async () => {
    const reply = await call('POST', '/api/library/items', { title: `${shelf.mark} added`, kind: 'book', year: 1984 });
    assert.equal(reply.status, 201);
    assert.equal(reply.headers.get('location'), `/api/library/${reply.body.id}`);
    assert.deepEqual([reply.body.kind, reply.body.year], ['book', 1984]);
    assert.equal((await call('DELETE', `/api/library/${reply.body.id}`)).status, 204);
  });
  it('puts the white space of a title in order', async () => {
    assert.equal((await shelf.add('  much   space ')).title, `${shelf.mark} much space`);
  });
  for (const [what, body] of Object.entries({
    'no title': {},
    'an empty title': { title: ' ' },
    'an unknown kind': { title: 'x', kind: 'vinyl' },
    'an unknown field': { title: 'x', colour: 'red' },
    'what is not JSON': '{"title":',
  })) {
    it(`refuses ${what} with 400 and a reason`, async () => {
      const reply = await call('POST', '/api/library/items', body);
      assert.equal(reply.status, 400);
      assert.equal(typeof reply.body.error, 'string');
    });
  }
});

describe('one item', () => {
  it('is found under its address, twice the same', async () => {
    const added = await shelf.add('single');
    const [once, again] = [
      await call('GET', `/api/library/${added.id}`),
      await call('GET', `/api/library/${added.id}`),
    ];
    assert.deepEqual(once.body, added);
    assert.deepEqual(again.body, added);
  });
  it('is gone once it is removed', async () => {
    const { id } = await shelf.add('fleeting');
    assert.equal((await call('GET', `/api/library/${id}`)).status, 200);
    assert.equal((await call('DELETE', `/api/library/${id}`)).status, 204);
    assert.equal((await call('GET', `/api/library/${id}`)).status, 404);
  });
  it('that never was is 404', async () => assert.equal((await call('GET', '/api/library/2147483647')).status, 404));
  it('with an impossible id is 400', async () => assert.equal((await call('GET', '/api/library/abc')).status, 400));
});

describe('finding', () => {
  before(async () => {
    for (const title of ['Pages E', 'Pages C', 'Pages A', 'Pages D', 'Pages B'])
      await shelf.add(title, { kind: 'album' });
    await shelf.add('Odd 100% sure', { kind: 'film' });
  });
  const titles = ({ body }) => body.items.map(({ title }) => title.slice(shelf.mark.length + 1));

  it('sorts by title', async () => {
    assert.deepEqual(titles(await shelf.find('+Pages')), ['Pages A', 'Pages B', 'Pages C', 'Pages D', 'Pages E']);
  });
  it('goes through the pages by their own addresses', async () => {
    const seen = [];
    for (let next = `/api/library?q=${encodeURIComponent(`${shelf.mark} Pages`)}&limit=2`; next;) {
      const reply = await call('GET', next);
      assert.equal(reply.body.page.total, 5);
      seen.push(...titles(reply));
      next = reply.body.page.next;
    }
    assert.deepEqual(seen, ['Pages A', 'Pages B', 'Pages C', 'Pages D', 'Pages E']);
  });
  it('does not mind capitals', async () => {
    const { body } = await call('GET', `/api/library?q=${encodeURIComponent(`${shelf.mark} pages a`.toUpperCase())}`);
    assert.equal(body.page.total, 1);
  });
  it('takes a percent sign for a percent sign', async () =>
    assert.equal((await shelf.find('+Odd+100%25')).body.page.total, 1));
  it('filters by kind', async () => {
    const { body } = await shelf.find('&kind=album');
    assert.ok(body.items.length >= 5 && body.items.every(({ kind }) => kind === 'album'));
  });
  it('gives every item a poster or none has one', async () => {
    const { body } = await shelf.find();
    assert.equal(new Set(body.items.map(({ poster }) => typeof poster)).size, 1);
  });
  it('refuses a limit over 100', async () => assert.equal((await call('GET', '/api/library?limit=101')).status, 400));
});

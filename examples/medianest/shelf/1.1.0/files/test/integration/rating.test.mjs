import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { call, ownShelf } from '../client.mjs';

const shelf = ownShelf();
after(() => shelf.sweep());

describe('ratings', () => {
  it('are kept', async () => {
    const { id } = await shelf.add('rated', { rating: 9 });
    assert.equal((await call('GET', `/api/library/${id}`)).body.rating, 9);
  });
  it('are not needed', async () => assert.equal((await shelf.add('unrated')).rating, null));
  it('go from 1 to 10', async () => {
    assert.equal((await call('POST', '/api/library/items', { title: shelf.mark, rating: 11 })).status, 400);
  });
});

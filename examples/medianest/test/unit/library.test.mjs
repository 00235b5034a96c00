import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BadRequest,
  kinds,
  likePattern,
  maxLimit,
  pageAddress,
  parseId,
  parsePage,
  toItem,
  toPage,
  validateItem,
} from '../../backend/library.mjs';

const page = (query) => parsePage(new URLSearchParams(query));

describe('a page that is asked for', () => {
  it('has 20 items from the start when nothing is said', () => {
    assert.deepEqual(page(''), { limit: 20, offset: 0, search: null, kind: null });
  });
  it('takes limit, offset, search and kind', () => {
    assert.deepEqual(page('limit=5&offset=10&q=blue&kind=album'), {
      limit: 5,
      offset: 10,
      search: 'blue',
      kind: 'album',
    });
  });
  it('accepts the smallest and the largest limit', () => {
    assert.equal(page('limit=1').limit, 1);
    assert.equal(page(`limit=${maxLimit}`).limit, maxLimit);
  });
  for (const query of [
    'limit=0',
    `limit=${maxLimit + 1}`,
    'limit=-1',
    'limit=ten',
    'limit=1.5',
    'limit=1e2',
    'limit=',
    'offset=-1',
    'offset=99999999999',
  ]) {
    it(`refuses ${query}`, () => assert.throws(() => page(query), BadRequest));
  }
  it('treats an empty search as none', () => assert.equal(page('q=%20').search, null));
  it('refuses a search of more than 100 characters', () =>
    assert.throws(() => page(`q=${'x'.repeat(101)}`), BadRequest));
  it('refuses a kind the library does not know', () =>
    assert.throws(() => page('kind=vinyl'), /film, series, album, book/));
});

describe('a page that is given', () => {
  const asked = { limit: 2, offset: 2, search: null, kind: null };
  it('names the next page while there is more', () => {
    assert.equal(toPage(['a', 'b'], 5, asked).page.next, '/api/library?limit=2&offset=4');
  });
  it('has no next page at the end', () => assert.equal(toPage(['a', 'b'], 4, asked).page.next, null));
  it('has no next page when it is empty', () => assert.equal(toPage([], 4, { ...asked, offset: 10 }).page.next, null));
  it('keeps search and kind in the address of the next page', () => {
    assert.equal(
      pageAddress({ limit: 2, offset: 4, search: 'a&b', kind: 'film' }),
      '/api/library?limit=2&offset=4&q=a%26b&kind=film',
    );
  });
  it('can be followed from start to end without gap or repetition', () => {
    const all = Array.from({ length: 23 }, (_, i) => i);
    const seen = [];
    for (let next = '/api/library?limit=5'; next;) {
      const current = parsePage(new URL(next, 'http://x').searchParams);
      const given = toPage(all.slice(current.offset, current.offset + current.limit), all.length, current);
      seen.push(...given.items);
      next = given.page.next;
    }
    assert.deepEqual(seen, all);
  });
});

describe('an item that is added', () => {
  it('needs only a title and is a film then', () => {
    assert.deepEqual(validateItem({ title: 'Metropolis' }), { title: 'Metropolis', kind: 'film', year: null });
  });
  it('keeps kind and year', () => {
    for (const kind of kinds)
      assert.deepEqual(validateItem({ title: 'x', kind, year: 1999 }), { title: 'x', kind, year: 1999 });
  });
  it('has its white space put in order', () =>
    assert.equal(validateItem({ title: '  The\t\n General ' }).title, 'The General'));
  it('composes accents, so that equal titles are equal', () => {
    assert.equal(validateItem({ title: 'Ame\u0301lie' }).title, 'Am\u00e9lie');
  });
  it('may have a title of exactly 200 characters', () =>
    assert.equal(validateItem({ title: 'x'.repeat(200) }).title.length, 200));
  for (const title of ['', '   ', 'x'.repeat(201), 'bell\u0007', 7, null, undefined]) {
    it(`refuses the title ${JSON.stringify(title)?.slice(0, 20)}`, () =>
      assert.throws(() => validateItem({ title }), BadRequest));
  }
  for (const year of [1799, 2101, 1999.5, '1999']) {
    it(`refuses the year ${JSON.stringify(year)}`, () =>
      assert.throws(() => validateItem({ title: 'x', year }), BadRequest));
  }
  for (const body of [null, [], 'title', 3]) {
    it(`refuses the body ${JSON.stringify(body)}`, () => assert.throws(() => validateItem(body), BadRequest));
  }
  it('refuses fields it does not know, by name', () =>
    assert.throws(() => validateItem({ title: 'x', owner: 1 }), /owner/));
});

describe('ids and rows', () => {
  it('reads an id', () => assert.equal(parseId('42'), 42));
  for (const id of ['0', '-1', 'x', '2147483648', ''])
    it(`refuses the id "${id}"`, () => assert.throws(() => parseId(id), BadRequest));
  it('shows a row with an instant as text', () => {
    const row = { id: 1, title: 't', kind: 'book', year: null, added_at: new Date(0), seed_key: 'hidden' };
    const item = toItem(row);
    assert.equal(item.addedAt, '1970-01-01T00:00:00.000Z');
    assert.equal('seed_key' in item, false);
  });
  it('searches percent signs and underscores literally', () => assert.equal(likePattern('100%_\\'), '%100\\%\\_\\\\%'));
});

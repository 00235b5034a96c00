import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { libraryPage, troublePage } from '../../frontend/page.mjs';

const page = (items) => libraryPage({ items, page: { total: items.length } }, 'rel_1');

describe('the page', () => {
  it('lists titles', () =>
    assert.match(page([{ kind: 'film', title: 'Metropolis', year: 1927 }]), /<strong>Metropolis<\/strong><span>1927/));
  it('lets no title become markup', () => {
    const html = page([{ kind: 'film', title: '<script>"x" & \'y\'', year: null }]);
    assert.equal(html.includes('<script>'), false);
    assert.match(html, /&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;/);
  });
  it('says so when the shelf is empty', () => assert.match(page([]), /The shelf is empty/));
  it('shows its release, also in trouble', () => {
    assert.match(page([]), /<code>rel_1<\/code>/);
    assert.match(troublePage('rel_1'), /role="alert"[\s\S]*<code>rel_1<\/code>/);
  });
});

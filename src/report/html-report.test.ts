import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reportHtml } from './html-report.ts';
import {
  accounts,
  conditional,
  couldNotJudge,
  good,
  hostile,
  noGo,
  rolledBack,
  stillRunning,
} from './testing/accounts.ts';

/** Tags with their attributes' names, in order; throws on anything that is not one of our well-formed tags. */
function skeleton(page: string): readonly string[] {
  const markup = page.replace(/^<!doctype html>/i, '').replace(/<style>[^<]*<\/style>/, '');
  const tag = /<(\/?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z:0-9-]*="[^"<>]*")*)\s*\/?>/g;
  if (/[<>]/.test(markup.replace(tag, ''))) throw new Error('a raw < or > outside of our tags');
  return [...markup.matchAll(tag)].map(
    ([, name, attributes = '']) =>
      `${name} ${[...attributes.matchAll(/\s([^\s=]+)="/g)].map((each) => each[1]).join(' ')}`,
  );
}

const seen = (page: string): string =>
  page
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

const nasty = fc.constantFrom(
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='x",
  '</style><b>',
  '</pre></details>',
  '-->',
  ']]>',
  'javascript:alert(1)',
  '&lt;',
  '&#x3c;b&#x3e;',
  '\u202E',
  '\u200B',
  '\u001b[2J',
  '\u0000',
  '\uD800',
  '${1}',
  '{{x}}',
  '`',
);
const hostileText = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 12 })), { minLength: 1, maxLength: 5 })
  .map((parts) => `x${parts.join('')}`);

describe('the page', () => {
  test('F127 no string of an account changes the structure of the page', () => {
    const plain = skeleton(reportHtml(hostile('x plain')));
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(skeleton(reportHtml(hostile(text)))).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  test('F126 F128 nothing unseen reaches the page', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(reportHtml(hostile(text)).replace(/\n|\t|\uFE0F/g, '')).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u,
        );
      }),
      { numRuns: 40 },
    );
  });

  test.each(Object.keys(accounts))('%s: one file, no script, nothing fetched, every id once', (name) => {
    const page = reportHtml(accounts[name]!());
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;`);
    expect(page).not.toMatch(
      /<(?:script|link|img|iframe|object|embed|form|base)\b|\bsrc=|\burl\(|@import|\bon[a-z]+="|NaN|undefined|Infinity/,
    );
    expect([...page.matchAll(/href="([^"]*)"/g)].map((each) => each[1])).toEqual(['#main']);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((each) => each[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, names = ''] of page.matchAll(/aria-labelledby="([^"]*)"/g))
      for (const id of names.split(' ')) expect(ids).toContain(id);
    expect(skeleton(page).filter((tag) => /^h1\b/.test(tag))).toHaveLength(1);
  });

  test.each([
    [good, 'GO', 'live', 'tone-good'],
    [noGo, 'NO-GO', 'stopped before traffic', 'tone-bad'],
    [rolledBack, 'ROLLED BACK', 'after CONDITIONAL GO', 'tone-bad'],
    [conditional, 'CONDITIONAL GO', 'live', 'tone-caution'],
    [couldNotJudge, 'COULD NOT JUDGE', 'stopped before traffic', 'tone-unknown'],
    [stillRunning, 'NO VERDICT YET', 'running', 'tone-plain'],
  ])('%o reads %s and %s', (make, verdict, ending, tone) => {
    const page = reportHtml(make());
    expect(page).toContain(`<header class="${tone}">`);
    expect(page).toMatch(new RegExp(`</span>${verdict}</h1>\\s*<span class="ending[ a-z]*">${ending}</span>`));
  });

  test('R86 a failure names its likely cause, the next step and where it was asked for', () => {
    const text = seen(reportHtml(noGo()));
    expect(text).toContain('Likely cause The test passes on a developer machine only');
    expect(text).toContain('Next step Run &quot;npm run test:integration -- shelf&quot;');
    expect(text).toContain('Asked for in greenroom.yaml:97:7');
    expect(seen(reportHtml(rolledBack()))).toContain(
      'bake ✕ failed 11 of 58 answers were errors (19 %), the limit is 5 % Likely cause The release passed its checks and went wrong under real traffic',
    );
  });

  test('every check stands in the table with value, bound, evidence and outcome in words', () => {
    const account = good();
    const text = seen(reportHtml(account));
    for (const line of account.verdict!.lines) {
      expect(text).toContain(`✓ passed ${line.name} `);
      expect(text).toContain(line.evidence!.slice(0, 12));
    }
    expect(text).toContain('p95 48 ms (at most 300 ms)');
    expect(reportHtml(account).match(/<svg class="plot"/g)).toHaveLength(2);
  });

  test('what was not run and what could not be measured is named with its reason', () => {
    expect(seen(reportHtml(rolledBack()))).toContain('library-load performance not asked here runs in staging only');
    expect(seen(reportHtml(couldNotJudge()))).toContain(
      'smoke health ? no answer was not measured: reports/smoke.xml ends',
    );
  });

  test('conditions show owner, due date, who accepted and why; the record its head', () => {
    const account = conditional();
    const text = seen(reportHtml(account));
    expect(text).toContain(
      'Grace Hopper 2026-11-22 09:31:13 UTC ✓ by Grace Hopper &lt;grace@example.org&gt;, 2026-11-20 10:41:13 UTC: counted elsewhere until then',
    );
    expect(text).toContain(account.records.at(-1)!.hash);
  });
});

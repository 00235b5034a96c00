import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maintenanceHtml, maintenanceProblem, ownHtml, readUntil, retryAfter, untilWords } from './maintenance.ts';

const nowAt = Date.UTC(2026, 10, 21, 20, 0);
const notice = (text: string | null, untilAt: number | null = null) => ({ project: 'hello', notice: text, untilAt });

test('whatever the notice says, it stays text: no tag of it, one line', () => {
  const plain = maintenanceHtml(notice('NOTICE'), nowAt).match(/<[^>]*>/g);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const html = maintenanceHtml(notice(text), nowAt);
      expect(html.match(/<[^>]*>/g)).toEqual(plain);
      expect(ownHtml('<p>{{notice}}</p>', notice(text), nowAt).match(/<[^>]*>/g)).toEqual(['<p>', '</p>']);
      // oxlint-disable-next-line no-control-regex -- exactly these are meant
      expect(html).not.toMatch(/[\u0000-\u001f\u007f]/);
    }),
  );
  expect(maintenanceHtml(notice('<script>alert("x")</script>'), nowAt)).toContain('&lt;script&gt;alert(&quot;x&quot;)');
});

test('a page of the team gets notice and time where it asks for them', () => {
  const page = '<h1>Closed</h1>\n<p>{{notice}}</p>\n<p>{{until}}</p>';
  expect(ownHtml(page, notice('$& moves', Date.UTC(2026, 10, 21, 22, 30)), nowAt)).toBe(
    '<h1>Closed</h1> <p>$&amp; moves</p> <p>22:30 UTC</p>',
  );
  expect(ownHtml('{{until}}!', notice(null), nowAt)).toBe('!');
});

test('the problem document says the same, and when', () => {
  expect(JSON.parse(maintenanceProblem(notice('a "new" disk', Date.UTC(2026, 10, 21, 22, 30))))).toEqual({
    ...{ type: 'about:blank', title: 'Under maintenance', status: 503, detail: 'a "new" disk' },
    until: '2026-11-21T22:30:00.000Z',
  });
});

test('Retry-After is the planned end, or five minutes where none is planned or it is over', () => {
  const until = Date.UTC(2026, 10, 21, 22, 30);
  expect(retryAfter(until, nowAt)).toBe('Sat, 21 Nov 2026 22:30:00 GMT');
  expect([retryAfter(null, nowAt), retryAfter(until, until)]).toEqual(['300', '300']);
});

test('a time of the day is the next one of its kind; an instant must have a zone and lie ahead', () => {
  const [past, ahead] = [-60_000, 60_000].map((offset) => new Date(nowAt + offset));
  const clock = (date: Date) => `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`;
  expect(readUntil(clock(ahead!), nowAt)).toBe(nowAt + 60_000);
  expect(readUntil(clock(past!), nowAt)).toBe(nowAt - 60_000 + 86_400_000);
  expect(readUntil('2026-11-21T22:30+01:00', nowAt)).toBe(Date.UTC(2026, 10, 21, 21, 30));
  const wrong = ['24:00', '7', 'soon', '2026-11-21T22:30', '2026-11-20T22:30Z', '2026-13-21T22:30Z', ''];
  expect(wrong.map((text) => readUntil(text, nowAt))).toEqual(wrong.map(() => null));
});

test('another day is said with its date', () => {
  expect(untilWords(Date.UTC(2026, 10, 22, 1, 5), nowAt)).toBe('2026-11-22 01:05 UTC');
});

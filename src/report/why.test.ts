import { expect, test } from 'vitest';
import { good, hostile, noGo, rolledBack, stillRunning } from './testing/accounts.ts';
import { why } from './why.ts';
import { whyText } from './why-text.ts';

test('walks from the ending through the verdict to evidence, place and record', () => {
  const account = noGo();
  const steps = why(account);
  expect(steps.slice(0, 8).map((step) => step.kind)).toEqual([
    'ending',
    'record',
    'verdict',
    'record',
    'line',
    'evidence',
    'place',
    'record',
  ]);
  const api = account.results.find((result) => result.name === 'api')!;
  const record = account.records.find((each) => each.kind === 'step-ended' && each.data['step'] === 'integration')!;
  expect(steps[4]).toMatchObject({ name: 'api', outcome: 'fail', cause: api.cause });
  expect(steps[5]).toMatchObject({ hash: api.evidence, seen: '{"failures":1,"tests":42}', attempts: ['fail', 'fail'] });
  expect(steps[6]).toEqual({ kind: 'place', where: 'greenroom.yaml:97:7' });
  expect(steps[7]).toMatchObject({ sequence: record.sequence, hash: record.hash });
});

test('follows one check, and only that one', () => {
  const steps = why(good(), 'library-load', { rejudged: { same: true } });
  expect(steps.map((step) => step.kind)).toEqual(['verdict', 'record', 'line', 'evidence', 'place', 'record']);
  expect(steps[0]).toMatchObject({ decision: 'go', rejudged: { same: true } });
});

test('a rollback leads to the step that broke, with what it measured', () => {
  expect(why(rolledBack(), 'bake').at(1)).toMatchObject({
    kind: 'step',
    status: 'failed',
    facts: expect.stringContaining('errors 11'),
  });
  expect(
    why(rolledBack())
      .map((step) => step.kind)
      .slice(0, 3),
  ).toEqual(['ending', 'record', 'step']);
});

test('instants, spans and counts of a step are said as such', () => {
  const account = rolledBack();
  const facts = { firstBadAt: Date.UTC(2026, 10, 20, 12, 0, 5), switchMs: 3, requests: 1_200 };
  const steps = account.steps.map((step) => (step.kind === 'bake' ? { ...step, facts } : step));
  expect(why({ ...account, steps }, 'bake').at(1)).toMatchObject({
    facts: 'first bad at 2026-11-20 12:00:05 UTC · switch 3 ms · requests 1,200',
  });
});

test('a name nobody knows answers with those there are', () => {
  const [answer] = why(good(), 'nope');
  expect(answer).toMatchObject({ kind: 'unknown', subject: 'nope', known: expect.arrayContaining(['api', 'bake']) });
});

test('a running deployment has neither ending nor verdict yet', () => {
  expect(why(stillRunning())).toEqual([{ kind: 'ending', ending: null, status: 'integration', at: null }]);
});

test('says aloud when judging again gave something else', () => {
  const text = whyText(why(noGo(), 'api', { rejudged: { same: false } }), { colour: false, width: 100 });
  expect(text).toContain('DIFFERENT');
  expect(text).toContain('asked in  greenroom.yaml:97:7');
});

test('F126 F128 hostile strings stay text', () => {
  const text = whyText(why(hostile('x\u001b[2J\u202Ey\nz')), { colour: false, width: 100 });
  expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\u202E]/u);
  expect(text).toContain('⟨U+202E⟩');
});

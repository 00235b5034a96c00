import { expect, test } from 'vitest';
import { bakeAlpha, closeLook, gathered, judgeSubjects, noLooks, subjectsOf, type LooksTally } from './bake-looks.ts';
import { lookDoubt, lookFault, lookFinding } from './bake-words.ts';
import type { BakeLooks } from './project.ts';
import { gaussian, seededUniform } from './statistics/seeded.ts';

const rules: BakeLooks = {
  everyMs: 60_000,
  availability: 0.99,
  latency: [{ service: 'api', quantile: 0.95, withinMs: 300 }],
  compare: { allowedRatio: 1.1, detectRatio: 1.2, samples: 60 },
};
const subjects = subjectsOf(rules, ['api'], true);
const uniform = seededUniform(3);
const latencies = (ratio: number): number[] =>
  Array.from({ length: 60 }, () => 50 * ratio * Math.exp(0.2 * gaussian(uniform)));

interface Seen {
  readonly ratio?: number;
  readonly bad?: number;
  readonly slow?: number;
}

function watched(looks: number, { ratio = 1, bad = 0, slow = 0 }: Seen, of = looks): LooksTally {
  let tally = noLooks;
  for (let look = 1; look <= looks; look += 1) {
    tally = gathered(tally, 'availability', { bad, asked: 400 });
    tally = gathered(tally, 'api p95', { bad: slow, asked: 100 });
    tally = gathered(tally, 'api against before', { oldMs: latencies(1), newMs: latencies(ratio) });
    tally = closeLook(tally, subjects, look / of);
  }
  return tally;
}

test('subjects are the objectives and, where a version stands beside, each service against it', () => {
  expect(subjects.map((each) => each.name)).toEqual(['availability', 'api p95', 'api against before']);
  expect(subjectsOf(rules, ['api'], false).map((each) => each.kind)).toEqual(['availability', 'latency']);
  expect(subjectsOf({ ...rules, availability: null, latency: [], compare: null }, ['api'], true)).toEqual([]);
});

test('a good release: no fault, no doubt, every finding says what would have been seen', () => {
  const judged = judgeSubjects(watched(12, {}), subjects, true);
  expect([lookFault(judged), lookDoubt(judged)]).toEqual([null, null]);
  expect(judged.map((each) => lookFinding(each))).toMatchObject([
    {
      name: 'availability',
      outcome: 'pass',
      value: expect.stringMatching(/^0 of 4800 \(0 %; .* would have been seen\)$/),
    },
    { name: 'api p95', outcome: 'pass', threshold: 'at most 5 % slower than 300 ms' },
    {
      name: 'api against before',
      outcome: 'pass',
      value: expect.stringMatching(/slower than 1\.1\d+x would have been/),
    },
  ]);
});

test.each<[string, Seen]>([
  ['availability', { bad: 40 }],
  ['api p95', { slow: 30 }],
  ['api against before', { ratio: 1.6 }],
])('what is worse is named, and the false alarms of the whole bake are stated: %s', (name, seen) => {
  const judged = judgeSubjects(watched(6, seen, 12), subjects, false);
  expect(lookFault(judged)).toMatch(new RegExp(`^${name} was .*false alarms of the whole bake: at most 2.5 %`));
});

test('the allowed false alarms are divided among the subjects', () => {
  const spent = judgeSubjects(watched(12, {}), subjects, true).map(({ judged }) => judged.spentAlpha);
  expect(spent.reduce((sum, each) => sum + each, 0)).toBeCloseTo(bakeAlpha, 10);
});

test('no traffic is not health: nothing gathered is doubt about every subject, with the samples that are needed', () => {
  const tally = closeLook(noLooks, subjects, 1);
  const judged = judgeSubjects(tally, subjects, true);
  expect(lookFault(judged)).toBeNull();
  expect(judged.map((each) => lookFinding(each).outcome)).toEqual(['error', 'error', 'error']);
  const before = judgeSubjects(closeLook(noLooks, subjects, 0.5), subjects, false);
  expect(before.map((each) => lookFinding(each).outcome)).toEqual(['skip', 'skip', 'skip']);
  expect(lookDoubt(judged)).toMatch(
    /^insufficient data: availability was nothing was asked.*, 299 more samples needed;/,
  );
  expect(lookDoubt(judged)).toContain('api against before');
});

test('a sample is in one look only; too few of them wait for the next look', () => {
  const few = gathered(noLooks, 'api against before', { oldMs: latencies(1).slice(0, 9), newMs: latencies(1) });
  const first = closeLook(few, subjects, 0.5);
  expect(first).toMatchObject({ looks: 1, comparisons: {} });
  const more = gathered(first, 'api against before', { oldMs: latencies(1).slice(0, 1), newMs: [] });
  const second = closeLook(more, subjects, 1);
  expect(second.comparisons['api against before']).toMatchObject([{ sampleOld: 10, sampleNew: 60, fraction: 1 }]);
  expect(closeLook(second, subjects, 1).comparisons['api against before']).toHaveLength(1);
});

test('a bake that is stored and read back between any two looks says the same', () => {
  const tally = watched(5, { ratio: 1.05 });
  const again = JSON.parse(JSON.stringify(tally)) as LooksTally;
  expect(judgeSubjects(again, subjects, true)).toEqual(judgeSubjects(tally, subjects, true));
});

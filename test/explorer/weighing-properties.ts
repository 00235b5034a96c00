import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonical } from '../../src/domain/json.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type * as rules from '../../src/domain/verdict.ts';
import type { CheckResult, RequiredCheck, Verdict, VerdictQuestion } from '../../src/domain/verdict.ts';
import { seed, type Property } from './property.ts';

type Weighing = Pick<typeof rules, 'weigh' | 'heldFor'>;
type Weigh = Weighing['weigh'];

const at = 1_000_000;
const maxAgeMs = 60_000;

const required = (name: string, parts: Partial<RequiredCheck> = {}): RequiredCheck => ({
  name,
  phase: 'health',
  kind: 'http',
  blocking: true,
  flaky: 'warn',
  where: `greenroom.yaml:${name.length}:3`,
  ...parts,
});

const result = (name: string, outcome: Outcome, parts: Partial<CheckResult> = {}): CheckResult => ({
  name,
  phase: 'health',
  outcome,
  reason: `said ${outcome}`,
  findings: [{ name: 'time', outcome, value: '12 ms', threshold: '50 ms' }],
  cause: outcome === 'pass' ? null : 'a cause',
  next: outcome === 'pass' ? null : 'a next step',
  evidence: `evidence of ${name}`,
  attempts: [outcome],
  releaseRevision: 'r1',
  environment: 'staging',
  beganAt: at - 2_000,
  endedAt: at - 1_000,
  ...parts,
});

const question = (
  policy: readonly RequiredCheck[],
  results: readonly CheckResult[],
  parts: Partial<VerdictQuestion> = {},
): VerdictQuestion => ({
  policy: { required: policy, evidenceMaxAgeMs: maxAgeMs, conditions: { owner: 'team', dueWithinMs: 5_000 } },
  results,
  releaseRevision: 'r1',
  environment: 'staging',
  at,
  ...parts,
});

const outcomes: readonly Outcome[] = ['pass', 'warn', 'error', 'fail'];
const line = fc.record({
  blocking: fc.boolean(),
  flaky: fc.constantFrom('pass', 'warn', 'fail'),
  outcome: fc.constantFrom<Outcome>('pass', 'pass', 'pass', 'warn', 'error', 'fail'),
  isFlaky: fc.boolean(),
});
const cases = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => ({
  policy: lines.map(({ blocking, flaky }, index) => required(`c${index}`, { blocking, flaky })),
  results: lines.map(({ outcome, isFlaky }, index) =>
    result(`c${index}`, outcome, { attempts: isFlaky ? ['fail', outcome] : [outcome] }),
  ),
}));
const badness = { go: 0, 'conditional-go': 1, 'no-go': 2 };

/** Ways in which an answer is no answer to this question. */
const spoiled: readonly (readonly [string, (each: CheckResult) => readonly CheckResult[]])[] = [
  ['F054 missing', () => []],
  ['F054 renamed', (each) => [{ ...each, name: `${each.name} renamed` }]],
  ['F052 stale', (each) => [{ ...each, endedAt: at - maxAgeMs - 1 }]],
  ['F052 of another release', (each) => [{ ...each, releaseRevision: 'r2' }]],
  ['F053 of another environment', (each) => [{ ...each, environment: 'production' }]],
  ['passed without evidence', (each) => [{ ...each, outcome: 'pass', attempts: ['pass'], evidence: null }]],
];

function holds<T>(name: string, arbitrary: fc.Arbitrary<T>, check: (value: T) => void): Property {
  return { name, run: () => fc.assert(fc.property(arbitrary, check), { ...seed, numRuns: 200 }) };
}

const withIndex = fc.tuple(cases, fc.nat());
type WithIndex = [{ policy: RequiredCheck[]; results: CheckResult[] }, number];

export const weighingProperties = ({ weigh, heldFor }: Weighing): readonly Property[] => [
  holds(
    'a worse answer never makes a better verdict',
    fc.tuple(withIndex, fc.nat()),
    ([[{ policy, results }, n], m]) => {
      const index = n % results.length;
      const old = results[index]!;
      const worse = outcomes.slice(outcomes.indexOf(old.outcome))[m % (4 - outcomes.indexOf(old.outcome))]!;
      const changed = results.with(index, { ...old, outcome: worse, attempts: [...old.attempts.slice(0, -1), worse] });
      const [before, after] = [results, changed].map((each) => weigh(question(policy, each)));
      // A pass that the policy calls a failure for its flakiness is bad already.
      if (old.outcome === 'pass' && old.attempts.length > 1) return;
      assert.ok(badness[after!.decision] >= badness[before!.decision]);
      assert.ok(after!.score <= before!.score);
    },
  ),
  ...spoiled.map(([name, spoil]) =>
    holds(`${name}: never a go, and no pass on that line`, withIndex, ([{ policy, results }, n]: WithIndex) => {
      const index = n % results.length;
      const verdict = weigh(
        question(
          policy,
          results.flatMap((each, i) => (i === index ? spoil(each) : [each])),
        ),
      );
      assert.equal(verdict.lines[index]!.outcome, 'error');
      assert.equal(verdict.lines[index]!.evidence, null);
      assert.notEqual(verdict.decision, 'go');
      if (policy[index]!.blocking) assert.equal(verdict.decision, 'no-go');
    }),
  ),
  holds('F057 a pass after a worse answer is never silently green', withIndex, ([{ policy, results }, n]) => {
    const index = n % results.length;
    for (const before of ['fail', 'warn'] as const) {
      const flaky = { ...results[index]!, outcome: 'pass', attempts: [before, 'pass'] } as const;
      const said = weigh(question(policy, results.with(index, flaky))).lines[index]!;
      assert.equal(said.flaky, true);
      assert.match(said.reason, /^flaky: passed after 1 other outcome; /);
      assert.equal(said.outcome, policy[index]!.flaky);
    }
  }),
  holds('an attempt that could not judge does not make a pass flaky', withIndex, ([{ policy, results }, n]) => {
    const index = n % results.length;
    for (const before of ['error', 'skip'] as const) {
      const steady = { ...results[index]!, outcome: 'pass', attempts: [before, 'pass'] } as const;
      const said = weigh(question(policy, results.with(index, steady))).lines[index]!;
      assert.deepEqual([said.flaky, said.outcome, said.reason], [false, 'pass', steady.reason]);
    }
  }),
  holds(
    'only the order of answers to the same question matters: the latest counts',
    fc.tuple(withIndex, fc.nat()),
    ([[{ policy, results }, n], m]) => {
      const turn = m % results.length;
      const turned = [...results.slice(turn), ...results.slice(0, turn)];
      const verdict = weigh(question(policy, results));
      assert.deepEqual(weigh(question(policy, turned)), verdict);
      const earlier = result(results[n % results.length]!.name, 'fail', { reason: 'earlier' });
      assert.deepEqual(weigh(question(policy, [earlier, ...results])), verdict);
      const later = { ...earlier, reason: 'later' };
      const last = weigh(question(policy, [...results, later])).lines.find((each) => each.name === later.name);
      assert.equal(last!.reason, 'later');
    },
  ),
  holds('asked twice it says the same bytes and touches nothing', cases, ({ policy, results }) => {
    const asked = question(policy, results);
    const before = canonical(asked);
    assert.equal(canonical(weigh(asked)), canonical(weigh(structuredClone(asked))));
    assert.equal(canonical(asked), before);
  }),
  holds('the decision follows from the lines alone', cases, ({ policy, results }) => {
    const { lines, decision, couldNotJudge, conditions } = weigh(question(policy, results));
    const bad = lines.filter((each) => each.outcome === 'fail' || each.outcome === 'error');
    const stopping = bad.filter((each) => each.blocking);
    const owed = lines.filter((each) => each.outcome === 'warn' || (bad.includes(each) && !each.blocking));
    const expected = stopping.length > 0 ? 'no-go' : owed.length > 0 ? 'conditional-go' : 'go';
    assert.equal(decision, expected);
    assert.equal(couldNotJudge, stopping.length > 0 && !stopping.some((each) => each.outcome === 'fail'));
    assert.deepEqual(
      conditions.map((each) => each.id),
      decision === 'conditional-go' ? owed.map((each) => each.name) : [],
    );
  }),
  holds(
    'F082 where the environment holds, every condition waits for somebody; elsewhere those of lines that hold by themselves',
    fc.tuple(cases, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })),
    ([{ policy, results }, holding]) => {
      const marked = policy.map((each, index) => (holding[index] ? { ...each, holds: true as const } : each));
      const asked = question(marked, results);
      const verdict = weigh(asked);
      const owed = verdict.conditions.map((each) => each.id);
      assert.deepEqual(heldFor(verdict, asked.policy, 'hold'), owed);
      assert.deepEqual(
        heldFor(verdict, asked.policy, 'proceed'),
        owed.filter((id) => marked.some((each) => each.name === id && each.holds === true)),
      );
      // What waits is the traffic alone: the verdict is the same.
      assert.equal(canonical(verdict), canonical(weigh(question(policy, results))));
    },
  ),
  { name: 'the whole of a verdict, written out', run: () => assert.deepEqual(weigh(example), exampleVerdict) },
  {
    name: 'nothing asked and nothing measured is a no-go that could not be judged, with a score of 0',
    run: () => {
      for (const asked of [question([], []), question([required('c')], [result('c', 'skip')])]) {
        const { decision, couldNotJudge, score, conditions } = weigh(asked);
        assert.deepEqual([decision, couldNotJudge, score, conditions], ['no-go', true, 0, []]);
      }
    },
  },
  {
    name: 'F052 evidence of exactly the allowed age still counts',
    run: () => {
      const aged = result('c', 'pass', { endedAt: at - maxAgeMs });
      const { decision, score } = weigh(question([required('c')], [aged]));
      assert.deepEqual([decision, score], ['go', 100]);
    },
  },
  { name: 'says why an answer does not count, and what to do', run: () => saysWhy(weigh) },
];

const example = question(
  [required('good'), required('slow'), required('shaky'), required('extra', { blocking: false }), required('off')],
  [
    result('good', 'pass'),
    result('slow', 'warn'),
    result('shaky', 'pass', { attempts: ['fail', 'error', 'pass'], cause: 'c', next: 'n' }),
    result('extra', 'fail'),
    result('off', 'skip'),
  ],
);

const seen = (name: string, outcome: Outcome) => ({
  name,
  phase: 'health',
  kind: 'http',
  blocking: true,
  where: `greenroom.yaml:${name.length}:3`,
  flaky: false,
  outcome,
  reason: `said ${outcome}`,
  findings: [{ name: 'time', outcome, value: '12 ms', threshold: '50 ms' }],
  cause: 'a cause',
  next: 'a next step',
  evidence: `evidence of ${name}`,
});
const shakyReason = 'flaky: passed after 2 other outcomes; said pass';
const owes = (id: string, reason: string) => ({ id, text: `${id}: ${reason}`, owner: 'team', dueAt: at + 5_000 });
const exampleVerdict: Verdict = {
  decision: 'conditional-go',
  couldNotJudge: false,
  // 1 + ½ + ½ + 0 of four that were asked.
  score: 50,
  lines: [
    { ...seen('good', 'pass'), cause: null, next: null },
    seen('slow', 'warn'),
    { ...seen('shaky', 'pass'), outcome: 'warn', flaky: true, reason: shakyReason, cause: 'c', next: 'n' },
    { ...seen('extra', 'fail'), blocking: false },
    seen('off', 'skip'),
  ],
  conditions: [owes('slow', 'said warn'), owes('shaky', shakyReason), owes('extra', 'said fail')],
  decidedAt: at,
};

function saysWhy(weigh: Weigh): void {
  const reasons = spoiled.map(([, spoil]) => weigh(question([required('c')], spoil(result('c', 'fail')))));
  const missing = (reason: string, next: string) => ({
    ...{ ...seen('c', 'error'), findings: [], cause: null, evidence: null },
    reason,
    next,
  });
  const again = 'Deploy this release again.';
  assert.deepEqual(
    reasons.map(({ lines }) => lines),
    [
      ['was not measured: the deployment stopped before it', 'Repair what stopped the deployment, then deploy again.'],
      ['was not measured: the deployment stopped before it', 'Repair what stopped the deployment, then deploy again.'],
      ['the evidence is too old', again],
      ['the evidence is of another release', again],
      ['the evidence is of another environment', 'Deploy this release here.'],
      ['passed without evidence', 'Report this as a defect of the check.'],
    ].map(([reason, next]) => [missing(reason!, next!)]),
  );
  assert.equal(weigh(question([required('c'), required('d'), required('e')], [result('c', 'pass')])).score, 33.3);
}

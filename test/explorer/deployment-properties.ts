import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeploymentState, Message, OperationResult } from '../../src/domain/deployment.ts';
import { seed, type Property } from './property.ts';
import { wrongReaction } from './reactions.ts';
import { accept, allows, ended, gists, goBack, resolve, results, rollbackSteps, stepsOf, type Rules } from './rules.ts';

/** A message with a number relative to the newest operation, so that random ones fit often enough to lead anywhere. */
type Draft = (state: DeploymentState) => Message;

const result: fc.Arbitrary<OperationResult> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...gists).map((verdict): OperationResult => ({ status: 'done', verdict })) },
  { weight: 2, arbitrary: fc.constantFrom(...results) },
);
const choices = ['retry', 'continue', 'go-back'] as const;
const drafts: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 8, arbitrary: fc.constant((): Message => ({ kind: 'begin' })) },
  {
    weight: 8,
    arbitrary: fc.tuple(result, fc.constantFrom(0, 0, 0, 0, -1, 1)).map(
      ([answer, offset]): Draft =>
        (state) =>
          ended(state.operations + offset, answer),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('cancelled', 'superseded', 'rolled-back').map((as) => () => goBack(as)) },
  { weight: 2, arbitrary: fc.constantFrom('a', 'b', 'c').map((condition) => () => accept(condition)) },
  { weight: 1, arbitrary: fc.constantFrom(...choices).map((choice) => () => resolve(choice)) },
);
const stories = fc.tuple(fc.boolean(), fc.nat({ max: 2 }), fc.array(drafts, { minLength: 20, maxLength: 80 }));

type Watch = (before: DeploymentState, message: Message, after: DeploymentState) => void;

export function deploymentProperties(rules: Rules): readonly Property[] {
  const always = (name: string, watch: () => Watch): Property => ({
    name,
    run: () =>
      fc.assert(
        fc.property(stories, ([isFirst, shares, story]) => {
          const see = watch();
          let state = rules.newDeployment(stepsOf(isFirst, { shares: isFirst ? 0 : shares }));
          for (const draft of story) {
            const message = draft(state);
            const after = rules.fold(state, message);
            see(state, message, after);
            state = after;
          }
        }),
        { ...seed, numRuns: 300 },
      ),
  });
  return [
    always(
      'every answer of the rules is the proper one, and what does not fit changes nothing',
      () => (before, message) => assert.equal(wrongReaction(rules, before, message), null),
    ),
    always(
      'what a person is offered is what would be taken, and nothing while no step waits for a word',
      () => (_, __, after) => {
        const taken = choices.filter((choice) => rules.fold(after, resolve(choice)) !== after);
        assert.deepEqual(rules.choicesOf(after), taken);
        assert.equal(taken.length > 0, after.hold?.kind === 'unknown');
      },
    ),
    always('the end is final', () => (before, _, after) => {
      if (before.ended) assert.equal(after, before);
    }),
    always('operations are numbered 1, 2, 3 …', () => (before, _, after) => {
      const began = after.running && after.running !== before.running;
      assert.equal(after.operations, before.operations + (began ? 1 : 0));
      if (began) assert.equal(after.running!.number, after.operations);
    }),
    always('F078 there is one way back', () => {
      let turns = 0;
      return (before, _, after) => {
        if (after.goingBack && !before.goingBack) turns += 1;
        assert.ok(turns <= 1);
      };
    }),
    always('nothing is switched without a verdict that allows it', () => (_, __, { switched, verdict, accepted }) => {
      if (switched) assert.ok(allows(verdict, accepted));
    }),
    always(
      'who serves changes with the switch and with the way back, and is settled at the end',
      () => (before, _, after) => {
        if (after.ended) assert.equal(rules.newServes(after), after.ended.as === 'live');
        const [was, is] = [rules.newServes(before), rules.newServes(after)];
        const left = before.steps[before.next]?.kind;
        if (!was && is) assert.ok(left === 'switch' || left === 'rehearse-forth');
        if (was && !is) assert.ok(before.running?.step.kind === 'switch-back' || left === 'rehearse-back');
        if (left === 'rehearse-back' && after.next > before.next && !after.ended) assert.ok(!is);
        if (left === 'rehearse-forth' && after.next > before.next) assert.ok(is);
        if (before.running?.step.kind === 'switch-back' && after.goingBack?.steps[0]?.kind !== 'switch-back')
          assert.ok(!is);
        const isLast = before.steps.slice(before.next + 1).every((each) => each.kind !== 'switch');
        if (left === 'switch' && after.next > before.next) assert.equal(is, isLast);
      },
    ),
    always('open conditions are those that are owed and not accepted, in their order', () => (_, __, after) => {
      const owed = after.verdict?.holdFor ?? [];
      assert.deepEqual(
        rules.openConditions(after),
        owed.filter((each) => !after.accepted.includes(each)),
      );
    }),
    {
      name: 'a wish in each step of a rollback cuts off exactly what only looks',
      run: () => {
        let state = rules.newDeployment(rollbackSteps);
        for (const [index] of rollbackSteps.entries()) {
          state = rules.fold(state, { kind: 'begin' });
          assert.equal(wrongReaction(rules, state, goBack('cancelled')), null);
          state = rules.fold(state, ended(index + 1, { status: 'done', verdict: gists[0]! }));
        }
      },
    },
    {
      name: 'a new deployment has done nothing',
      run: () =>
        assert.deepEqual(rules.newDeployment(stepsOf(true)), {
          steps: stepsOf(true),
          next: 0,
          goingBack: null,
          running: null,
          operations: 0,
          wish: null,
          hold: null,
          verdict: null,
          accepted: [],
          started: false,
          switched: false,
          stopping: false,
          ended: null,
        }),
    },
  ];
}

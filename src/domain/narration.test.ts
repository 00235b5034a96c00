import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyMessage } from '../../test/explorer/explore.ts';
import { accept, ended, gists, goBack, resolve, stepsOf } from '../../test/explorer/rules.ts';
import { fold, newDeployment, type DeploymentState, type Message } from './deployment.ts';
import { narrate, statusOf } from './narration.ts';

type Story = readonly (Message | ((state: DeploymentState) => Message))[];
const begin: Message = { kind: 'begin' };
const done = (state: DeploymentState): Message =>
  ended(state.operations, { status: 'done', verdict: gists[0]!, facts: { measured: 1 } });
const failed = (state: DeploymentState): Message => ended(state.operations, { status: 'failed', reason: 'broken' });
const unknown = (state: DeploymentState): Message => ended(state.operations, { status: 'unknown', reason: 'cut off' });

/** Plays a story and tells what is recorded of it, with how the deployment stands at the end. */
function play(story: Story): { kinds: readonly string[]; last: unknown; status: string } {
  let state = newDeployment(stepsOf(false, { rehearses: false }));
  const records = story.flatMap((next) => {
    const message = typeof next === 'function' ? next(state) : next;
    const before = state;
    state = fold(state, message);
    return narrate(before, message, state);
  });
  return { kinds: records.map((each) => each.kind), last: records.at(-1), status: statusOf(state) };
}
const through = (steps: number): Story => Array.from({ length: steps }, () => [begin, done]).flat();

test('a step is recorded when it begins and when it ends, with its number and what it measured', () => {
  expect(play([begin])).toMatchObject({
    last: { kind: 'step-began', actor: 'greenroom', data: { step: 'admit', operation: 1 } },
    status: 'admit',
  });
  expect(play([begin, done])).toMatchObject({
    kinds: ['step-began', 'step-ended'],
    last: { data: { step: 'admit', operation: 1, status: 'done', facts: { measured: 1 } } },
    status: 'drift',
  });
});

test('a refusal says why', () => {
  expect(play([begin, failed])).toMatchObject({
    kinds: ['step-began', 'step-ended', 'deployment-ended'],
    last: { data: { as: 'refused', reason: 'broken' } },
    status: 'ended',
  });
});

test('the verdict is recorded once', () => {
  const { kinds } = play(through(12));
  expect(kinds.filter((kind) => kind === 'verdict')).toHaveLength(1);
  expect(kinds.slice(-2)).toEqual(['step-ended', 'deployment-ended']);
});

test('what people ask for carries their name; what came too late is recorded as refused', () => {
  expect(play([...through(5), goBack('cancelled')])).toMatchObject({
    kinds: expect.arrayContaining(['go-back-asked', 'going-back']),
    last: { kind: 'going-back', data: { as: 'cancelled', reason: 'wants it (ada)' } },
    status: 'going back',
  });
  expect(play([...through(11), begin, goBack('cancelled')]).last).toMatchObject({
    kind: 'go-back-refused',
    actor: 'ada',
    data: { as: 'cancelled', reason: 'wants it' },
  });
  expect(play([resolve('retry')]).last).toMatchObject({ kind: 'resolve-refused', actor: 'ada' });
});

test('a hold is recorded with its reason, and how it was resolved', () => {
  expect(play([begin, done, begin, unknown])).toMatchObject({
    last: { kind: 'held', data: { kind: 'unknown', reason: 'cut off' } },
    status: 'held',
  });
  expect(play([begin, done, begin, unknown, resolve('retry')]).last).toMatchObject({
    kind: 'resolved',
    data: { choice: 'retry' },
  });
});

test('a doubled answer leaves no trace; one that changed something always does, and the end is told once', () => {
  const stories = fc.array(fc.nat(), { minLength: 10, maxLength: 60 });
  fc.assert(
    fc.property(stories, (picks) => {
      let state = newDeployment(stepsOf(false, { rehearses: false }));
      let ends = 0;
      for (const pick of picks) {
        const messages = [begin, begin, done(state), done(state), done(state), ...anyMessage(state), accept('c')];
        const message = messages[pick % messages.length]!;
        const after = fold(state, message);
        const records = narrate(state, message, after);
        ends += records.filter((each) => each.kind === 'deployment-ended').length;
        // Acceptances are recorded where they are given.
        if (after !== state && message.kind !== 'accept') expect(records.length).toBeGreaterThan(0);
        if (after === state && message.kind === 'operation-ended') expect(records).toEqual([]);
        expect(statusOf(after)).not.toBe('');
        state = after;
      }
      expect(ends).toBe(state.ended ? 1 : 0);
    }),
  );
});

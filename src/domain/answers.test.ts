import { expect, test } from 'vitest';
import { answersTo, nextSteps } from './answers.ts';
import { newDeployment, type DeploymentState } from './deployment.ts';
import type { Verdict, VerdictLine } from './verdict.ts';

const holdFor = ['preflight/drift', 'search', 'latency'];
const verdictGist = { decision: 'conditional-go', couldNotJudge: false, reason: '', holdFor } as const;
const held: DeploymentState = {
  ...newDeployment([]),
  ...{ verdict: verdictGist, accepted: ['latency'], hold: { kind: 'conditions', reason: 'waits' } },
};
const line = (name: string, next: string | null) => ({ name, next }) as VerdictLine;
const verdict = {
  lines: [
    line('preflight/drift', 'Find out what happened.'),
    line('search', null),
    line('latency', 'Look at the load.'),
    line('passed', 'Nothing.'),
  ],
} as unknown as Verdict;

test('who waits for conditions is answered by accepting each that is open, or by cancelling', () => {
  expect(answersTo('production', held)).toEqual([
    'greenroom accept preflight/drift --environment production',
    'greenroom accept search --environment production',
    'greenroom cancel production',
  ]);
  expect(answersTo('production', newDeployment([]))).toEqual([]);
});

test('what else can be done is what the open lines say, and no other', () => {
  expect(nextSteps(held, verdict)).toEqual(['Find out what happened.']);
  const accepted = { ...held, accepted: holdFor };
  expect([nextSteps(accepted, verdict), nextSteps(newDeployment([]), verdict), nextSteps(held, null)]).toEqual([
    [],
    [],
    [],
  ]);
});

import assert from 'node:assert/strict';
import type { Failure } from '../../src/domain/failure.ts';
import type { Proof, PromotionQuestion } from '../../src/domain/promotion.ts';
import type { Condition, Verdict } from '../../src/domain/verdict.ts';
import type { Property } from './property.ts';

type Obstacles = (question: PromotionQuestion) => readonly Failure[];

const at = 1_000_000;
const maxAgeMs = 300_000;
const minuteMs = 60_000;
const condition = (id: string): Condition => ({ id, text: id, owner: 'team', dueAt: at });
const verdict = (parts: Partial<Verdict> = {}): Verdict => ({
  decision: 'go',
  couldNotJudge: false,
  score: 100,
  lines: [],
  conditions: [],
  decidedAt: at - 1_000,
  ...parts,
});
const proof = (parts: Partial<Proof> = {}): Proof => ({
  environment: 'staging',
  releaseRevision: 'r1',
  verdict: verdict(),
  wentLive: true,
  acceptedConditions: [],
  bent: null,
  latestAt: at - 500,
  ...parts,
});
const question = (parts: Partial<PromotionQuestion> = {}): PromotionQuestion => ({
  environment: 'production',
  previous: 'staging',
  releaseRevision: 'r1',
  configuration: { pinned: 'c', asked: 'c', changed: [] },
  proof: proof(),
  evidenceMaxAgeMs: maxAgeMs,
  overdueConditions: [],
  approvalsMissing: 0,
  at,
  databaseAt: at,
  ...parts,
});
const proven = (parts: Partial<Proof>) => question({ proof: proof(parts) });
const owing = verdict({ decision: 'conditional-go', conditions: [condition('a'), condition('b')] });

const again = 'Run "greenroom deploy staging" with this release.';
const none = { code: 'GR4101', message: 'This release has no verdict in staging.', do: again };
const accept = (id: string) => ({
  code: 'GR4107',
  message: `The condition "${id}" of staging is not accepted.`,
  do: `Run "greenroom accept ${id}".`,
});
const overdue = (id: string) => ({
  code: 'GR4105',
  message: `The condition "${id}" is overdue.`,
  do: `Settle it, then accept it with "greenroom accept ${id}".`,
});
const other = (places: readonly string[]) => ({ pinned: 'c', asked: 'd', changed: places });
const changed = (places: string) => ({
  code: 'GR4109',
  message: `greenroom.yaml has changed since this release was made${places}.`,
  do: 'Make a release of it as it is now and prove that one: "greenroom deploy staging". Or put the file back.',
});
const outOfTime = {
  code: 'GR4113',
  message:
    'How old the verdict of staging is cannot be told: by the log it is later than now, so a clock was or is wrong.',
  do: 'Set the clocks right ("greenroom doctor" compares them), then prove the release again: "greenroom deploy staging".',
};
const tooOld = { code: 'GR4104', message: 'The verdict of staging is too old.', do: again };

const cases: readonly (readonly [string, PromotionQuestion, readonly Failure[]])[] = [
  ['a fresh go may go on', question(), []],
  ['the first environment needs no proof', question({ previous: null, proof: null }), []],
  ['without proof it may not', question({ proof: null }), [none]],
  ['without verdict it may not', proven({ verdict: null }), [none]],
  ['F064 a verdict of another release is none', proven({ releaseRevision: 'r2' }), [none]],
  [
    'a proof that the log does not bear out is none, whatever it says',
    proven({ bent: 'record 7 of the log was changed' }),
    [
      {
        code: 'GR4111',
        message: 'What staging says of this release is not what was recorded: record 7 of the log was changed.',
        do: 'Find out who changed the database, then prove the release again: "greenroom deploy staging".',
      },
    ],
  ],
  [
    'under another configuration it is another release',
    question({ configuration: other(['services.web.run']) }),
    [changed(': services.web.run')],
  ],
  [
    'also in the first environment, where it is not known what differs',
    question({ previous: null, proof: null, configuration: other([]) }),
    [{ ...changed(''), do: changed('').do.replace('staging', 'production') }],
  ],
  [
    'of many places five are named',
    question({ configuration: other(['a', 'b', 'c', 'd', 'e', 'f']) }),
    [changed(': a, b, c, d, e …')],
  ],
  ['five of five are all', question({ configuration: other(['a', 'b', 'c', 'd', 'e']) }), [changed(': a, b, c, d, e')]],
  [
    'a no-go stops, whatever else is good',
    proven({ verdict: verdict({ decision: 'no-go' }) }),
    [
      {
        code: 'GR4102',
        message: 'The verdict of staging is NO-GO.',
        do: 'Read "greenroom why", repair it, and deploy a new release.',
      },
    ],
  ],
  [
    'one that did not stay live stops',
    proven({ wentLive: false }),
    [{ code: 'GR4103', message: 'The release did not stay live in staging.', do: again }],
  ],
  ['F052 a verdict that is too old stops', proven({ verdict: verdict({ decidedAt: at - maxAgeMs - 1 }) }), [tooOld]],
  ['a verdict of exactly the allowed age goes', proven({ verdict: verdict({ decidedAt: at - maxAgeMs }) }), []],
  ['too old by the database is too old', question({ databaseAt: at + maxAgeMs }), [tooOld]],
  ['too old by this machine is too old', question({ databaseAt: at - 1, at: at + maxAgeMs }), [tooOld]],
  ['a proof from the future stops', proven({ verdict: verdict({ decidedAt: at + minuteMs + 1 }) }), [outOfTime]],
  ['clocks that differ by a minute do not', proven({ verdict: verdict({ decidedAt: at + minuteMs }) }), []],
  ['a log from the future stops: the clock was turned back', proven({ latestAt: at + minuteMs + 1 }), [outOfTime]],
  ['also by the database alone', question({ databaseAt: at - 500 - minuteMs - 1 }), [outOfTime]],
  ['every condition must be accepted', proven({ verdict: owing }), [accept('a'), accept('b')]],
  ['one accepted condition is not all', proven({ verdict: owing, acceptedConditions: ['a'] }), [accept('b')]],
  ['all accepted is enough', proven({ verdict: owing, acceptedConditions: ['b', 'a'] }), []],
  [
    'overdue conditions of any release stop, also in the first environment',
    question({ previous: null, overdueConditions: ['x', 'y'] }),
    [overdue('x'), overdue('y')],
  ],
  [
    'missing approvals stop',
    question({ approvalsMissing: 1 }),
    [{ code: 'GR4106', message: '1 approvals are missing for production.', do: 'Ask those who may approve.' }],
  ],
  [
    'all obstacles are told at once',
    question({ proof: null, overdueConditions: ['x'], approvalsMissing: 2 }),
    [
      none,
      overdue('x'),
      { code: 'GR4106', message: '2 approvals are missing for production.', do: 'Ask those who may approve.' },
    ],
  ],
];

export const promotionProperties = (promotionObstacles: Obstacles): readonly Property[] => [
  ...cases.map(([name, asked, expected]) => ({
    name,
    run: () => assert.deepEqual(promotionObstacles(asked), expected),
  })),
  {
    name: 'whatever the clocks say, what goes on is no older than allowed and not from later than now, by either clock',
    run: () => {
      const moments = [-2 * maxAgeMs, -maxAgeMs, -minuteMs, 0, minuteMs, minuteMs + 1, maxAgeMs, 2 * maxAgeMs];
      for (const decided of moments)
        for (const latest of moments)
          for (const databaseAt of moments) {
            const parts = { verdict: verdict({ decidedAt: at + decided }), latestAt: at + latest };
            const found = promotionObstacles(question({ proof: proof(parts), databaseAt: at + databaseAt }));
            const isFuture = [0, databaseAt].some((now) => decided - now > minuteMs || latest - now > minuteMs);
            const isOld = [0, databaseAt].some((now) => now - decided > maxAgeMs);
            assert.equal(found[0]?.code, isFuture ? 'GR4113' : isOld ? 'GR4104' : undefined);
          }
    },
  },
];

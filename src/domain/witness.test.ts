import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from './json.ts';
import { makePlan, type PlanQuestion } from './plan.ts';
import { brokenOf, chain, type ChainedRecord, type RecordBody } from './record.ts';
import { makeRelease } from './release.ts';
import { weigh } from './verdict.ts';
import { sampleProject } from '../report/testing/project.ts';
import { acceptedByLog, whyNotAsMade, whyNotBorneOut, type Claim } from './witness.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const policy = { required: [], evidenceMaxAgeMs: 1, conditions: { owner: 'ada', dueWithinMs: 1 } };
const verdict = weigh({ policy, results: [], releaseRevision: 'r', environment: 'staging', at: 5 });

const said = (kind: string, data: RecordBody['data'] = {}): RecordBody => ({ kind, actor: 'greenroom', data });
const [staging] = sampleProject.environments;
const parts = {
  version: '1.0.0',
  commit: null,
  dirty: false,
  artifacts: { tree: 't' },
  configuration: 'c',
  migrations: null,
};
const release = makeRelease(sampleProject.name, parts, hash);
const standing = { releaseId: null, releaseRevision: null, colour: null };
const planFor = (over: Partial<PlanQuestion> = {}) =>
  makePlan({ project: sampleProject, environment: staging!, release, standing, purpose: 'deploy', ...over }, hash);
const plan = planFor();
const claim: Claim = { plan, model: sampleProject, verdict, endedAs: 'live' };

const ordered = { release: release.id, environment: staging!.name, purpose: 'deploy' };
const deployment: readonly RecordBody[] = [
  said('deployment-requested', ordered),
  said('deployment-began', { plan: plan.hash }),
  said('step-ended', { step: 'prepare', facts: {} }),
  said('step-ended', { step: 'decide', facts: { decision: verdict.decision, verdict: hash(canonical(verdict)) } }),
  said('condition-accepted', { condition: 'docs' }),
  said('deployment-ended', { as: 'live' }),
];
const before = 3;
const chained = (bodies: readonly RecordBody[]): readonly ChainedRecord[] =>
  bodies.reduce<ChainedRecord[]>((list, body) => [...list, chain(body, list.at(-1) ?? null, list.length, hash)], []);
const log = chained([
  ...Array.from({ length: before }, () => said('earlier')),
  ...deployment,
  said('later'),
  said('later'),
]);
const ownIn = (whole: readonly ChainedRecord[]) => whole.slice(before, before + deployment.length);
const ask = (whole: readonly ChainedRecord[], claimed: Partial<Claim> = {}, own = ownIn(whole)) =>
  whyNotBorneOut({ ...claim, ...claimed }, { lastBroken: brokenOf(whole, hash).at(-1) ?? 0, own }, hash);

test('what the log tells is borne out', () => {
  expect(ask(log)).toBeNull();
  expect(acceptedByLog(ownIn(log))).toMatchObject([{ id: 'docs', by: 'greenroom' }]);
});

test('another verdict or another end is not', () => {
  expect(ask(log, { verdict: { ...verdict, score: 7 } })).toMatch('its verdict');
  expect(ask(log, { verdict: { ...verdict, decidedAt: 6 } })).toMatch('its verdict');
  expect(ask(log, { verdict: null })).toMatch('its verdict');
  expect(ask(log, { endedAs: 'rolled-back' })).toMatch('its end');
  expect(ask(log, {}, [])).toMatch('says nothing');
});

test('a record that was changed is told with the deployment that it is of, where one is known', () => {
  const bent = log.map((record, index) => (index === before + 1 ? { ...record, actor: 'mallory' } : record));
  const testimony = { lastBroken: brokenOf(bent, hash).at(-1)!, own: ownIn(bent) };
  const number = before + 2;
  expect(whyNotBorneOut(claim, testimony, hash)).toBe(`record ${number} of the log was changed`);
  expect(whyNotBorneOut(claim, { ...testimony, brokenIn: 'staging/6' }, hash)).toBe(
    `record ${number} of the log, which is of staging/6, was changed`,
  );
});

test('nor is another release, place, purpose or plan, or another file to run it by', () => {
  const other = makeRelease(sampleProject.name, { ...parts, artifacts: { tree: 'other' } }, hash);
  const elsewhere = sampleProject.environments[1]!;
  const claims: readonly (readonly [Partial<PlanQuestion>, string])[] = [
    [{ release: other }, 'not what was ordered'],
    [{ environment: elsewhere }, 'not what was ordered'],
    [{ purpose: 'roll-back' }, 'not what was ordered'],
    [{ release: { ...release, parts: other.parts } }, 'its plan'],
    [{ standing: { ...standing, colour: 'blue' } }, 'its plan'],
  ];
  for (const [question, reason] of claims) expect(ask(log, { plan: planFor(question) })).toMatch(reason);
  expect(ask(log, { plan: { ...plan, steps: [] } })).toMatch('its plan');
  expect(ask(log, { model: { ...sampleProject, services: [] } })).toMatch('its greenroom.yaml');
});

test('a release is as made when its id follows from its parts and a whole line of the log tells of it', () => {
  const { id, revision } = release;
  const made = chained([said('earlier'), said('release-created', { id, revision }), said('later')]);
  const lines = (whole: readonly ChainedRecord[]) => [{ line: whole[1]!, before: whole[0]! }];
  const why = (claimed: typeof release, found = lines(made)) => whyNotAsMade(sampleProject.name, claimed, found, hash);
  expect(why(release)).toBeNull();
  expect(why({ ...release, parts: { ...parts, artifacts: { tree: 'other' } } })).toMatch('its parts');
  expect(why({ ...release, version: '2.0.0' })).toMatch('its parts');
  expect(whyNotAsMade('another', release, lines(made), hash)).toMatch('its parts');
  expect(why(makeRelease(sampleProject.name, { ...parts, version: '2.0.0' }, hash))).toMatch('says nothing');
  expect(why(release, [])).toMatch('says nothing');
  const bent = made.map((record) => ({ ...record, actor: 'eve' }));
  expect(why(release, lines(bent))).toMatch('record 2 of the log');
});

test('a record that was changed since it began is found, wherever it is; one from before it is not its matter', () => {
  fc.assert(
    fc.property(fc.nat(log.length - 1), fc.constantFrom('at', 'actor', 'data', 'kind'), (index, member) => {
      const other = { at: 99, actor: 'eve', data: { as: 'live', bent: true }, kind: 'bent' }[member];
      const bent = log.map((record, place) => (place === index ? { ...record, [member]: other } : record));
      if (index < before) expect(ask(bent)).toBeNull();
      else expect(ask(bent)).not.toBeNull();
    }),
  );
});

test('a record that was taken out is missed', () => {
  for (let index = before; index < log.length - 1; index += 1) {
    const cut = log.filter((_, place) => place !== index);
    const own = ownIn(log).filter((record) => record !== log[index]);
    expect(ask(cut, {}, own)).not.toBeNull();
  }
});

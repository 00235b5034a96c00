import { expect, test } from 'vitest';
import { sampleProject } from '../report/testing/project.ts';
import { planOf, releaseOf } from '../store/testing/samples.ts';
import {
  certificateFlaw,
  certificateObstacles,
  judgeCertificate,
  readRehearsal,
  rehearsalWords,
  type CertificateQuestion,
  type Rehearsal,
  type RollbackCertificate,
} from './certificate.ts';
import type { JsonObject } from './json.ts';
import type { MigratedDatabase, RehearsedReturn } from './migrated-database.ts';
import type { ChainedRecord } from './record.ts';

const day = 24 * 3_600_000;
const good: RollbackCertificate = {
  ...{ environment: 'staging', result: 'proven', reason: null, fromRevision: 'new', toRevision: 'old' },
  ...{ toVersion: '1.0.0', backMs: 42, verifiedMs: 1_500, forthMs: 12, requests: 90, failedRequests: 0, checks: 2 },
  ...{ pointOfNoReturn: null, measuredAt: 1_000_000 },
};
const rehearsed = (over: Partial<RollbackCertificate> = {}): Rehearsal => ({
  status: 'rehearsed',
  certificate: { ...good, ...over },
});
const question = (over: Partial<CertificateQuestion> = {}): CertificateQuestion => ({
  ...{ environment: 'production', previous: 'staging', isRequired: true, releaseRevision: 'new' },
  ...{
    servesRevision: 'old',
    rehearsal: rehearsed(),
    databases: [],
    maxAgeMs: day,
    at: 1_000_500,
    databaseAt: 1_000_500,
    ...over,
  },
});
const shut = { result: 'roll-forward', reason: '1.0.0 is not well', backMs: null, verifiedMs: null } as const;

test('a proven way back to what serves there is a pass, with its figures', () => {
  expect(certificateFlaw(question())).toBeNull();
  expect(judgeCertificate(question())).toMatchObject({
    outcome: 'pass',
    reason:
      'back to 1.0.0 in 42 ms, verified after 1.5 s, 0 of 90 requests failed. Point of no return: the beginning of "stop"',
  });
});

const migrated = (over: Partial<MigratedDatabase>): MigratedDatabase => ({
  ...{ name: 'main', step: 'infrastructure/migrate-main', isForwardOnly: false, hasSameMigrations: false },
  ...{ rehearsed: null, ...over },
});
const said = (going: RehearsedReturn['going']) =>
  ({ going, reason: 'as it was seen', evidence: going === 'none' ? null : 'e'.repeat(64) }) as const;

const staging = 'staging';
const flaws: readonly (readonly [string, string, Partial<CertificateQuestion>])[] = [
  [
    'GR4350',
    'not rehearsed',
    { rehearsal: { status: 'not-rehearsed', environment: staging, reason: 'not asked for' } },
  ],
  ['GR4350', 'the first release there', { rehearsal: { status: 'first', environment: staging } }],
  ['GR4351', 'requests were lost', { rehearsal: rehearsed({ result: 'lossy', failedRequests: 1 }) }],
  ['GR4351', 'not measured to its end', { rehearsal: rehearsed({ result: 'unmeasured' }) }],
  ['GR4352', 'no way back', { rehearsal: rehearsed(shut) }],
  ['GR4353', 'of another release', { rehearsal: rehearsed({ fromRevision: 'other' }) }],
  ['GR4353', 'to another release', { rehearsal: rehearsed({ toRevision: 'other' }) }],
  ['GR4354', 'too old by this clock', { at: good.measuredAt + day + 1 }],
  ['GR4354', "too old by the database's clock", { databaseAt: good.measuredAt + day + 1 }],
  ['GR4354', 'from later than now', { at: good.measuredAt - 60_001 }],
  ['GR4352', 'its migration is the point of no return', { databases: [migrated({ rehearsed: said('no-return') })] }],
  ['GR4352', 'its migration is roll forward only', { databases: [migrated({ rehearsed: said('roll-forward') })] }],
  ['GR4352', 'its migration is declared forward-only', { databases: [migrated({ isForwardOnly: true })] }],
  ['GR5110', 'its migration was not rehearsed', { databases: [migrated({ rehearsed: said('none') })] }],
  ['GR5110', 'its rehearsal is stale', { databases: [migrated({ rehearsed: said('stale') })] }],
  ['GR5110', 'its rehearsal was not measured whole', { databases: [migrated({ rehearsed: said('unknown') })] }],
];

test.each(flaws)('%s %s: not a pass where it is demanded, and said where it is not', (code, _, over) => {
  const asked = question(over);
  expect(certificateObstacles(asked)).toMatchObject([{ code, do: expect.any(String) }]);
  expect(judgeCertificate(asked).outcome).toBe('fail');
  const free = { ...asked, isRequired: false };
  expect(certificateObstacles(free)).toEqual([]);
  expect(judgeCertificate(free).outcome).toBe(['GR4351', 'GR4352', 'GR5110'].includes(code) ? 'warn' : 'skip');
});

test('a migration that was rehearsed and is safe is said with its evidence; one with the files of before is none', () => {
  const safe = question({ databases: [migrated({ rehearsed: said('safe') })] });
  expect(certificateFlaw(safe)).toBeNull();
  expect(judgeCertificate(safe)).toMatchObject({
    outcome: 'pass',
    reason: expect.stringMatching(/; the migration of main: safe to go back: as it was seen \(evidence e{12}\)$/),
  });
  const same = question({ databases: [migrated({ rehearsed: said('none'), hasSameMigrations: true })] });
  expect(judgeCertificate(same)).toMatchObject({ outcome: 'pass', reason: expect.not.stringContaining('migration') });
});

test('an age at its bounds is one', () => {
  const { measuredAt } = good;
  expect(certificateFlaw(question({ at: measuredAt + day, databaseAt: measuredAt + day }))).toBeNull();
  expect(certificateFlaw(question({ at: measuredAt - 60_000, databaseAt: measuredAt }))).toBeNull();
});

test('where nothing serves, nothing is demanded, and nothing is called a pass', () => {
  const empty = question({ servesRevision: null });
  expect(certificateObstacles(empty)).toEqual([]);
  expect(judgeCertificate(empty)).toMatchObject({
    outcome: 'skip',
    reason: expect.stringMatching(
      /^nothing serves production yet, so there is nothing to go back to; in staging: back to 1\.0\.0 in 42 ms/,
    ),
  });
  const first: Rehearsal = { status: 'first', environment: staging };
  expect(judgeCertificate({ ...empty, rehearsal: first }).reason).toMatch(/nothing to go back to$/);
});

test('a way back that is shut says so first, with the point of no return', () => {
  expect(rehearsalWords(rehearsed({ ...shut, pointOfNoReturn: 'infrastructure/migrate-main' }))).toBe(
    'no automatic rollback: roll forward. 1.0.0 is not well. Point of no return: infrastructure/migrate-main.',
  );
  expect(rehearsalWords(rehearsed({ ...shut }))).toBe('no automatic rollback: roll forward. 1.0.0 is not well.');
  expect(rehearsalWords(rehearsed({ result: 'lossy', failedRequests: 3 }))).toMatch(/, but 3 of 90 requests failed$/);
  expect(rehearsalWords({ status: 'first', environment: staging })).toMatch(/^not rehearsed: .* nothing to go back to/);
});

const asking = { ...sampleProject.environments[0]!, rehearseRollback: true as const };
const project = { ...sampleProject, environments: [asking, sampleProject.environments[1]!] };
const [old, fresh] = [releaseOf(project.name, '1.0.0'), releaseOf(project.name, '1.1.0')];
const standing = { releaseId: old.id, releaseRevision: old.revision, colour: 'blue' } as const;
const plan = planOf(project, staging, fresh, standing);
const back = {
  ...{ way: 'open', fault: null, backMs: 40, verifiedMs: 900, requests: 50, failedRequests: 0, arrived: 22 },
  ...{ checks: 2, pointOfNoReturn: null, old: '1.0.0' },
} as const;
const forth = { forthMs: 20, requests: 40, failedRequests: 0, arrived: 20 } as const;
const told = (step: string, facts: JsonObject | null, sequence: number, status = 'done'): ChainedRecord => ({
  ...{ sequence, at: 1_000 * sequence, previous: '', hash: '', kind: 'step-ended', actor: 'greenroom' },
  data: { step, operation: sequence, status, ...(facts && { facts }) },
});
const both = (one: object = {}, other: object = {}) => [
  told('rehearse-back', { ...back, ...one }, 1),
  told('rehearse-forth', { ...forth, ...other }, 2),
];
const read = (own: readonly ChainedRecord[]) => readRehearsal(plan, asking, own);

test('the certificate is read from the log: both releases, the sum of both switches, the moment of the end', () => {
  expect(read(both({ failedRequests: 1 }, { failedRequests: 2 }))).toMatchObject({
    status: 'rehearsed',
    certificate: {
      ...{ fromRevision: fresh.revision, toRevision: old.revision, toVersion: '1.0.0', measuredAt: 2_000 },
      ...{ requests: 90, failedRequests: 3, result: 'lossy', backMs: 40, forthMs: 20 },
    },
  });
});

test.each([
  ['proven', {}, {}],
  ['lossy', { failedRequests: 1 }, {}],
  ['lossy', {}, { failedRequests: 1 }],
  ['unmeasured', { arrived: 19 }, {}],
  ['unmeasured', {}, { arrived: 19 }],
  ['unmeasured', { way: 'unmeasured', fault: 'cut off' }, {}],
  ['unmeasured', { backMs: null }, {}],
  ['roll-forward', { way: 'closed', fault: 'sick' }, {}],
] as const)('it comes out as %s', (result, one, other) => {
  expect(read(both(one, other))).toMatchObject({ certificate: { result } });
});

test('what both steps have not recorded is no certificate', () => {
  const [first, second] = both() as [ChainedRecord, ChainedRecord];
  const taken = [told('rehearse-back', null, 1), second];
  for (const own of [[], [first], [second], [told('rehearse-back', { ...back }, 3), second], taken])
    expect(read(own)).toMatchObject({ status: 'not-rehearsed', reason: 'the rehearsal was not measured to its end' });
  expect(read([first, told('rehearse-forth', { ...forth }, 2, 'failed')]).status).toBe('not-rehearsed');
  expect(readRehearsal(plan, sampleProject.environments[0]!, both())).toMatchObject({ status: 'not-rehearsed' });
  expect(readRehearsal(planOf(project, staging, fresh), asking, both())).toEqual({
    ...{ status: 'first', environment: staging },
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeDrift, mendsOf, type Comparison } from './drift.ts';

const compared = (environment: string, ...differences: readonly string[]): Comparison => ({
  ...{ status: 'compared', environment, recorded: '1.0.0', release: 'rel_1', differences },
});
const empty = (environment: string): Comparison => ({ status: 'empty', environment });
const blind = (environment: string): Comparison => ({ status: 'blind', environment, reason: 'the disk is gone' });
const judged = (here: Comparison | null, proof: Comparison | null) => judgeDrift(here, proof, 'preflight/drift');

test('F082 what runs as recorded passes, and says what was compared', () => {
  expect(judged(compared('production'), compared('staging'))).toEqual({
    outcome: 'pass',
    findings: [
      { name: 'production', outcome: 'pass', value: 'as recorded', threshold: '1.0.0' },
      { name: 'staging', outcome: 'pass', value: 'as recorded', threshold: '1.0.0' },
    ],
    reason: 'production runs 1.0.0 as recorded, staging runs 1.0.0 as recorded',
  });
});

test('F082 every difference is a finding, and somebody has to say that they know', () => {
  expect(judged(compared('production', 'web does not run', 'its proxy does not run'), compared('staging'))).toEqual({
    outcome: 'warn',
    findings: [
      { name: 'production', outcome: 'warn', value: 'web does not run', threshold: '1.0.0' },
      { name: 'production', outcome: 'warn', value: 'its proxy does not run', threshold: '1.0.0' },
      { name: 'staging', outcome: 'pass', value: 'as recorded', threshold: '1.0.0' },
    ],
    reason: 'production is not as recorded (1.0.0): web does not run, its proxy does not run',
    cause: 'Something was changed, stopped or died there outside Greenroom.',
    next: expect.stringContaining('"greenroom accept preflight/drift"'),
  });
  expect(judged(null, compared('staging', 'web runs rel_2'))).toMatchObject({
    outcome: 'warn',
    reason: 'staging is not as recorded (1.0.0): web runs rel_2',
  });
});

test('F082 where it cannot be looked nothing is judged; a proof that cannot be looked at is doubtful', () => {
  expect(judged(blind('production'), compared('staging'))).toMatchObject({
    outcome: 'error',
    reason: 'not measured: production cannot be compared with its record: the disk is gone',
    findings: [{ name: 'production', outcome: 'error', value: 'the disk is gone' }, { outcome: 'pass' }],
    next: expect.stringContaining('greenroom status'),
  });
  expect(judged(compared('production'), blind('staging'))).toMatchObject({
    outcome: 'warn',
    reason: 'staging cannot be compared with its record: the disk is gone',
  });
  // The plan says that something serves and the record that nothing does: that is no answer.
  expect(judged(empty('production'), null).outcome).toBe('error');
});

test('F082 what mends it is named by what differs', () => {
  const changed = (...differences: readonly string[]): Comparison =>
    ({ ...compared('production', ...differences), changed: ['web'] }) as Comparison;
  const [resume] = mendsOf(compared('production', 'web does not run'));
  expect(resume).toContain('"greenroom resume"');
  expect(mendsOf(compared('production'))).toEqual([]);
  expect(mendsOf(empty('production'))).toEqual([]);
  expect(mendsOf(blind('production'))).toEqual([expect.stringContaining('"greenroom resume"')]);
  const [replaces, ...none] = mendsOf(changed('web runs rel_2'));
  expect([replaces, none]).toEqual([
    expect.stringContaining('"greenroom rollback production --to rel_1" replaces web'),
    [],
  ]);
  expect(mendsOf(changed('web runs rel_2', 'its proxy does not run'))).toEqual([resume, replaces]);
  expect(judged(changed('web runs rel_2'), null)).toMatchObject({ next: expect.stringContaining('--to rel_1') });
  const short = { ...compared('production', 'web runs 1 of 2 copies'), short: ['web'] } as Comparison;
  expect(mendsOf(short)).toEqual([]);
  expect(judged(short, null)).toMatchObject({ outcome: 'warn', next: expect.stringMatching(/deploy again\.$/) });
});

test('what hangs is not mended by starting what has gone: a silent service is replaced, a proxy that hangs is ended', () => {
  const silent = 'nobody answers at its public address 127.0.0.1:80 (web): no answer';
  const deaf = (service: string | null, ...more: readonly string[]): Comparison =>
    ({
      ...compared('production', silent, ...more),
      deaf: [{ difference: silent, service, address: '127.0.0.1:80' }],
    }) as Comparison;
  const replaces = expect.stringContaining('"greenroom rollback production --to rel_1" replaces web');
  const ends = expect.stringContaining('who listens at 127.0.0.1:80');
  const resumes = expect.stringMatching(/^"greenroom resume" starts what has gone/);
  expect(mendsOf(deaf('web'))).toEqual([replaces]);
  expect(mendsOf(deaf(null))).toEqual([ends]);
  expect(mendsOf(deaf('web', 'worker does not run'))).toEqual([resumes, replaces]);
  const [waits] = mendsOf(deaf('web'), true);
  expect(waits).toMatch(/once nothing is in progress there$/);
});

test('where nothing serves there is nothing to differ from, and nothing that passes', () => {
  expect(judged(null, empty('staging'))).toEqual({
    outcome: 'skip',
    findings: [{ name: 'staging', outcome: 'skip', value: 'nothing serves', threshold: null }],
    reason: 'by the record nothing serves staging',
  });
});

const place = (environment: string) =>
  fc.oneof(
    fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }).map((seen) => compared(environment, ...seen)),
    fc.constantFrom(empty(environment), blind(environment)),
  );

test('F082 it passes only when both were seen, or one was and nothing is recorded of the other, and neither differs', () => {
  fc.assert(
    fc.property(fc.option(place('here')), fc.option(place('proof')), (here, proof) => {
      const { outcome, findings } = judged(here, proof);
      const isClean = (each: Comparison | null) => each?.status === 'compared' && each.differences.length === 0;
      const mayPass = (each: Comparison | null) => each === null || isClean(each);
      const passes =
        (isClean(here) || isClean(proof)) && mayPass(here) && (mayPass(proof) || proof?.status === 'empty');
      expect(outcome === 'pass').toBe(passes);
      const differences = [here, proof].flatMap((each) => (each?.status === 'compared' ? each.differences : []));
      expect(findings.filter((each) => each.outcome === 'warn').map((each) => each.value)).toEqual(differences);
    }),
    { seed: 82, numRuns: 500 },
  );
});

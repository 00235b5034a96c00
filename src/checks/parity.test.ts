import { describe, expect, test } from 'vitest';
import type { CheckContext, HashedVariables, Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { parity } from './parity.ts';
import { testContext } from './testing/world.ts';

/** `name → value`; what begins with `secret-` is one. The hash is of this test only. */
type Side = Readonly<Record<string, string>>;
const hashOf = (value: string): string => `#${[...value].toReversed().join('')}`;
const sideOf = (side: Side, missing: readonly string[]): HashedVariables => ({
  values: Object.entries(side).map(([name, value]) => ({
    ...{ name, hash: hashOf(value) },
    secretHashes: value.startsWith('secret-') ? [hashOf(value)] : [],
  })),
  missing,
});

const good = { API_KEY: 'secret-staging', URL: 'https://s', REGION: 'eu', DEBUG: 'on' };
const production = { API_KEY: 'secret-production', URL: 'https://p', REGION: 'eu', CDN: 'yes' };

function between(staging: Side, other: Side, missing: readonly string[] = []): CheckContext {
  const sides: Record<string, HashedVariables> = { staging: sideOf(staging, []), production: sideOf(other, missing) };
  return testContext({ hashedVariables: async (name) => sides[name] ?? null });
}
const judged = (context: CheckContext, config: object = {}): Promise<Judgement> =>
  ask(parity, { config: { with: 'production', ...config }, context });

checkContract(parity, {
  testUrl: import.meta.url,
  good: () => ({ config: { with: 'production' }, context: between(good, production) }),
  dead: () => ({ config: { with: 'production' }, context: between(good, {}, ['The file .env is not there.']) }),
});

describe('F084 the same secret in staging and production', () => {
  test('is a fail that names both places and shows neither the value nor its hash', async () => {
    const context = between({ ...good, TOKEN: 'secret-one' }, { ...production, OTHER_TOKEN: 'secret-one' });
    const gathered = await parity.gather(
      parity.schema.parse({ with: 'production' }),
      context,
      new AbortController().signal,
    );
    const judgement = await judged(context);
    expect(judgement).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('TOKEN: the same secret as OTHER_TOKEN of production'),
    });
    const told = JSON.stringify([gathered, judgement]);
    expect(told).not.toContain('secret-one');
    expect(told).not.toContain(hashOf('secret-one'));
  });

  test('may be declared, by both of its names', async () => {
    const context = between({ ...good, TOKEN: 'secret-one' }, { ...production, OTHER: 'secret-one' });
    expect(await judged(context, { shared: ['TOKEN'] })).toMatchObject({ outcome: 'fail' });
    const declared = await judged(context, { shared: ['TOKEN', 'OTHER'] });
    expect(declared).toMatchObject({ outcome: 'pass', reason: expect.stringContaining('1 pair declared as shared') });
  });

  test('what cannot be read is unknown, however good the rest is; what was seen to be the same stays a fail', async () => {
    const unread = ['API_KEY needs the secret env/PRODUCTION_KEY, which is not there.'];
    expect(await judged(between(good, production, unread))).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('env/PRODUCTION_KEY'),
    });
    expect(await judged(between(good, { ...production, KEY: 'secret-staging' }, unread))).toMatchObject({
      outcome: 'fail',
    });
  });

  test('where one of the two has no secret nothing was compared', async () => {
    const none = { URL: 'https://p', REGION: 'eu' };
    expect(await judged(between(good, none))).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('production sets none that can be seen'),
    });
    expect(await judged(between(none, none), { same: ['REGION'] })).toMatchObject({ outcome: 'error' });
    expect(await judged(between(none, none), { same: ['REGION'], secrets: 'ignore' })).toMatchObject({
      outcome: 'pass',
    });
    expect(await judged(between(none, none), { secrets: 'ignore' })).toMatchObject({ outcome: 'error' });
  });

  test('an environment is not compared with itself or with one that is not declared', async () => {
    expect(await judged(between(good, production), { with: 'staging' })).toMatchObject({ outcome: 'error' });
    expect(await judged(between(good, production), { with: 'sandbox' })).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('sandbox'),
    });
  });
});

describe('what must be the same and what must differ', () => {
  const context = between(good, production);
  test.each([
    [{ same: ['REGION'] }, 'pass'],
    [{ same: ['URL'] }, 'fail'],
    [{ same: ['DEBUG'] }, 'fail'],
    [{ same: ['NOWHERE'] }, 'fail'],
    [{ different: ['URL'] }, 'pass'],
    [{ different: ['REGION'] }, 'fail'],
    [{ different: ['CDN'] }, 'fail'],
    [{ 'one-sided': 'ignore' }, 'pass'],
    [{ 'one-sided': 'warn' }, 'warn'],
    [{ 'one-sided': 'fail' }, 'fail'],
    [{ 'one-sided': 'fail', expected: ['DEBUG'] }, 'fail'],
    [{ 'one-sided': 'fail', expected: ['DEBUG', 'CDN'] }, 'pass'],
  ])('%j is a %s', async (config, outcome) => {
    expect(await judged(context, config)).toMatchObject({ outcome });
  });

  test('says which side does not set it', async () => {
    const { reason } = await judged(context, { same: ['DEBUG'], different: ['CDN', 'NOWHERE'] });
    expect(reason).toContain('DEBUG: not set in production');
    expect(reason).toContain('CDN: not set in staging');
    expect(reason).toContain('NOWHERE: not set in staging and production');
  });
});

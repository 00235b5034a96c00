import { beforeAll, afterAll, expect, test } from 'vitest';
import type { Account } from '../domain/account.ts';
import { canonical } from '../domain/json.ts';
import { accountOf } from '../store/accounts.ts';
import { testDatabase } from '../store/testing/database.ts';
import { rejudge } from './rejudge.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let world: TestWorld;
let account: Account;
beforeAll(async () => {
  world = await openTestWorld(database.store(), 'rejudged');
  world.seen.set('docs', 2);
  const held = await world.deploy('staging', '1.0.0');
  account = (await world.store.read((rows) => accountOf(rows, held.id)))!;
});
afterAll(() => world.close());

const evidenceOf = (name: string) => account.results.find((each) => each.name === name)!.evidence!;
const withEvidence = (hash: string, body: unknown): Account => ({
  ...account,
  evidence: { ...account.evidence, [hash]: { ...account.evidence[hash]!, ...(body as object) } },
});

test('the record alone gives the recorded verdict, byte for byte', () => {
  const again = rejudge(world, account);
  expect(again).toMatchObject({ same: true, different: [] });
  expect(canonical(again.verdict)).toBe(canonical(account.verdict));
  expect(again.verdict?.decision).toBe('conditional-go');
});

test('F173 evidence that was changed is named, whatever it says now', () => {
  for (const body of [
    { data: 1.000_1 },
    { config: { name: 'another' } },
    { kind: 'another' },
    { artifacts: [] as string[] },
  ]) {
    const tampered = withEvidence(evidenceOf('unit'), body);
    const isChanged = canonical(tampered.evidence) !== canonical(account.evidence);
    expect(rejudge(world, tampered).different).toEqual(isChanged ? ['unit'] : []);
  }
});

test('F173 evidence that was taken away is named', () => {
  const { [evidenceOf('smoke')]: _gone, ...evidence } = account.evidence;
  expect(rejudge(world, { ...account, evidence })).toMatchObject({ same: false, different: ['smoke'] });
});

test('an answer that its evidence does not give is named, and so is a pass with nothing behind it', () => {
  const change = (name: string, over: object): Account => ({
    ...account,
    results: account.results.map((each) => (each.name === name ? { ...each, ...over } : each)),
  });
  expect(rejudge(world, change('docs', { outcome: 'pass', attempts: ['pass'] }))).toMatchObject({
    ...{ same: false, different: ['docs'] },
    verdict: { decision: 'go' },
  });
  expect(rejudge(world, change('docs', { reason: 'it was fine' })).different).toEqual(['docs']);
  expect(rejudge(world, change('unit', { evidence: null })).different).toEqual(['unit']);
});

test('a verdict that was changed is not the one that the record gives', () => {
  const verdict = { ...account.verdict!, decision: 'go' as const, conditions: [] };
  const again = rejudge(world, { ...account, verdict });
  expect(again).toMatchObject({ same: false, different: [], verdict: { decision: 'conditional-go' } });
});

test('what was answered after the decision does not change it', () => {
  const late = { ...account.results[0]!, name: 'unit', endedAt: account.verdict!.decidedAt + 1, evidence: null };
  const again = rejudge(world, { ...account, results: [...account.results, { ...late, outcome: 'fail' as const }] });
  expect(again.same).toBe(true);
});

import { describe, expect, test } from 'vitest';
import type { Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { sql } from './sql.ts';
import { realPostgres } from './testing/database.ts';
import { testContext } from './testing/world.ts';

const postgres = realPostgres();
const context = (url = postgres.url()) => testContext({ databases: [{ name: 'main', url }] });
const nowhere = 'postgres://a:b@127.0.0.1:1/x';

checkContract(sql, {
  testUrl: import.meta.url,
  good: () => ({
    config: { database: 'main', query: 'SELECT 3 AS n', rows: 1, value: { 'at-least': 3 } },
    context: context(),
  }),
  dead: () => ({ config: {}, context: context(nowhere) }),
  slow: () => ({ config: { query: 'SELECT pg_sleep(30)', within: '30s' }, context: context() }),
});

const judged = (config: object, url?: string): Promise<Judgement> => ask(sql, { config, context: context(url) });

describe('sql', () => {
  test.each([
    [{ query: 'SELECT 5', value: 5 }, 'pass'],
    [{ query: 'SELECT 5', value: { 'at-most': 4 } }, 'fail'],
    [{ query: 'SELECT 5', value: '5' }, 'fail'],
    [{ query: "SELECT 'ready'", value: 'ready' }, 'pass'],
    [{ query: 'SELECT true', value: true }, 'pass'],
    [{ query: 'SELECT null::int', value: { 'at-least': 0 } }, 'fail'],
    [{ query: 'SELECT null::int', value: null }, 'pass'],
    [{ query: 'SELECT 1 WHERE false', value: null }, 'fail'],
    [{ query: 'SELECT 1 WHERE false' }, 'pass'],
    [{ query: 'SELECT generate_series(1, 5000)', rows: { 'at-least': 5000, 'at-most': 5000 } }, 'pass'],
    [{ query: 'SELECT generate_series(1, 5000)', rows: 4999 }, 'fail'],
  ] as const)('%j → %s', async (config, outcome) => {
    expect(await judged(config)).toMatchObject({ outcome });
  });

  test('the reason has value and bound, and never the text of a row', async () => {
    expect((await judged({ query: 'SELECT 7', value: { 'at-most': 0 } })).reason).toBe(
      'The database "main": value was 7, expected at most 0.',
    );
    const judgement = await judged({ query: "SELECT 'ann@example.org'", value: 'x' });
    expect(judgement.outcome).toBe('fail');
    expect(JSON.stringify(judgement)).not.toContain('ann@');
  });

  test('a database that is down is told from a wrong password, a missing table and a slow query', async () => {
    expect(await judged({}, nowhere)).toMatchObject({
      outcome: 'fail',
      cause: expect.stringContaining('is not running or not reachable'),
    });
    const wrong = new URL(postgres.url());
    wrong.password = 'wrong-password';
    expect(await judged({}, wrong.href)).toMatchObject({
      outcome: 'fail',
      cause: expect.stringContaining('user, password or database name'),
    });
    expect(await judged({ query: 'SELECT 1 FROM no_such_table' })).toMatchObject({
      outcome: 'fail',
      next: expect.stringContaining('migrations'),
    });
    expect(await judged({ query: 'SELECT pg_sleep(9)', within: '100ms' })).toMatchObject({ outcome: 'fail' });
    expect(await judged({ query: 'CREATE TABLE x ()' })).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('read-only'),
    });
  });

  test('a database that is not declared cannot be judged', async () => {
    expect(await judged({ database: 'other' })).toMatchObject({
      outcome: 'error',
      reason: 'There is no database "other" in staging; known: main.',
    });
  });
});

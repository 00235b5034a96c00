// A migration that loses a lock in its observed run, on a real PostgreSQL.
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import type { Command } from '../kinds/rehearsals.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';
import { openClient, withCopy } from './testing/clone.ts';
import { toldTimeout } from './testing/told-timeout.ts';

const postgres = realPostgres();
const patience = { timeout: 120_000 };
const migration = 'alter table users add column mail text';
const old = 'select name from users where id = 3';

/** The first runs meet somebody who reads the table. */
function metBySomebody(held: number): Command {
  let runs = 0;
  return async (address) => {
    runs += 1;
    const somebody = await openClient(
      Object.assign(new URL(postgres.url()), { pathname: new URL(address).pathname }).href,
    );
    const client = await openClient(toldTimeout(address, 400));
    try {
      if (runs <= held) await somebody.query('begin; lock table users in access share mode');
      await client.query(migration);
      return { isDone: true };
    } catch {
      return { isDone: false };
    } finally {
      await Promise.all([client.end(), somebody.end()]);
    }
  };
}

const rehearsed = (held: number): Promise<Rehearsal> =>
  withCopy(postgres.url(), (copy) =>
    rehearse({
      ...{ adminUrl: postgres.url(), copy, copiedAtMs: 0, nowMs: 0, lockTimeoutMs: 400, limitMs: 60_000 },
      ...{ files: [{ file: '1.sql', text: migration }], migrate: metBySomebody(held), back: null, write: null },
      ...{ oldStatements: [old], applicationRole: null, production: null, profile: 'quick' },
    }),
  );

test('what loses a lock is run again on a fresh clone, and what others waited meanwhile counts', patience, async () => {
  const undisturbed = await rehearsed(0);
  expect(undisturbed).toMatchObject({ runs: 1, facts: { lostLocks: 0, statements: [{ failedWith: null }] } });
  const { runs, facts } = await rehearsed(2);
  expect({ runs, lostLocks: facts.lostLocks }).toEqual({ runs: 3, lostLocks: 2 });
  expect(facts.statements).toMatchObject([{ failedWith: null }]);
  expect(facts.stalls).toMatchObject([{ text: old }]);
  expect(facts.stalls![0]!.longestMs).toBeGreaterThan(300);
});

test('what loses it each time has failed', patience, async () => {
  const { runs, facts } = await rehearsed(3);
  expect({ runs, lostLocks: facts.lostLocks }).toEqual({ runs: 3, lostLocks: 2 });
  expect(facts.statements).toMatchObject([{ failedWith: '55P03' }]);
});

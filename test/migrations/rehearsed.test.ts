// One or two of each class of the corpus through the whole rehearsal; all of them are the bench `rehearsal`.
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realPostgres } from '../../src/checks/testing/database.ts';
import { openClient } from '../../src/rehearsal/testing/clone.ts';
import { wrongIn } from './answers.ts';
import { corpus, type Case } from './corpus.ts';
import { openLab, type Lab } from './lab.ts';
import { rehearsed } from './rehearsed.ts';

const postgres = realPostgres();
let lab: Lab;
let admin: pg.Client;
beforeAll(async () => {
  lab = await openLab(postgres.url());
  admin = await openClient(postgres.url());
}, 60_000);
afterAll(async () => {
  await admin.end();
  await lab.close();
});
const patience = { timeout: 180_000 };
const find = (name: string): Case => corpus().find((each) => each.name === name)!;

test.each([
  ...['F087 do-block', 'F087 function-call', 'F087 trigger', 'F088 index-of-partitions', 'F088 inherited-table'],
  ...['F089 alter-and-then-sleep', 'F090 duplicates-found-concurrently', 'F091 begins-and-commits'],
  ...['F091 procedure-that-commits', 'F091 waits-for-ever', 'F093 drop-column-and-add-it-again', 'F093 truncate'],
  ...[
    'F095 copy-program-in-a-do-block',
    'rename-column',
    'adds-every-time',
    'half-of-it-stays',
    'backfill-in-one',
    'check-at-once',
  ],
  ...['vacuum-full', 'syntax'],
  ...[
    'policy-changed-and-nobody-named',
    'generated-no-longer',
    'check-that-rows-break',
    'rights-taken-beside-a-select',
  ],
  'policy-the-old-one-meets',
  ...['large-object-unlinked', 'large-object-overwritten', 'publication-dropped', 'extended-statistics-dropped'],
  ...['comment-taken', 'default-rights-given', 'aggregate-changed', 'book-not-struck'],
  ...['schema-on-the-path-of-the-role', 'schema-of-a-role-that-nobody-named', 'schema-that-nobody-finds'],
  ...['locks-every-row-twice', 'locks-every-row-and-changes-one', 'rows-locked-and-taken-back'],
  ...['book-with-an-instant', 'book-comes-into-being'],
  ...[
    'index-concurrently',
    'column-if-not-exists',
    'foreign-key-validated',
    'column-with-constant-default',
    'drop-table-nobody-uses',
  ],
])('%s', patience, async (said) => {
  const migration = find(said.replace(/^F\d+ /, ''));
  expect(wrongIn(migration, await rehearsed(postgres.url(), migration))).toEqual([]);
  const { rows } = await admin.query(
    `select datname from pg_database where datname ~ '^(greenroom|copy)_' union all
     select rolname from pg_roles where rolname ~ '^greenroom_' union all select slot_name from pg_replication_slots`,
  );
  expect(rows, 'nothing is left behind').toEqual([]);
});

test('control: an answer that is not what the corpus says is reported', patience, async () => {
  const migration = find('rename-column');
  const answer = await rehearsed(postgres.url(), migration);
  const claim = (change: object) => ({ ...migration, expected: { ...migration.expected, ...change } });
  expect(wrongIn(claim({ reasons: ['data-lost'] }), answer)).toContain('does not say data-lost');
  expect(wrongIn(claim({ locks: {} }), answer).join()).toMatch(/locks .*AccessExclusiveLock/);
  expect(wrongIn(claim({ rewrites: ['users'] }), answer).join()).toMatch(/rewrites/);
  expect(wrongIn({ ...migration, kind: 'safe' }, answer).join()).toMatch(/says old-version-fails/);
  expect(wrongIn(claim({ decision: 'go' }), answer).join()).toMatch(/decides/);
});

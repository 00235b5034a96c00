import { expect, test } from 'vitest';
import { lintPrograms, pendingPrograms } from './lint-program.ts';

test.each([
  [`    op.execute("COMMIT")`, 'own-transaction'],
  [`await knex.raw('commit;')`, 'own-transaction'],
  ['await sql`begin`', 'own-transaction'],
  [`op.execute("create index a on b (c); COMMIT; select 1")`, 'own-transaction'],
  [`    op.get_bind().commit()`, 'own-transaction'],
  [`pgm.sql("SET LOCAL lock_timeout = '10min'")`, 'own-lock-timeout'],
  [`op.execute("select set_config('lock_timeout', '0', false)")`, 'own-lock-timeout'],
  [`# op.execute("COMMIT")`, null],
  [`  // knex.raw('commit')`, null],
  [`    with op.get_context().autocommit_block():`, null],
  [`op.add_column("users", sa.Column("committed_at", sa.DateTime()))`, null],
  [`insert into notes values ('we commit ourselves; begin today')`, null],
  [`exports.config = { transaction: false };`, null],
])('F091 a line of a program: %s', (line, reason) => {
  const found = lintPrograms([{ file: 'versions/1.py', text: `first\n${line}\n` }]);
  expect(found.map((each) => each.reason)).toEqual(reason === null ? [] : [reason]);
  for (const { place } of found) expect(place).toEqual({ file: 'versions/1.py', line: 2 });
});

test('programs that were applied long ago are not read, unless nobody knows which those are', () => {
  const old = { file: 'versions/1_users.py', text: `revision: str = "ab12"\nop.execute("COMMIT")` };
  const next = { file: 'versions/2_mail.py', text: `revision = 'cd34'\ndown_revision = 'ab12'` };
  const both = [old, next];
  expect(pendingPrograms(both, [`UPDATE alembic_version SET version_num='cd34'`])).toEqual([next]);
  expect(pendingPrograms(both, ['insert into knex_migrations values ($1)', '2_mail.js'])).toEqual([next]);
  expect(pendingPrograms(both, ['select 1'])).toEqual(both);
});

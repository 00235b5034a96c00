import { expect, test } from 'vitest';
import { detectSchema } from './detect-schema.ts';
import type { SourceColumn, SourceTable } from './source-schema.ts';

const column = (name: string, type: string, ...samples: (string | null)[]): SourceColumn => ({
  ...{ name, type, samples, maxCharacters: null, isNullable: true, isUnique: false },
  ...{ isGenerated: false, isPartitionKey: false, checks: [], references: null },
});
const table = (name: string, ...columns: SourceColumn[]): SourceTable => ({ name, columns });
const seen = (...tables: SourceTable[]): readonly string[] =>
  [...detectSchema(tables)].map(
    ([name, { detected }]) => `${name} ${detected.masker} ${detected.confidence}: ${detected.because}`,
  );

test('the same name means somebody among people and nobody among products', () => {
  const name = column('name', 'text', 'Anna Berg', 'Bo Lind');
  expect(seen(table('customers', name))).toEqual([
    'customers.name full-name sure: its name "name" and 100 % of 2 values',
  ]);
  expect(seen(table('products', column('name', 'text', 'Garden Table', 'Lamp')))).toEqual([]);
  expect(seen(table('bookings', name, column('email', 'text')))[0]).toMatch(/^bookings\.name full-name sure/);
});

test('names that columns of names have are looked for in the others', () => {
  const people = table('people', column('first_name', 'text', 'Siobhán', 'Mehmet', 'Zoë'));
  const titles = table('trips', column('label', 'text', 'Trip of Mehmet', 'To the sea', 'With Zoë and her dog'));
  expect(seen(people, titles)).toContain(
    'trips.label text likely: 67 % of 3 values hold names that columns of names have',
  );
  expect(seen(titles)).toEqual([]);
});

test('elements of arrays are looked at one by one', () =>
  expect(seen(table('t', column('x', '_text', '{"anna@sea.example",bo@sea.example,NULL}', '{}')))).toEqual([
    't.x email sure: 100 % of 2 values',
  ]));

test('JSON that is held as text cannot be masked by path: said, and left to people', () => {
  const payload = column('payload_x', 'text', '{"user":{"email":"anna@sea.example"},"n":1}', '{"n":2}');
  expect(seen(table('jobs', payload))[0]).toMatch(/^jobs\.payload_x text likely: in the JSON that it holds as text/);
  const session = column('blob', 'text', '{"token":"abc123def456","n":1}');
  expect(seen(table('jobs', session))[0]).toMatch(/^jobs\.blob token likely/);
});

test('F100 keys of JSON that are data are not said: people as keys become *', () => {
  const votes = ['anna', 'bo', 'mehmet', 'zoe', 'ines', 'tom', 'kim', 'ola'].map((who) =>
    JSON.stringify({
      votes: { [who]: 'y@sea.example', [`${who}@sea.example`]: 'x@sea.example' },
      email: 'x@sea.example',
    }),
  );
  const told = seen(table('polls', column('data', 'jsonb', ...votes))).join('\n');
  const leaves = [...detectSchema([table('polls', column('data', 'jsonb', ...votes))]).values()].flatMap((found) =>
    found.leaves.map(({ path, detected }) => `${path} ${detected.because}`),
  );
  expect(leaves.map((leaf) => leaf.split(' ')[0])).toEqual(['votes.*', 'email']);
  expect(told + leaves.join('\n')).not.toMatch(/anna|mehmet|zoe|sea/);
});

test('no value is in what is said', () => {
  const marked = 'zqxjkv';
  const columns = ['email', 'note', 'token', 'x', 'data'].flatMap((name) => [
    column(name, 'text', `${marked}@sea.example`, `${marked} 1234567890abcdef${marked}`, `Hello ${marked} `.repeat(20)),
    column(
      `${name}_json`,
      'jsonb',
      JSON.stringify({ [marked]: `${marked}@sea.example`, email: marked }),
      JSON.stringify({ [`${marked}2`]: 1 }),
    ),
  ]);
  const all = detectSchema([table('users', ...columns)]);
  expect(all.size).toBeGreaterThan(5);
  // A key that stands in one object of two may be a word of the program: only what could not be one is hidden then.
  expect([...all.values()].map(({ detected }) => detected.because).join('\n')).not.toContain(`${marked}@`);
});

test('an account with wrong check digits is none', () => {
  expect(seen(table('t', column('x', 'text', 'DE89370400440532013000')))[0]).toMatch(/^t\.x iban sure/);
  expect(seen(table('t', column('x', 'text', 'DE88370400440532013000'))).join()).not.toContain('iban');
});

test('F100 JSON that is nested without end is looked into as far as it goes', () => {
  const deep = `${'[{"email":'.repeat(1_500)}"x"${'}]'.repeat(1_500)}`;
  expect(() => seen(table('t', column('data', 'jsonb', deep)))).not.toThrow();
});

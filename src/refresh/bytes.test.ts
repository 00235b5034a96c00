// Bytes through a whole refresh: text in what is kept is found wherever bytes may stand, a whole value in whatever way a server writes it, and what is masked passes.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

vi.setConfig({ testTimeout: 120_000 });

const mask = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
const schema = `
  CREATE DOMAIN scan AS bytea;
  CREATE TYPE page AS (n int, body bytea);
  CREATE TABLE people (id int, email text, photo bytea, finger bytea);
  CREATE TABLE files (one bytea, many bytea[], page page, scan scan);
  INSERT INTO people SELECT i, 'person' || i || '@sea.example', convert_to('photo of person' || i || '@sea.example', 'UTF8'), sha512(i::text::bytea)
    FROM generate_series(1, 400) i;`;

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
}, 120_000);
afterAll(() => two?.close());
beforeEach(async () => {
  await two.ask('postgres', 'DROP DATABASE production WITH (FORCE)');
  await two.ask('postgres', 'CREATE DATABASE production');
  await two.ask('production', schema);
});

const order = () =>
  two.order({
    rules: {
      columns: {
        'public.people.email': mask('email'),
        'public.people.photo': mask('picture'),
        'public.people.finger': mask('bytes'),
      },
      ...{ patterns: [{ pattern: '**', rule: { kind: 'keep', because: 'made up' } }], types: {} },
    },
  });

test('F100 an original in bytes that are kept is found, in a column of them and wherever else they stand', async () => {
  const plant = (bytes: string) =>
    two.ask(
      'production',
      `DELETE FROM files; INSERT INTO files SELECT b, ARRAY['\\x00', b], ROW(1, b)::page, b FROM (SELECT ${bytes} AS b) b`,
    );
  const places = ['many', 'one', 'page', 'scan'].map((column) => String.raw`public\.files\.${column} \(1\)`);
  const found = new RegExp(`^GR5061 Originals are left in the copy: ${places.join(', ')}\\.`);
  await plant("'ask person7@sea.example, please'::bytea");
  expect(await refusalOf(order())).toMatch(found);
  await plant("'\\x89504e470d0a1a0a'::bytea || 'person7@sea.example'");
  expect(await refusalOf(order())).toMatch(found);
  await plant("'ask person700@sea.example, please'::bytea"); // control: nobody's
  expect(await refusalOf(order())).toBe('nothing');
});

test('F100 a whole value is found in whatever way a server would write bytes', async () => {
  await two.ask('production', 'INSERT INTO files (one, many) SELECT finger, ARRAY[finger] FROM people WHERE id = 7');
  for (const role of ['reader', 'stager']) {
    await two.ask('postgres', `ALTER ROLE ${role} SET bytea_output = 'escape'`);
    expect(await refusalOf(order())).toMatch(/^GR5061 .*copy: public\.files\.many \(1\), public\.files\.one \(1\)\./);
    await two.ask('postgres', `ALTER ROLE ${role} RESET bytea_output`);
  }
});

test('bytes that are masked, and random ones that are kept, pass', async () => {
  await two.ask(
    'production',
    'INSERT INTO files (one, many) SELECT d, ARRAY[d] FROM (SELECT sha512(i::text::bytea || $$x$$) AS d FROM generate_series(1, 2000) i) d',
  );
  // Such numbers stand in random bytes by the dozen.
  await two.ask(
    'production',
    "ALTER TABLE people ADD phone text; UPDATE people SET phone = substring(encode(f.one, 'hex') FROM '\\d{7,}') FROM (SELECT one, row_number() OVER () AS n FROM files) f WHERE f.n = id",
  );
  const { rules } = order();
  const { proof } = await runRefresh({
    ...order(),
    rules: { ...rules, columns: { ...rules.columns, 'public.people.phone': mask('digits') } },
  });
  const phones = await two.ask<{ n: number }>('production', 'SELECT count(phone)::int AS n FROM people');
  expect(phones[0]!.n).toBeGreaterThan(100);
  expect(proof!.originalCount).toBeGreaterThan(1_200);
  expect(
    await two.ask('staging', 'SELECT count(*)::int AS n FROM people WHERE photo = (SELECT photo FROM people LIMIT 1)'),
  ).toEqual([{ n: 400 }]);
});

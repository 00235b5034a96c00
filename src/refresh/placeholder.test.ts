// Pictures through a whole refresh: what nobody masks well is replaced, and what stood there is an original like any other.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rule } from '../domain/refresh/rules.ts';
import { placeholder } from './placeholder.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
  await two.ask(
    'production',
    `CREATE TABLE people (id int, photo bytea, thumbnail bytea);
     INSERT INTO people SELECT i, sha256(i::text::bytea), CASE WHEN i % 2 = 0 THEN sha256(i::text::bytea) END FROM generate_series(1, 100) i`,
  );
}, 240_000);
afterAll(() => two?.close(), 60_000);

const picture: Rule = { kind: 'mask', masker: 'picture', days: 60, by: null, percent: 10 };
const keep: Rule = { kind: 'keep', because: 'a test' };
const order = (thumbnail: Rule) =>
  two.order({
    rules: {
      columns: { 'public.people.photo': picture, 'public.people.thumbnail': thumbnail, 'public.people.id': keep },
      ...{ patterns: [], types: {} },
    },
  });

test('everybody has the same picture, nothing stays nothing, and a copy of a photo elsewhere is found', async () => {
  const { proof } = await runRefresh(order(picture));
  expect(proof!.originalCount).toBeGreaterThanOrEqual(100);
  expect(proof!.coincidenceCount).toBe(0);
  const hex = Buffer.from(placeholder).toString('hex');
  expect(
    await two.ask(
      'staging',
      `SELECT encode(photo, 'hex') AS photo, thumbnail = photo AS same, count(*)::int AS n FROM people GROUP BY 1, 2 ORDER BY 2`,
    ),
  ).toEqual([
    { photo: hex, same: true, n: 50 },
    { photo: hex, same: null, n: 50 },
  ]);
  expect(await refusalOf(order(keep))).toMatch(/^GR5061 .*public\.people\.thumbnail/);
}, 240_000);

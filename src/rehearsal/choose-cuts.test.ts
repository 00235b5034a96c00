import { expect, test } from 'vitest';
import { chooseCuts } from './choose-cuts.ts';

const from = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const batch = (index: number) =>
  `update users set total = ${index} where id between ${index * 100} and ${index * 100 + 99}`;

test('a few commits are all tried', async () => {
  expect(await chooseCuts(from(12), from(13).map(batch))).toEqual(from(12));
  expect(await chooseCuts([], [])).toEqual([]);
});

test('of a loop the first, the last and evenly between', async () => {
  const chosen = await chooseCuts(from(100), from(101).map(batch));
  expect(chosen).toHaveLength(12);
  expect([chosen[0], chosen.at(-1)]).toEqual([1, 100]);
  const steps = chosen.slice(1).map((each, index) => each - chosen[index]!);
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(2);
});

test('what stands once among a thousand alike is cut before and after', async () => {
  const texts = from(1_000).map(batch);
  texts[700] = 'alter table users add column mail text';
  expect(await chooseCuts(from(999), texts)).toEqual(expect.arrayContaining([1, 700, 701, 999]));
});

test('places that are not alike are all tried, however many', async () => {
  const texts = from(40).map((index) => `create table t${index} (id int)`);
  expect(await chooseCuts(from(39), texts)).toEqual(from(39));
  const calls = from(40).map((index) => `select fill('t${String(index)}x')`);
  expect(await chooseCuts(from(39), calls)).toEqual(from(39));
  const long = from(40).map((index) => `update users set note = ${'a || '.repeat(200)} c${index}`);
  expect(await chooseCuts(from(39), long)).toEqual(from(39));
  const programs = from(40).map((index) => `do $$ begin perform ${index}; end $$`);
  expect(await chooseCuts(from(39), programs)).toEqual(from(39));
});

import { expect, test } from 'vitest';
import { schemasOn, unaskedSchemas, type Login } from './search-path.ts';

const usual = '"$user", public';
const login = (name: string, path = usual, ownsTables = false): Login => ({ name, path, ownsTables });
const facts = (...names: readonly string[]) => names.map((name) => ({ name, text: '' }));
const before = facts('table public.users', 'column public.users.name');
const roles = [login('shop', usual, true), login('web', 'web, public'), login('reader')];
const since = (added: string, role: string | null = null, logins = roles) =>
  unaskedSchemas(logins, role, [before, [...before, ...facts(added)]]);

test.each([
  [usual, 'shop', ['shop', 'public']],
  ['Sales, "Web Shop", "a""b", "x,y"', 'shop', ['sales', 'Web Shop', 'a"b', 'x,y']],
  ['""', 'shop', ['']],
])('the path %s of %s', (path, name, schemas) => {
  expect(schemasOn({ path, name })).toEqual(schemas);
});

test('what comes to stand before a table that another role asks for was asked by nobody', () => {
  expect(since('table web.users')).toEqual(['web']);
  expect(since('view reader.users')).toEqual(['reader']);
  expect(since('table "$user".users')).toEqual([]);
  expect(since('table archive.users')).toEqual([]);
  expect(since('table web.basket')).toEqual([]);
  expect(since('column web.users.name')).toEqual([]);
});

test('what goes from there does so too', () => {
  const web = facts('table web.users');
  expect(unaskedSchemas(roles, null, [web, facts('table old_web.users')])).toEqual(['web']);
});

test('the old version was asked as who owns everything, or as the role that is declared', () => {
  expect(since('table shop.users')).toEqual([]);
  expect(since('table web.users', 'web')).toEqual([]);
  expect(since('table shop.users', null, [...roles, login('second', usual, true)])).toEqual(['shop']);
  expect(since('table web.users', 'a_role_that_production_does_not_know')).toEqual(['web']);
});

import { expect, it } from 'vitest';
import { namesSecret, passwordInUrl, shown } from './secrecy.ts';

it.each([
  ['postgres://user:p%40ss@host/db', 'p%40ss'],
  ['redis://:only@host', 'only'],
  ['https://host:8080/a@b', null],
  ['postgres://user@host/db', null],
  ['user:pass@host', null],
])('finds the password in %s', (url, password) => expect(passwordInUrl(url)).toBe(password));

it('knows secrets by their names', () => {
  for (const name of ['API_TOKEN', 'db_password', 'STRIPE_KEY', 'SENTRY_DSN', 'CLIENT_SECRET', 'BASIC_AUTH'])
    expect(namesSecret(name)).toBe(true);
  for (const name of ['LOG_LEVEL', 'PORT', 'AUTHOR', 'PUBLIC_URL']) expect(namesSecret(name)).toBe(false);
});

it.each([
  ['a literal under variables', 'hunter2', ['environments', 'staging', 'variables', 'values', 'A']],
  ['a URL with a password', 'postgres://u:hunter2@h/d', ['services']],
  ['a command with a token', 'node a.js --token=hunter2', ['services', 'app', 'run']],
  ['a field named so', 'hunter2', ['x', 'api-key']],
])('hides %s', (_, value, path) => expect(shown(value, path)).toBeNull());

it('F126 shows the rest on one line, short, without control codes', () => {
  expect(shown('${DATABASE_URL}', ['databases', 'main', 'url'])).toBe('"${DATABASE_URL}"');
  expect(shown('a\u001b]0;title\u0007\nb\u202e', ['project'])).toBe('"a�]0;title��b�"');
  expect(shown('x'.repeat(500), ['project'])?.length).toBeLessThan(70);
  expect([shown(undefined, []), shown(null, []), shown([1], []), shown({}, [])]).toEqual([
    'nothing',
    'empty',
    'a list',
    'a mapping',
  ]);
});

import { expect, test } from 'vitest';
import { lastLines } from './last-lines.ts';

test('the last lines of a program, in one', () => {
  expect(lastLines('one\ntwo\n\nthree\nfour\n', '')).toBe('two | three | four');
  expect(lastLines('', '')).toBe('');
});

test('its stack says nothing to who reads it', () => {
  const output = `node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module 'knex'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at node:internal/main/run_main_module:28:49 {
}

Node.js v22.20.0
`;
  expect(lastLines(output, '')).toContain("Error: Cannot find module 'knex'");
  expect(lastLines(output, '')).not.toMatch(/Node\.js|resolveFilename/);
});

test('neither the password of the clone nor values of rows', () => {
  const said = lastLines(
    'cannot reach postgresql://a:geheim@h/d\nERROR: duplicate key\nDETAIL:  Key (email)=(ada@shop.test) already exists.\n',
    'geheim',
  );
  expect(said).toBe('cannot reach postgresql://a:***@h/d | ERROR: duplicate key');
  expect(lastLines('a'.repeat(1_000), '')).toHaveLength(300);
});

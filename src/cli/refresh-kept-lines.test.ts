import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { psqlCommand, sayLeft } from './refresh-kept-lines.ts';
import type { Session } from './session.ts';

test('the command reaches psql word by word, whatever the names hold', () => {
  const back = [`ALTER DATABASE "it's $HOME" RENAME TO "b"`, 'SELECT 1'];
  const command = psqlCommand(back, { target: '127.0.0.1:5433/shop', role: `it's me` });
  const words = execFileSync('sh', ['-c', `psql() { printf '%s\\n' "$@"; }; ${command}`], { encoding: 'utf8' });
  expect(words.trim().split('\n')).toEqual([
    ...[
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      '127.0.0.1',
      '-p',
      '5433',
      '-U',
      `it's me`,
      '-d',
      'postgres',
      '-c',
      back[0],
      '-c',
      back[1],
    ],
  ]);
});

test('what could not be dropped is named with the command that does it', () => {
  const lines: string[] = [];
  const out = { line: (text: string) => lines.push(text), style: (_: string, text: string) => text };
  const left = { name: 'shop_old', because: 'SQLSTATE 42501', removal: 'DROP DATABASE IF EXISTS "shop_old"' };
  sayLeft({ out } as unknown as Session, [left], { target: 'db.example:5433/shop', role: '' });
  expect(lines).toEqual([
    '  left       shop_old has replaced data and could not be dropped (SQLSTATE 42501); the next refresh tries again',
    `  remove     psql -v ON_ERROR_STOP=1 -h db.example -p 5433 -d postgres -c 'DROP DATABASE IF EXISTS "shop_old"'`,
  ]);
});

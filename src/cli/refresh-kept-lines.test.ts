import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { backCommand } from './refresh-kept-lines.ts';

test('the command reaches psql word by word, whatever the names hold', () => {
  const back = [`ALTER DATABASE "it's $HOME" RENAME TO "b"`, 'SELECT 1'];
  const command = backCommand({ name: 'a', replacedAt: '2026-11-22T06:00:00.000Z', back }, '127.0.0.1:5433/shop');
  const words = execFileSync('sh', ['-c', `psql() { printf '%s\\n' "$@"; }; ${command}`], { encoding: 'utf8' });
  expect(words.trim().split('\n')).toEqual([
    ...['-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', '5433', '-d', 'postgres', '-c', back[0], '-c', back[1]],
  ]);
});

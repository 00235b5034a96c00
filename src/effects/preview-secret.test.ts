import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { previewSecret } from './preview-secret.ts';

const folder = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), 'preview-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

test('a deployment keeps its secret, also for many that ask first at once; others have others', async () => {
  const directory = path.join(folder(), 'environments', 'staging');
  const asked = await Promise.all(Array.from({ length: 8 }, () => previewSecret(directory, 'dep_1')));
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]).toMatch(/^[\w-]{43}$/);
  expect(await previewSecret(directory, 'dep_1')).toBe(asked[0]);
  expect(await previewSecret(directory, 'dep_2')).not.toBe(asked[0]);
  expect(await previewSecret(folder(), 'dep_1')).not.toBe(asked[0]);
  const file = path.join(directory, 'preview.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(asked[0]);
});

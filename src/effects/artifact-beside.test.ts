import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprintBeside } from './artifact-beside.ts';

let project: string;
let tree: string;
beforeEach(() => {
  project = realpathSync(mkdtempSync(path.join(tmpdir(), 'beside-')));
  tree = path.join(project, '.greenroom/artifacts/abc');
  mkdirSync(tree, { recursive: true });
  mkdirSync(path.join(project, 'node_modules/greet/.cache'), { recursive: true });
  writeFileSync(path.join(project, 'node_modules/greet/index.js'), 'export default 1');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

test('packages above a tree have a fingerprint that every change of them changes', async () => {
  const before = await fingerprintBeside(tree);
  expect(before).toMatch(/^beside:sha256:[0-9a-f]{64}$/);
  expect(await fingerprintBeside(tree)).toBe(before);
  const seen = new Set([before]);
  const changes = [
    () => writeFileSync(path.join(project, 'node_modules/greet/index.js'), 'export default 10'),
    () => utimesSync(path.join(project, 'node_modules/greet/index.js'), 1, 1),
    () => mkdirSync(path.join(project, '.greenroom/node_modules')),
    () => writeFileSync(path.join(project, '.greenroom/node_modules/nearer.js'), ''),
    () => rmSync(path.join(project, 'node_modules/greet/index.js')),
  ];
  for (const [index, change] of changes.entries()) {
    change();
    seen.add(await fingerprintBeside(tree));
    if (index !== 2) expect(seen.size).toBe(index < 2 ? index + 2 : index + 1);
  }
});

test('what tools write there while they run is none of it', async () => {
  const before = await fingerprintBeside(tree);
  for (const name of ['.cache', '.vite', '.vitest-cache', '.bin']) {
    mkdirSync(path.join(project, 'node_modules', name));
    appendFileSync(path.join(project, 'node_modules', name, 'results.json'), '{}');
  }
  expect(await fingerprintBeside(tree)).toBe(before);
  mkdirSync(path.join(project, 'node_modules/.pnpm'));
  writeFileSync(path.join(project, 'node_modules/.pnpm/greet.js'), '');
  expect(await fingerprintBeside(tree)).not.toBe(before);
});

test('a tree with packages of its own loads none from beside', async () => {
  mkdirSync(path.join(tree, 'node_modules'));
  expect(await fingerprintBeside(tree)).toBeNull();
});

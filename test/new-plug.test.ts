import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newCheck } from '../scripts/new-plug.ts';
import { testContext } from '../src/checks/testing/world.ts';
import type { Check } from '../src/kinds/check.ts';
import { ask } from '../src/kinds/testing/check-contract.ts';

const register = `import { http } from './checks/http.ts';
import { register } from './kinds/check.ts';

export const checks = [
  register(http),
  // new check: above this line
];
`;
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'greenroom-new-plug-'));
  mkdirSync(path.join(root, 'src/checks'), { recursive: true });
  writeFileSync(path.join(root, 'src/plugs.ts'), register);
});
afterEach(() => rmSync(root, { recursive: true }));

test('writes a check that works, with test, page and registry line', async () => {
  for (const name of ['src/kinds', 'src/domain', 'node_modules'])
    symlinkSync(path.resolve(name), path.join(root, name));
  const files = await newCheck(root, 'disk-space');
  expect(files).toEqual([
    'src/checks/disk-space.ts',
    'src/checks/disk-space.test.ts',
    'src/checks/disk-space.md',
    'src/plugs.ts',
  ]);
  expect(readFileSync(path.join(root, 'src/plugs.ts'), 'utf8'))
    .toBe(`import { diskSpace } from './checks/disk-space.ts';
import { http } from './checks/http.ts';
import { register } from './kinds/check.ts';

export const checks = [
  register(http),
  register(diskSpace),
  // new check: above this line
];
`);
  const plug = (await import(path.join(root, 'src/checks/disk-space.ts'))) as { diskSpace: Check<unknown, unknown> };
  expect(plug.diskSpace.kind).toBe('disk-space');
  expect(await ask(plug.diskSpace, { config: { 'at-least': 0 }, context: testContext() })).toMatchObject({
    outcome: 'pass',
  });
  expect(await ask(plug.diskSpace, { config: {}, context: testContext() })).toMatchObject({ outcome: 'fail' });
});

test('refuses what is there already, what is no name, and a registry without its marks, and writes nothing', async () => {
  await newCheck(root, 'dns');
  const before = readdirSync(path.join(root, 'src/checks'));
  await expect(newCheck(root, 'dns')).rejects.toThrow('src/checks/dns.ts is there already.');
  for (const name of ['../x', 'Dns', 'a b', '', 'a--b'])
    await expect(newCheck(root, name)).rejects.toThrow('is no name for a check');
  await expect(newCheck(root, 'delete')).rejects.toThrow('is a word of TypeScript');
  await expect(newCheck(root, 'register')).rejects.toThrow('something called "register" already');
  writeFileSync(path.join(root, 'src/plugs.ts'), '');
  await expect(newCheck(root, 'other')).rejects.toThrow('must have the line');
  expect(readdirSync(path.join(root, 'src/checks'))).toEqual(before);
});

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assert, asyncProperty, dictionary, stringMatching } from 'fast-check';
import { FailureError } from '../domain/failure.ts';
import { digestTree, treeDirectory, verifyTree } from './artifact.ts';
import { storeTree } from './artifact-store.ts';

let root: string;
let source: string;
let store: string;
const exclude = ['.git', '.greenroom', '.env*', 'node_modules', 'reports/**'];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'greenroom-artifact-'));
  source = join(root, 'source');
  store = join(root, 'store');
  for (const folder of ['', 'bin', 'lib/deep', '.git', 'lib/node_modules/x', 'reports', 'empty'])
    mkdirSync(join(source, folder), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(source, path), text);
  write('bin/run', '#!/bin/sh\n');
  chmodSync(join(source, 'bin/run'), 0o755);
  write('lib/deep/a.txt', 'a');
  write('lib/b.bin', '\0'.repeat(5 * 1024 * 1024));
  for (const path of ['.git/HEAD', '.env', 'lib/.env.local', 'lib/node_modules/x/index.js', 'reports/r.xml'])
    write(path, 'not part of it');
  symlinkSync('deep/a.txt', join(source, 'lib/link'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const codes = (act: Promise<unknown>): Promise<string[]> =>
  act.then(
    () => [],
    (error: unknown) => (error instanceof FailureError ? error.failures.map(({ code }) => code) : [String(error)]),
  );

describe('digestTree', () => {
  test('knows contents, paths, links and the executable bit, and nothing of times, owners or excluded files', async () => {
    const first = await digestTree(source, exclude);
    expect(first).toMatchObject({ digest: expect.stringMatching(/^tree:sha256:[0-9a-f]{64}$/), files: 4 });
    expect(first.bytes).toBe(5 * 1024 * 1024 + 1 + 10);
    utimesSync(join(source, 'bin/run'), 1, 1);
    chmodSync(join(source, 'lib/deep/a.txt'), 0o600);
    appendFileSync(join(source, '.env'), 'SECRET=1');
    rmSync(join(source, 'empty'), { recursive: true });
    expect(await digestTree(source, exclude)).toEqual(first);
    cpSync(source, join(root, 'elsewhere'), { recursive: true, verbatimSymlinks: true });
    expect(await digestTree(join(root, 'elsewhere'), exclude)).toEqual(first);
  });

  test('any one change gives another digest', async () => {
    const changes: Record<string, () => void> = {
      content: () => writeFileSync(join(source, 'lib/deep/a.txt'), 'b'),
      'last byte of a large file': () =>
        writeFileSync(join(source, 'lib/b.bin'), `${'\0'.repeat(5 * 1024 * 1024 - 1)}1`),
      mode: () => chmodSync(join(source, 'bin/run'), 0o644),
      link: () => (rmSync(join(source, 'lib/link')), symlinkSync('b.bin', join(source, 'lib/link'))),
      name: () => cpSync(join(source, 'lib/deep/a.txt'), join(source, 'lib/deep/A.txt')),
      removal: () => rmSync(join(source, 'lib/deep/A.txt')),
    };
    const seen = [(await digestTree(source, exclude)).digest];
    for (const [name, change] of Object.entries(changes)) {
      change();
      const { digest } = await digestTree(source, exclude);
      expect({ name, same: digest === seen.at(-1) }).toEqual({ name, same: false });
      seen.push(digest);
    }
  });

  test('two different trees never share a digest, however their names are made', async () => {
    const name = stringMatching(/^[a-c "\\\n-]{1,4}$/).filter((text) => text.trim() !== '');
    const tree = dictionary(name, stringMatching(/^[ab\n]{0,3}$/), {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    });
    const make = async (files: Record<string, string>): Promise<string> => {
      const folder = mkdtempSync(join(root, 'tree-'));
      for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
      return (await digestTree(folder, [])).digest;
    };
    const same = (a: object, b: object): boolean =>
      JSON.stringify(Object.entries(a).toSorted()) === JSON.stringify(Object.entries(b).toSorted());
    await assert(
      asyncProperty(tree, tree, async (a, b) => ((await make(a)) === (await make(b))) === same(a, b)),
      { numRuns: 60 },
    );
  });

  test.each([
    ['an absolute link', (at: string) => symlinkSync('/etc/hostname', at)],
    ['a link out of the tree', (at: string) => symlinkSync('../../outside', at)],
    ['a link that leaves and comes back', (at: string) => symlinkSync('../../source/lib/b.bin', at)],
    ['a link to nothing', (at: string) => symlinkSync('nothing', at)],
    ['a link to what is excluded', (at: string) => symlinkSync('node_modules', at)],
    ['a link to itself', (at: string) => symlinkSync('odd', at)],
    [
      'a link that leaves through another link',
      (at: string) => (symlinkSync('..', join(source, 'lib/up')), symlinkSync('up/../../lib/../source', at)),
    ],
  ])('F120 refuses %s', async (_name, make) => {
    make(join(source, 'lib/odd'));
    expect(await codes(digestTree(source, exclude))).toEqual(['GR6502']);
  });

  test('refuses sockets, pipes and a folder that is not there; all of them at once', async () => {
    const server = createServer().listen(join(source, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    symlinkSync('/', join(source, 'root'));
    expect(await codes(digestTree(source, exclude))).toEqual(['GR6502', 'GR6502']);
    server.close();
    expect(await codes(digestTree(join(root, 'absent'), []))).toEqual(['GR6501']);
  });
});

describe('storeTree', () => {
  test('keeps the tree under its digest, read-only, and verifies it', async () => {
    const { digest } = await digestTree(source, exclude);
    const stored = await storeTree(source, exclude, store);
    expect(stored).toMatchObject({ digest, directory: treeDirectory(store, digest), files: 4 });
    expect(statSync(join(stored.directory, 'bin/run')).mode & 0o777).toBe(0o555);
    expect(statSync(join(stored.directory, 'lib/deep/a.txt')).mode & 0o777).toBe(0o444);
    expect(readFileSync(join(stored.directory, 'lib/link'), 'utf8')).toBe('a');
    expect(readdirSync(stored.directory).toSorted()).toEqual(['bin', 'lib']);
    expect(await verifyTree(store, digest)).toMatchObject({ ok: true, value: { digest } });
    const inode = statSync(stored.directory).ino;
    await storeTree(source, exclude, store);
    expect(statSync(stored.directory).ino).toBe(inode);
  });

  test('F064 F066 verifyTree refuses a changed, an added, a missing file and a missing tree, and names them', async () => {
    const { digest, directory } = await storeTree(source, exclude, store);
    writeFileSync(join(directory, 'new'), '');
    chmodSync(join(directory, 'lib/deep/a.txt'), 0o755);
    rmSync(join(directory, 'bin/run'));
    const refused = await verifyTree(store, digest);
    expect(refused).toMatchObject({ ok: false, failures: [{ code: 'GR6503', where: directory }] });
    const message = refused.ok ? '' : refused.failures[0]!.message;
    expect(message).toContain('(changed "lib/deep/a.txt", added "new", missing "bin/run")');
    rmSync(directory, { recursive: true });
    expect(await verifyTree(store, digest)).toMatchObject({ ok: false, failures: [{ code: 'GR6501' }] });
    expect(await verifyTree(store, 'tree:sha256:../../etc')).toMatchObject({
      ok: false,
      failures: [{ code: 'GR6504' }],
    });
  });

  test('six at once agree, and leave nothing beside the tree', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => storeTree(source, exclude, store)));
    expect(new Set(answers.map(({ digest }) => digest)).size).toBe(1);
    expect(readdirSync(store).length).toBe(2);
    expect((await verifyTree(store, answers[0]!.digest)).ok).toBe(true);
  });

  test('a store inside its own tree is refused unless it is excluded', async () => {
    expect(await codes(storeTree(source, exclude, join(source, 'store')))).toEqual(['GR6506']);
    expect((await storeTree(source, exclude, join(source, '.greenroom/store'))).files).toBe(4);
  });

  test('F001 killed half-way, at any time, nothing half-done is taken for a tree, and the next one tidies up', async () => {
    for (let i = 0; i < 200; i += 1) writeFileSync(join(source, `lib/${i}.txt`), `${i}`);
    const module = new URL('./artifact-store.ts', import.meta.url).href;
    const script = `const { storeTree } = await import(${JSON.stringify(module)}); console.log('ready');
      await storeTree(${JSON.stringify(source)}, ${JSON.stringify(exclude)}, ${JSON.stringify(store)});`;
    let halfWay = 0;
    // Once as soon as it has begun, whatever else the machine does; then at fixed times.
    const begun = () => existsSync(store) && readdirSync(store).some((name) => name.startsWith('.incoming-'));
    for (const afterMs of [null, 2, 15, 30, 45, 60, 90]) {
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      if (afterMs === null) while (!begun() && child.exitCode === null) await sleep(1);
      else await sleep(afterMs);
      child.kill('SIGKILL');
      await exited;
      const left = existsSync(store) ? readdirSync(store) : [];
      halfWay += left.filter((name) => name.startsWith('.incoming-')).length;
      for (const hex of left.filter((name) => /^[0-9a-f]{64}$/.test(name)))
        expect((await verifyTree(store, `tree:sha256:${hex}`)).ok).toBe(true);
    }
    const { digest } = await storeTree(source, exclude, store);
    expect((await verifyTree(store, digest)).ok).toBe(true);
    expect(readdirSync(store).filter((name) => name.startsWith('.incoming-'))).toEqual([]);
    expect(halfWay).toBeGreaterThan(0);
  });
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { licencesOf } from '../scripts/licences.mjs';
import { isCode, readHouse } from './architecture/house.ts';

const root = path.resolve(import.meta.dirname, '..');

describe('which program bin/greenroom starts', () => {
  let place = '';
  const write = (file: string, text = '') => {
    mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
    writeFileSync(path.join(place, file), text);
  };
  const started = () => spawnSync(path.join(place, 'bin/greenroom'), { encoding: 'utf8' }).stdout.trim();
  /** File times count in ticks of the kernel's clock, some milliseconds long. */
  const tick = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);

  beforeEach(() => {
    place = mkdtempSync(path.join(tmpdir(), 'greenroom-build-'));
    cpSync(path.join(root, 'bin'), path.join(place, 'bin'), { recursive: true });
    write('package.json', '{ "type": "module" }');
    write('package-lock.json');
    write('node_modules/.bin/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    spawnSync('chmod', ['+x', path.join(place, 'node_modules/.bin/node')]);
    write('src/cli/main.ts', `console.log('sources' satisfies string);`);
    write('src/domain/rule.ts');
    write('src/domain/old.ts');
    tick();
    write('dist/began');
    write('dist/cli/main.js', `console.log('build');`);
    tick();
  });
  afterEach(() => rmSync(place, { recursive: true }));

  test('the build, when nothing changed since it began', () => expect(started()).toBe('build'));

  test('the build, where no sources were installed', () => {
    rmSync(path.join(place, 'src'), { recursive: true });
    expect(started()).toBe('build');
  });

  test.for([
    ['a source changed', () => write('src/domain/rule.ts', '// changed')],
    ['a source was added', () => write('src/domain/new.ts')],
    ['a source went away', () => rmSync(path.join(place, 'src/domain/old.ts'))],
    ['other libraries are locked', () => write('package-lock.json', '{}')],
    ['there is no build', () => rmSync(path.join(place, 'dist'), { recursive: true })],
    ['a build does not say when it began', () => rmSync(path.join(place, 'dist/began'))],
    [
      'a source was put in place of another, with an old time of change',
      () => {
        write('beside.ts', '// changed');
        utimesSync(path.join(place, 'beside.ts'), 1, 1);
        renameSync(path.join(place, 'beside.ts'), path.join(place, 'src/domain/rule.ts'));
      },
    ],
  ] as const)('the sources, when %s', ([, happens]) => {
    happens();
    expect(started()).toBe('sources');
  });
});

test('what is started as a program of its own is a program of the build', () => {
  const asked = readHouse(root)
    .filter(isCode)
    .flatMap(({ text }) => [...text.matchAll(/programFile\('([^']+)'\)/g)].map(([, name]) => name!));
  const built = readFileSync(path.join(root, 'scripts/build.mjs'), 'utf8');
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.filter((name) => !built.includes(`'${name}'`))).toEqual([]);
});

describe('what others wrote and the build holds', () => {
  const module = (name: string) => path.join(root, 'node_modules', name);

  test('each package once, by name, with its terms; what is our own is not there', () => {
    const text = licencesOf([
      module('yaml/dist/a.js'),
      module('pg/lib/index.js'),
      module('pg/lib/client.js'),
      `${root}/src/a.ts`,
    ]);
    const heads = text.split(/^-+$/m).map((part) => part.trim().split('\n')[0]);
    expect(heads).toEqual([
      'Greenroom is built with these packages.',
      expect.stringMatching(/^pg \S+ \(MIT\)$/),
      expect.stringMatching(/^yaml \S+ \(ISC\)$/),
    ]);
    expect(text).toContain('Permission is hereby granted');
  });

  test('one that does not say its licence cannot be built in', () => {
    const place = mkdtempSync(path.join(tmpdir(), 'greenroom-licences-'));
    const folder = path.join(place, 'node_modules/nameless');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "name": "nameless", "version": "1.0.0" }');
    expect(() => licencesOf([path.join(folder, 'index.js')])).toThrow('nameless 1.0.0 does not say its licence');
    rmSync(place, { recursive: true });
  });
});

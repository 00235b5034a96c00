import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import * as rules from './architecture/findings.ts';
import { tables } from './architecture/floors.ts';
import { importsOf, isCode, isTest, readHouse } from './architecture/house.ts';

const root = path.resolve(import.meta.dirname, '..');
const badRoot = path.join(import.meta.dirname, 'architecture/fixtures/bad-house');
const house = readHouse(root);
const badHouse = readHouse(badRoot);

/** What each rule must find in the bad house, so that a rule that sees nothing is seen itself. */
const controls: readonly [string, rules.Rule, readonly string[]][] = [
  [
    'a file uses only lower floors, its own room and the allowed pairs',
    rules.floorsAreKept,
    [
      'app/deploy.ts may not use cli/main.ts',
      'app/deploy.ts may not use plugs.ts',
      'domain/plan.ts may not use effects/clock.ts',
      'effects/clock.ts may not use checks/http.ts',
      'store/rows.ts may not use workflow/migrate.ts',
      'stray/room.ts stands in a room that ARCHITECTURE.md does not know',
    ],
  ],
  [
    'of a closed pair only types are used',
    rules.closedPairsAreClosed,
    ['cli/main.ts may use only types of store/rows.ts'],
  ],
  [
    'raw clients stay behind the doors, and the domain has no packages',
    rules.clientsStayBehindDoors,
    [
      'app/deploy.ts may not hold pg',
      'checks/http.ts may not hold node:net',
      'domain/plan.ts may not hold zod',
      'store/rows.ts may not hold @dbos-inc/dbos-sdk',
    ],
  ],
  [
    'clock, chance, network and processes are handed in',
    rules.outsideIsHandedIn,
    ['checks/http.ts uses Date.now of its own', 'domain/plan.ts uses Math.random of its own'],
  ],
  ['the domain does not wait', rules.domainDoesNotWait, ['domain/plan.ts waits (async)']],
  [
    'a plug has its test, its page and its line in the register',
    rules.plugsAreWhole,
    ['checks/http.ts has no test', 'checks/http.ts has no page', 'checks/http.ts is not registered in plugs.ts'],
  ],
  [
    'times and sizes carry their unit',
    rules.numbersCarryUnits,
    ['timeout', 'maxSize', 'stopDelay', 'interval'].map((name) => `load/plan.ts does not say the unit of ${name}`),
  ],
  ['names say something', rules.namesSaySomething, ['config/path-utils.ts has a name that says nothing']],
];

describe('the house', () => {
  test.each(controls)('%s', (_name, rule) => expect(rule(house)).toEqual([]));
  test('no file is longer than 400 lines', () => {
    const longest = house.filter(isCode).toSorted((a, b) => b.lineCount - a.lineCount);
    console.info(
      longest
        .slice(0, 5)
        .map(({ path: name, lineCount }) => `${lineCount} lines  ${name}`)
        .join('\n'),
    );
    expect(rules.filesAreShort()(house)).toEqual([]);
  });
});

describe('controls: the same rules find the bad house bad', () => {
  test.each(controls)('%s', (_name, rule, expected) => expect(rule(badHouse)).toEqual(expected));
  test('a file over the limit is found', () =>
    expect(rules.filesAreShort(7)(badHouse)).toEqual(['load/plan.ts has 8 lines, more than 7']));
});

test('imports are found in every form', () => {
  const text = [
    "import './a.ts';",
    "import type { B } from './b.ts';",
    "import c, { type D } from 'c';",
    "export {\n  e,\n} from './e.ts';",
    "export * from './f.ts';",
    "import * as g from 'g';",
    "const h = await import('./h.ts');",
    "const text = 'no import from here';",
  ].join('\n');
  expect(importsOf(text).map(({ to, isType }) => (isType ? `type ${to}` : to))).toEqual([
    ...['type ./b.ts', 'c', './e.ts', './f.ts', 'g', './a.ts', './h.ts'],
  ]);
});

test('every room that is built is read, and tests are told from code', () => {
  const rooms = new Set(house.map(({ room }) => room));
  for (const room of ['domain', 'kinds', 'host', 'checks', 'effects', 'edge', 'store', 'workflow', 'app', 'cli'])
    expect(rooms).toContain(room);
  expect(house.filter(isCode).length).toBeGreaterThan(150);
  expect(house.some(isTest)).toBe(true);
  expect(house.find(({ path: name }) => name === 'compose.ts')?.imports.length).toBeGreaterThan(10);
});

test('the tables of ARCHITECTURE.md are the ones that are kept here', () => {
  const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const kept = page.split('## The walk')[0]!.split('\n');
  const rows = kept.filter((line) => line.startsWith('| ') && !/^\| (-|–|floor |pair |client )/.test(line));
  expect(rows.map((row) => row.replace(/^(\| (?:\d|roof) \|[^|]*\|).*$/, '$1'))).toEqual(tables());
});

test('the domain compiles without Node and DOM, and fetch, console, process do not', () => {
  const compile = (folder: string) => {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const done = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    return {
      exitCode: done.status,
      missing: [...done.stdout.matchAll(/Cannot find name '(\w+)'/g)].map((found) => found[1]),
    };
  };
  expect(compile(path.join(root, 'tsconfig.domain.json'))).toEqual({ exitCode: 0, missing: [] });
  const bad = compile(badRoot);
  expect(bad.exitCode).not.toBe(0);
  expect(bad.missing.toSorted()).toEqual(['console', 'fetch', 'process']);
});

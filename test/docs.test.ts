// The documentation says what is: its links lead somewhere, its commands exist, its exit codes are those of the code.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { exit, exitCodeOfEnding, exitCodeOfHold } from '../src/cli/exit-code.ts';
import { configurationCatalogue } from '../src/config/catalogue.ts';
import { wordsOfCommands } from '../src/config/names.ts';

const root = path.resolve(import.meta.dirname, '..');
const pages = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'examples/*/README.md'], { cwd: root }).toSorted();
const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** The name under which GitHub finds a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1]!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')));

const commands: ReadonlySet<string> = new Set(commandsOf(greenroom('--help')));

function greenroom(...args: readonly string[]): string {
  const done = spawnSync(process.execPath, ['--no-warnings', 'src/cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(done.status, done.stderr).toBe(0);
  return done.stdout;
}

function commandsOf(help: string): readonly string[] {
  const list = help.split('\nCommands:\n')[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z]+)\b/gm)].map((match) => match[1]!);
}

/** What follows the name of the program in code: `greenroom deploy staging` speaks of `deploy`. */
const commandsSaid = (text: string): readonly string[] =>
  [...text.matchAll(/(?<=^|[`$"&|(;\s])greenroom ([a-z][a-z-]*)/gm)].flatMap((match) => {
    const before = text.slice(0, match.index);
    const isInBlock = (before.match(/^```/gm)?.length ?? 0) % 2 === 1;
    const isInLine = ((before.split('\n').at(-1) ?? '').match(/`/g)?.length ?? 0) % 2 === 1;
    return isInBlock || isInLine ? [match[1]!] : [];
  });

test('the pages that the README speaks of are there', () => {
  expect(pages.length).toBeGreaterThan(25);
  expect(commands.size).toBeGreaterThan(15);
});

test.each(pages)('%s: every link leads somewhere', (page) => {
  const broken = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const place = file === '' ? path.join(root, page) : path.resolve(root, path.dirname(page), file);
      if (!existsSync(place)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(place, 'utf8')).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test.each(pages)('%s: every command it names is one', (page) => {
  expect(commandsSaid(textOf(page)).filter((name) => !commands.has(name))).toEqual([]);
});

test('a command that does not exist is seen', () => {
  expect(commandsSaid('Run `greenroom fly staging`.\n```\n$ greenroom deploy\n```\ngreenroom takes one')).toEqual([
    'fly',
    'deploy',
  ]);
  expect(commands.has('fly')).toBe(false);
});

test('every command is spoken of in the guide or the reference', () => {
  const said = new Set(pages.filter((page) => page.startsWith('docs/')).flatMap((page) => commandsSaid(textOf(page))));
  const silent = [...commands].filter((name) => !said.has(name) && name !== 'help' && name !== 'completion');
  expect(silent).toEqual([]);
});

test('no environment can be called like a command that stands in its place', () => {
  expect(commandsOf(greenroom('refresh', '--help'))).toEqual(wordsOfCommands);
});

test('the table of exit codes is that of the code', () => {
  const table = [...textOf('docs/reference/exit-codes.md').matchAll(/^\| (\d+) \| `(\w+)` \|/gm)];
  expect(Object.fromEntries(table.map(([, code, name]) => [name, Number(code)]))).toEqual(exit);
});

/** Codes that a line names beside `--no-wait` and that nobody leaves with there; 5 is for conditions alone. */
function wrongCodes(line: string): readonly number[] {
  const named = [...line.matchAll(/\b(?:exit code|leaves? with|with) (\d+)(?![\d%])/gi)].map((match) =>
    Number(match[1]),
  );
  const ofConditions = /condition/i.test(line) ? [exitCodeOfHold('conditions')] : [];
  const right = [exitCodeOfHold('unknown'), ...ofConditions];
  return line.includes('--no-wait') ? named.filter((code) => !right.includes(code)) : [];
}

test('help and pages say with which code --no-wait leaves', () => {
  const waiting = ['apply', 'deploy', 'promote', 'rollback', 'resume'].map((name) =>
    greenroom(name, '--help').replaceAll(/\s+/g, ' '),
  );
  for (const help of waiting) {
    expect(help).toContain(
      `with ${exitCodeOfHold('conditions')} for the acceptance of conditions, with ${exitCodeOfHold('unknown')} for every other answer`,
    );
    const strict = exitCodeOfEnding({ as: 'live', reason: '' }, true, true);
    expect(help).toContain(`a conditional go ends with ${strict}`);
  }
  const said = pages.flatMap((page) => textOf(page).split('\n')).filter((line) => line.includes('--no-wait'));
  expect(said.length).toBeGreaterThan(4);
  expect(said.filter((line) => wrongCodes(line).length > 0)).toEqual([]);
});

test('a wrong code beside --no-wait is seen', () => {
  expect(wrongCodes('--no-wait  leave with 5 when it waits for a person')).toEqual([5]);
  expect(wrongCodes('`--no-wait` leaves with 4 where conditions are to be accepted')).toEqual([4]);
});

test('every code of a failure that is documented is raised somewhere', () => {
  const raised = globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => [...textOf(file).matchAll(/GR\d{4}/g)].map((match) => match[0]));
  const known = new Set([...raised, ...Object.keys(configurationCatalogue)]);
  const said = [...textOf('docs/reference/failures.md').matchAll(/GR\d{4}/g)].map((match) => match[0]);
  expect(said.length).toBeGreaterThan(30);
  expect(said.filter((code) => !known.has(code))).toEqual([]);
});

test('the requirements are counted right', () => {
  const text = textOf('docs/requirements.md');
  const rows = [...text.matchAll(/^\| R\d+[a-g]? \|.*?\| (met|partly|not yet) \|/gm)].map((match) => match[1]);
  const counts = ['met', 'partly', 'not yet'].map((word) => rows.filter((row) => row === word).length);
  expect(text).toContain(`| of ${rows.length} | ${counts.join(' | ')} |`);
});

test('nothing speaks of the machine it was written on', () => {
  const ours = pages.filter((page) =>
    [root, os.homedir()].some((place) => place.length > 5 && textOf(page).includes(place)),
  );
  expect(ours).toEqual([]);
});

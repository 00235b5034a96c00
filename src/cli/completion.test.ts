import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { completion, wordsFor, type OptionShape } from './completion.ts';

const option = (flag: string, more: Partial<OptionShape> = {}): OptionShape => ({
  ...{ flags: [flag], about: `about ${flag}`, takesValue: false, choices: [] },
  ...more,
});
const asked = {
  commands: [
    { name: 'deploy', about: 'deploy a release', options: [option('--supersede')], places: ['environment'] },
    { name: 'doctor', about: 'look at tools', options: [], places: [] },
  ],
  common: [option('--json'), option('--project', { flags: ['-p', '--project'], takesValue: true })],
  environments: (project: string | null) => [`staging-of-${project ?? 'here'}`],
};
const next = (...words: string[]) => wordsFor({ ...asked, words }).map(({ word }) => word);

test('commands come with what they do', () => {
  expect(wordsFor({ ...asked, words: ['do'] })).toEqual([{ word: 'doctor', about: 'look at tools' }]);
  expect(next('')).toEqual(['deploy', 'doctor']);
});

test('options are those of the command and those of all', () => {
  expect(next('deploy', '--')).toEqual(['--supersede', '--json', '--project']);
  expect(next('doctor', '--s')).toEqual([]);
});

test('environments are those of the project that is named, and only where one may stand', () => {
  expect(next('deploy', '')).toEqual(['staging-of-here']);
  expect(next('-p', 'there', 'deploy', '--json', '')).toEqual(['staging-of-there']);
  expect(next('deploy', '--project', '')).toEqual([]);
  expect(next('deploy', 'staging', '')).toEqual([]);
  expect(next('doctor', '')).toEqual([]);
  expect(next('bogus', '')).toEqual([]);
});

const shells = ['bash', 'zsh', 'fish'] as const;
const isThere = (shell: string): boolean => {
  if (!spawnSync(shell, ['-c', 'true']).error) return true;
  if (process.env['GREENROOM_REQUIRE_TOOLS'] === '1')
    throw new Error(`${shell} missing, and GREENROOM_REQUIRE_TOOLS=1`);
  return false;
};

// What each shell does with its script when somebody types; zsh has no other way in than the functions it completes with.
const typed = {
  bash: 'source ./script; COMP_WORDS=(greenroom deploy "$1"); COMP_CWORD=2; _greenroom; printf "%s\\n" "${COMPREPLY[@]}"',
  zsh: `compdef() {}; _files() { print files }; _describe() { print -l -- "\${(@P)2}" }
    source ./script; words=(greenroom deploy "$1"); CURRENT=3; _greenroom`,
  fish: 'source ./script; complete -C "greenroom deploy $argv[1]"',
};
const offered = {
  bash: ['staging'],
  zsh: ['staging:not production'],
  fish: ['staging\tnot production'],
};

test.each(shells)('%s offers what the program says, and files where it says nothing', (shell) => {
  if (!isThere(shell)) return; // not on this machine; where all is checked it must be
  const place = mkdtempSync(path.join(tmpdir(), 'greenroom-completion-'));
  try {
    const program = '#!/bin/sh\n[ "$*" = "completion --words deploy st" ] && printf "staging\\tnot production\\n"\n';
    writeFileSync(path.join(place, 'greenroom'), program, { mode: 0o755 });
    writeFileSync(path.join(place, 'script'), completion(shell));
    writeFileSync(path.join(place, 'a-file'), '');
    const type = (word: string) => {
      const argv = shell === 'fish' ? ['-c', typed[shell], word] : ['-c', typed[shell], shell, word];
      const env = { PATH: `${place}:${process.env['PATH']}`, HOME: place };
      const { stdout, stderr } = spawnSync(shell, argv, { cwd: place, env, encoding: 'utf8' });
      return [stdout.split('\n').filter(Boolean), stderr];
    };
    expect(type('st')).toEqual([offered[shell], '']);
    // Bash itself names files where its function names nothing ("-o default").
    const files = { bash: [], zsh: ['files'], fish: ['a-file'] };
    expect(type('a-f')).toEqual([files[shell], '']);
  } finally {
    rmSync(place, { recursive: true });
  }
});

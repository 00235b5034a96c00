import { spawnSync } from 'node:child_process';
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

test.each([
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
] as const)('%s can read its script', (shell, flags) => {
  const done = spawnSync(shell, flags, { input: completion(shell), encoding: 'utf8' });
  if (done.error && 'code' in done.error && done.error.code === 'ENOENT' && shell !== 'bash') return; // not on this machine
  expect([done.status, done.stderr]).toEqual([0, '']);
});

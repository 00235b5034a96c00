import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completion } from './completion.ts';

const commands = [
  { name: 'deploy', description: 'deploy a release: this tree' },
  { name: 'doctor', description: `look at "tools", ports and the team's disk` },
];

test('bash completes the commands', () => {
  const script = `${completion('bash', commands)}\ncomplete -p greenroom\ncompgen -W "deploy doctor" -- do`;
  const done = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(done.stderr).toBe('');
  expect(done.stdout.split('\n')).toEqual(["complete -W 'deploy doctor' greenroom", 'doctor', '']);
});

test('zsh gets every command with its description, without what would end it early', () => {
  expect(completion('zsh', commands)).toBe(
    `#compdef greenroom\n_arguments '1: :((deploy\\:"deploy a release this tree" doctor\\:"look at tools, ports and the teams disk"))'\n`,
  );
});

test('fish gets one line for each command, with its quotes closed', () => {
  const lines = completion('fish', commands).trimEnd().split('\n');
  expect(lines).toEqual([
    "complete -c greenroom -n __fish_use_subcommand -a deploy -d 'deploy a release: this tree'",
    `complete -c greenroom -n __fish_use_subcommand -a doctor -d 'look at "tools", ports and the teams disk'`,
  ]);
});

import type { Command, Option } from 'commander';
import { readMerged } from '../config/extending.ts';
import { findProjectFile } from '../config/load.ts';
import { wordsFor, type CommandShape, type OptionShape } from './completion.ts';

/** The lines that a completion script asks for, from the program itself and greenroom.yaml; no database is opened. */
export function completionLines(program: Command, words: readonly string[]): string {
  const found = wordsFor({
    words,
    commands: program.commands.map(shapeOf),
    common: [...program.options.map(optionOf), { ...noValue, flags: ['-h', '--help'], about: 'what it takes' }],
    environments: environmentsIn,
  });
  return found.map(({ word, about }) => `${word}${about ? `\t${about}` : ''}\n`).join('');
}

const noValue = { takesValue: false, choices: [] };

const optionOf = (option: Option): OptionShape => ({
  flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
  about: option.description,
  takesValue: option.required || option.optional,
  choices: option.argChoices ?? [],
});

const shapeOf = (command: Command): CommandShape => ({
  name: command.name(),
  about: command.description(),
  options: command.options.map(optionOf),
  places: command.registeredArguments.map((one) => one.argChoices ?? one.name()),
});

/** None where the file is missing or broken: nobody who presses Tab is told of mistakes. */
function environmentsIn(project: string | null): readonly string[] {
  const merged = readMerged(findProjectFile(project ?? '.'));
  const environments = merged.ok ? merged.value.tree.entries.get('environments')?.value : null;
  return environments?.kind === 'map'
    ? [...environments.entries.keys()].filter((name) => /^[a-z][a-z0-9-]*$/.test(name))
    : [];
}

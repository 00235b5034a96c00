import { z } from 'zod';
import { splitWords } from '../domain/words.ts';
import type { CheckContext } from './check.ts';

/** A command: one line (quotes group, nothing is a shell word) or a list of arguments → its argument vector. */
export const argv = () =>
  z.union([z.string(), z.array(z.string())]).transform((command, context): string[] => {
    const words = typeof command === 'string' ? splitWords(command) : command;
    if (words && words.length > 0 && words[0] !== '' && words.every((word) => !word.includes('\0'))) return words;
    const message = words === null ? 'has a quote that is not closed' : 'names no program';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** A folder, file or glob inside another folder: relative, without `..`. */
export const inside = () =>
  z
    .string()
    .min(1)
    .max(1_000)
    .refine((text) => isInside(text), { error: 'must be relative and without ".."' });

function isInside(text: string): boolean {
  return !text.includes('\0') && !/^([\\/~]|[A-Za-z]:)/.test(text) && !text.split(/[\\/]/).includes('..');
}

/** What a command of a check finds in its environment: the variables of the services, and where it runs. */
export function commandVariables(
  context: CheckContext,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    CI: 'true',
    ...context.variables,
    ...more,
    GREENROOM_ENVIRONMENT: context.environment,
    GREENROOM_RELEASE: context.release.id,
    GREENROOM_VERSION: context.release.version,
    GREENROOM_WORK_DIRECTORY: context.workDirectory,
  };
}

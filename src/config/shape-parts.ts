import { z } from 'zod';
import { splitWords } from '../domain/words.ts';

/** Text of a name: it becomes part of file names, variables and addresses. */
const isName = (text: string): boolean => /^[a-z][a-z0-9-]{0,39}$/.test(text) && !(text in {});

export const name = () =>
  z.string().refine(isName, { error: 'expected a name of small letters, digits and hyphens, beginning with a letter' });
export const checkName = () =>
  z.string().refine((text) => /^[A-Za-z0-9][\w .-]{0,79}$/.test(text) && !(text in {}), {
    error: 'expected a name of letters, digits, blanks, hyphens and dots',
  });
export const names = () => z.union([z.string().transform((one) => [one]), z.array(z.string())]);
export const variableName = () =>
  z.string().refine((text) => /^[A-Za-z_]\w*$/.test(text) && !(text in {}), {
    error: 'expected the name of a variable: letters, digits and underscores',
  });
export const port = () => z.int().min(1).max(65_535);
export const count = () => z.int().min(0).max(1_000_000);
export const factor = () => z.number().min(0).max(1_000_000);
export const httpPath = () => z.string().regex(/^\//, { error: 'expected a path that begins with "/"' });
export const relativePath = () =>
  z
    .string()
    .min(1)
    .regex(/^(?!\/)/, { error: 'expected a path relative to the project' });

const shellOnly = new Set(['&&', '||', '|', ';', '&', '>', '>>', '<', '2>&1']);

/** What is wrong with an argument vector that is started without a shell, or null. */
export function whyUnusable(argv: readonly string[]): string | null {
  if (argv.length === 0 || argv[0] === '') return 'expected a command, not nothing';
  const operator = argv.find((word) => shellOnly.has(word));
  if (operator && argv[0] !== 'sh' && argv[0] !== 'bash')
    return `expected one command without "${operator}": there is no shell; write  sh -c '…'`;
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(argv[0]!))
    return `expected a command first, not "${argv[0]!.split('=')[0]}=…": put it under "variables"`;
  return null;
}

/** `node server.js --flag "two words"`, or the argument vector as a list. There is no shell. */
export const command = () =>
  z.union([z.string(), z.array(z.string())]).transform((written, context): readonly string[] => {
    const argv = typeof written === 'string' ? splitWords(written) : written;
    const why = argv ? whyUnusable(argv) : 'expected every quote to be closed';
    if (why === null) return argv ?? [];
    context.addIssue({ code: 'custom', message: why });
    return z.NEVER;
  });

/** Variables are text: `007`, `1e3` and `no` stay what they look like; the text itself is taken from the file later. */
export const variables = () => z.record(variableName(), z.union([z.string(), z.number(), z.boolean()]));

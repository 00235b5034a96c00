// squawk beside our own reading, where a project or the machine has it. What it says is shown and decides nothing.
import path from 'node:path';
import { z } from 'zod';
import type { RehearsalFacts } from '../../domain/rehearsal/facts.ts';
import type { CheckContext, Finding } from '../../kinds/check.ts';
import type { RehearsalRequest } from '../../kinds/rehearsals.ts';

/** `version` in its own words; `total` of which at most a hundred are kept. Lines from 1. */
export type SquawkSaid =
  | { readonly status: 'asked'; readonly version: string; readonly total: number; readonly findings: readonly Said[] }
  | { readonly status: 'not-asked'; readonly why: string };
interface Said {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

const mostKept = 100;
const mostFiles = 500;
const answerBytes = 4 * 1024 * 1024;

/** Version 2 counts lines from 0 in this form. */
const answer = z.array(
  z.object({ file: z.string(), line: z.int().nonnegative(), rule_name: z.string(), message: z.string() }),
);

/** Asks of the files that were sent; where none was sent as it is written, of all of SQL. Never throws of what it answers. */
export async function askSquawk(
  { directory, projectDirectory, effects }: Pick<CheckContext, 'directory' | 'projectDirectory' | 'effects'>,
  files: RehearsalRequest['files'],
  statements: RehearsalFacts['statements'],
  signal: AbortSignal,
): Promise<SquawkSaid> {
  const names = files.map(({ file }) => file).filter((file) => /\.sql$/i.test(file));
  const sent = names.filter((file) => statements?.some(({ place }) => place.file === file));
  const wanted = sent.length > 0 ? sent : names;
  if (wanted.length === 0) return notAsked('no migration is a file of SQL');
  if (wanted.length > mostFiles) return notAsked(`there are more than ${mostFiles} files`);
  const run = (argv: readonly string[]) =>
    effects.process.run(
      { argv, directory, variables: {}, timeoutMs: 60_000, maxOutputBytes: 4096, answerBytes },
      signal,
    );
  const places = [directory, projectDirectory].map((folder) => path.join(folder, 'node_modules/.bin/squawk'));
  for (const program of [...places, 'squawk']) {
    const asked = await run([program, '--version']);
    if (asked.status === 'not-started') continue;
    const version = asked.answer?.text.trim().slice(0, 60) ?? '';
    if (asked.exitCode !== 0 || version === '') return notAsked('it does not say its version');
    // A name that begins with a dash would be taken for an option.
    const told = await run([program, '--reporter', 'Json', ...wanted.map((file) => `./${file}`)]);
    const text = told.status === 'exited' && !told.timedOut ? (told.answer?.text ?? '') : '';
    return read(version, text);
  }
  return notAsked('it is neither in node_modules of the release or project nor on PATH');
}

const notAsked = (why: string): SquawkSaid => ({ status: 'not-asked', why });

function read(version: string, text: string): SquawkSaid {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return notAsked(`${version} gave no answer that can be read`);
  }
  const said = answer.safeParse(parsed);
  if (!said.success) return notAsked(`${version} answers in another form than version 2`);
  const findings = said.data.map(({ file, line, rule_name: rule, message }) => ({
    ...{ file: file.replace(/^\.\//, ''), line: line + 1, rule, text: message.slice(0, 500) },
  }));
  return { status: 'asked', version, total: findings.length, findings: findings.slice(0, mostKept) };
}

/** Skipped by the verdict: what is against a migration is what it does. Nothing for a record that is older than this. */
export function squawkFindings(said: SquawkSaid | undefined): readonly Finding[] {
  if (said === undefined) return [];
  const shown = (name: string, value: string): Finding => ({ name, outcome: 'skip', value, threshold: null });
  if (said.status === 'not-asked') return [shown('squawk', `not asked: ${said.why}`)];
  return [
    shown('squawk', `${said.version}: ${said.total} findings`),
    ...said.findings.map(({ file, line, rule, text }) => shown(`squawk ${rule}`, `${file}:${line}: ${text}`)),
  ];
}

import type { LintFinding } from './lint.ts';

/** A migration that is a program: what it sends is read as it is sent, and of its own text only these words. */
export interface ProgramFile {
  readonly file: string;
  readonly text: string;
}

const quote = `['"\`]`;
const word = '(?:commit|rollback|abort|begin|end|start\\s+transaction)(?:\\s+(?:work|transaction))?';
/** A text of its own, alone or as one statement of several; or the driver's own word for it. */
const ends = new RegExp(
  `(?:${quote}\\s*|;\\s*)${word}\\s*;?\\s*${quote}|(?:${quote}|;)\\s*${word}\\s*;|\\.commit\\s*\\(`,
  'i',
);
const timeout = /\bset\s+(?:local\s+|session\s+)?lock_timeout\b|set_config\s*\(\s*\\?['"]lock_timeout/i;
const comment = /^\s*(?:#|\/\/|--|\*)/;

/** F091 in programs: lines that end the transaction or set the lock timeout. A driver that begins again by itself hides that from whoever reads the wire. */
export const lintPrograms = (programs: readonly ProgramFile[]): readonly LintFinding[] =>
  programs.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index): readonly LintFinding[] => {
      if (comment.test(line)) return [];
      const at = { place: { file, line: index + 1 }, relation: null, mode: null };
      return [
        ...(ends.test(line)
          ? [
              {
                ...at,
                reason: 'own-transaction' as const,
                text: 'It ends its transaction itself.',
                next: leaveTransactions,
              },
            ]
          : []),
        ...(timeout.test(line)
          ? [
              {
                ...at,
                reason: 'own-lock-timeout' as const,
                text: 'It sets the lock timeout itself.',
                next: leaveTimeout,
              },
            ]
          : []),
      ];
    }),
  );

/**
 * Programs that the command ran: each is noted by its name or, of Alembic, its revision in what was sent. Where nothing names any of them, nobody
 * knows which they are, and all are read.
 */
export function pendingPrograms(programs: readonly ProgramFile[], sent: readonly string[]): readonly ProgramFile[] {
  const namesOf = ({ file, text }: ProgramFile) => {
    const revision = /^revision\b[^=\n]*=\s*['"]([\w-]+)['"]/m.exec(text)?.[1];
    const stem = file.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
    return [stem, ...(revision === undefined ? [] : [revision])];
  };
  const pending = programs.filter((each) => namesOf(each).some((name) => sent.some((text) => text.includes(name))));
  return pending.length > 0 ? pending : programs;
}

const leaveTransactions =
  'Leave BEGIN, COMMIT and ROLLBACK to the tool; what needs no transaction has an option of the tool for it.';
const leaveTimeout = 'Leave lock_timeout to Greenroom, here and in production.';

import { readyMigration, rehearseMigration, type RehearsedMigration } from '../../app/rehearse-migration.ts';
import { worst } from '../../domain/outcome.ts';
import { counted } from '../../kinds/wording.ts';
import { exit } from '../exit-code.ts';
import { sayRehearsal } from '../rehearsal-lines.ts';
import type { CommandBody } from '../session.ts';

interface RehearseOptions {
  readonly profile: 'quick' | 'full';
  readonly dryRun?: boolean;
}

export const rehearse =
  (environment: string, { profile, dryRun }: RehearseOptions): CommandBody =>
  async (session) => {
    const { out, signal } = session;
    const { project } = session.load();
    const world = await session.reader();
    const wish = { project, environment, profile, signal, onProgress: (text: string) => out.note(`  ${text}`) };
    if (dryRun === true) {
      const ready = await readyMigration(world, wish);
      if (out.isJson) out.json({ ok: true, environment, profile, dryRun: true, ready });
      for (const { check, database, copy, server, command, files } of ready) {
        out.line(`${out.style('green', 'ready')}  ${check}: database ${database}, on clones of ${copy}, on ${server}`);
        out.line(`  command    ${command.join(' ')}`);
        out.line(`  files      ${counted(files.length, 'file')}`);
      }
      return exit.ok;
    }
    const told = await rehearseMigration(world, wish);
    if (out.isJson) out.json({ ok: isGood(told), environment, profile, dryRun: false, rehearsals: told });
    for (const each of told) sayRehearsal(out, each);
    return codeOf(told);
  };

const outcomeOf = (told: readonly RehearsedMigration[]) => worst(told.map(({ judgement }) => judgement.outcome));
const isGood = (told: readonly RehearsedMigration[]): boolean => ['pass', 'warn'].includes(outcomeOf(told));

function codeOf(told: readonly RehearsedMigration[]): number {
  if (isGood(told)) return exit.ok;
  return outcomeOf(told) === 'error' ? exit.couldNotJudge : exit.gateFailed;
}

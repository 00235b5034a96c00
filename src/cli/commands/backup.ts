import { readyBackups, verifyBackups, type VerifiedByHand } from '../../app/verify-backup.ts';
import { formatDuration } from '../../domain/duration.ts';
import { worst } from '../../domain/outcome.ts';
import { exit } from '../exit-code.ts';
import { when } from '../data-lines.ts';
import type { CommandBody, Session } from '../session.ts';

export const backup =
  (_verify: 'verify', environment: string, { dryRun }: { readonly dryRun?: boolean }): CommandBody =>
  async (session) => {
    const { out, signal } = session;
    const { project } = session.load();
    const actor = await session.actor();
    const world = await session.reader();
    const wish = { project, environment, actor, signal, onProgress: (text: string) => out.note(`  ${text}`) };
    if (dryRun === true) {
      const ready = await readyBackups(world, wish);
      if (out.isJson) out.json({ ok: true, environment, dryRun: true, ready });
      for (const { check, database, backup: file, sizeBytes, takenAt, server, brokenBy } of ready) {
        out.line(`${out.style('green', 'ready')}  ${check}: ${file} of database ${database}, on ${server}`);
        out.line(
          `  taken      ${when(takenAt)}, ${formatDuration(world.clock.now() - takenAt)} ago; ${sizeBytes} bytes`,
        );
        if (brokenBy !== null) out.line(`  ${out.style('red', 'broken')}     ${brokenBy}`);
      }
      return exit.ok;
    }
    const told = await verifyBackups(world, wish);
    const outcome = worst(told.map(({ judgement }) => judgement.outcome));
    const isGood = outcome === 'pass' || outcome === 'warn';
    if (out.isJson) out.json({ ok: isGood, environment, dryRun: false, backups: told });
    for (const each of told) say(session, each);
    return isGood ? exit.ok : outcome === 'error' ? exit.couldNotJudge : exit.gateFailed;
  };

const words = {
  pass: 'verified',
  warn: 'verified',
  fail: 'failed',
  error: 'not measured',
  skip: 'not measured',
} as const;
const colours = { pass: 'green', warn: 'yellow', fail: 'red', error: 'red', skip: 'yellow' } as const;

function say({ out }: Session, { check, data, judgement }: VerifiedByHand): void {
  const { outcome, reason, findings, next } = judgement;
  out.line(`${out.style(colours[outcome], words[outcome])}  ${check}: ${reason}`);
  for (const { name, value, threshold, outcome: its } of findings)
    out.line(
      `  ${out.style(colours[its], its.padEnd(5))}  ${name}: ${value}${threshold === null ? '' : ` (${threshold})`}`,
    );
  if (next !== undefined) out.line(`  do     ${next}`);
  for (const name of data?.swept ?? []) out.line(`  removed  ${name}, which a run that was killed had left`);
}

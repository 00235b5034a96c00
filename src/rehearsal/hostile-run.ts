// The migration beside a reader that sits idle in a transaction and never ends.
import type { RehearsalFacts } from '../domain/rehearsal/facts.ts';
import { gaveUp } from '../domain/rehearsal/repeatable.ts';
import { dropInvalid } from './drop-invalid.ts';
import type { RehearsalOrder } from './order.ts';
import { relationsOf } from './relations.ts';
import { runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';

/** `waitMs`: what it may take beside the reader before it counts as one that never gives up. */
export async function hostileRun(
  scratch: Scratch,
  { migrate: command, limitMs }: RehearsalOrder,
  waitMs: number,
): Promise<NonNullable<RehearsalFacts['hostileReader']>> {
  const reader = await scratch.connect('greenroom hostile reader');
  const tables = (await relationsOf(reader)).filter(({ kind }) => kind === 'r' || kind === 'p' || kind === 'm');
  await reader.query('begin');
  if (tables.length > 0) {
    const names = tables.map(({ name }) => name);
    for (const name of names) await reader.query(`select from ${name} limit 0`);
  }
  const first = await runCommand({ scratch, command, limitMs: Math.min(waitMs, limitMs) });
  await reader.query('rollback');
  if (first.failedWith === null) return 'gave-up-and-retried';
  if (first.timedOut) return 'never-gave-up';
  await dropInvalid(reader);
  const second = await runCommand({ scratch, command, limitMs });
  return first.met.includes(gaveUp) && second.failedWith === null ? 'gave-up-and-retried' : 'retry-failed';
}

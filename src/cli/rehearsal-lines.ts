import type { RehearsedMigration } from '../app/rehearse-migration.ts';
import { weigh } from '../checks/migration-rehearsal/judge.ts';
import { squawkFindings } from '../checks/migration-rehearsal/squawk.ts';
import { formatDuration } from '../domain/duration.ts';
import { cutWords } from '../domain/rehearsal/cut-words.ts';
import type { StatementFacts } from '../domain/rehearsal/facts.ts';
import { placeWords } from '../domain/rehearsal/finding.ts';
import { stops } from '../domain/rehearsal/reason.ts';
import { counted } from '../kinds/wording.ts';
import type { Output } from './output.ts';

const mostStatements = 20;
const colours = { go: 'green', 'conditional-go': 'yellow', 'no-go': 'red' } as const;

const nothing = { decision: 'conditional-go', findings: [] } as const;

/** Verdict, reasons, and what each statement did; everything else is in --json. */
export function sayRehearsal(out: Output, { check, data, judgement }: RehearsedMigration): void {
  const { decision, findings } = data.isIdle ? nothing : weigh(data);
  const { facts } = data;
  out.line(`${out.style(colours[decision], decision)}  ${check}: the migration of database ${data.database}`);
  if (data.isIdle) out.line(`  ${judgement.reason}`);
  for (const { reason, place, text, next } of findings) {
    const at = place === null ? '' : `${placeWords(place)}: `;
    out.line(`  ${out.style(stops(reason) ? 'red' : 'yellow', reason)}  ${at}${text}`);
    out.line(out.style('dim', `    ${next}`));
  }
  const statements = facts.statements ?? [];
  for (const statement of statements.slice(0, mostStatements)) out.line(`  ${statementLine(statement)}`);
  if (statements.length > mostStatements) out.line(`  … ${statements.length - mostStatements} more in --json`);
  for (const { text, longestMs } of facts.stalls ?? [])
    out.line(`  old version  waited at most ${formatDuration(longestMs)}: ${text}`);
  const { captured } = facts;
  if (captured) {
    const { source, executed, planned, excepted } = captured;
    out.line(`  captured     by ${source}: ${executed} executed, ${planned} planned, ${excepted} left out`);
  }
  for (const { relation, left } of facts.books ?? [])
    out.line(`  book         ${relation}: ${left.length === 0 ? 'compared whole' : `${left.join(', ')} not compared`}`);
  const { wayBack, cuts } = facts;
  if (cuts !== undefined && cuts.tried < cuts.of) out.line(`  cut off      ${cutWords(cuts)}`);
  if (wayBack !== null && wayBack !== 'none' && (wayBack.times ?? 1) > 1)
    out.line(`  way back     taken ${wayBack.times} times, one migration after the other`);
  for (const { name, value } of squawkFindings(data.squawk).slice(0, mostStatements))
    out.line(`  ${name.padEnd(12)} ${value}`);
  const took = facts.durationMs === null ? 'not measured' : formatDuration(facts.durationMs);
  out.line(`  took         ${took}, its budget is ${formatDuration(data.budgetMs)}; ${counted(data.runs, 'run')}`);
  out.line(`  copy         ${data.copy} of ${new Date(data.copiedAtMs).toISOString()}`);
  out.line(`  digest       ${data.digest}`);
  for (const name of data.swept) out.line(`  removed      ${name}, which a rehearsal that was killed had left`);
}

/** Locks that let everybody read and write beside them are left to --json. */
function statementLine({ place, durationMs, locks, rewrites, scans, walBytes, failedWith }: StatementFacts): string {
  const strong = locks.filter(({ mode }) => !['AccessShareLock', 'RowShareLock', 'RowExclusiveLock'].includes(mode));
  return [
    `${placeWords(place)}  ${formatDuration(durationMs)}`,
    ...strong.map(({ relation, mode, heldMs }) => `${mode} on ${relation} for ${formatDuration(heldMs)}`),
    ...(rewrites.length > 0 ? [`writes anew ${rewrites.join(', ')}`] : []),
    ...(scans.length > 0 ? [`reads whole ${scans.join(', ')}`] : []),
    `WAL ${(walBytes / 1e6).toFixed(2)} MB`,
    ...(failedWith === null ? [] : [`failed with ${failedWith}`]),
  ].join(', ');
}

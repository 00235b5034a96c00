import path from 'node:path';
import { seedEnvironment } from '../../app/seed-environment.ts';
import { loadSeedFile, type SeedFile } from '../../config/seed.ts';
import { fail, FailureError } from '../../domain/failure.ts';
import { counted } from '../../kinds/wording.ts';
import type { Seeded, SeededTable } from '../../refresh/seed/run-seed.ts';
import { exit } from '../exit-code.ts';
import type { CommandBody, Session } from '../session.ts';

interface SeedOptions {
  readonly rows?: string;
  readonly seed?: string;
  readonly dryRun?: boolean;
}

export const seed =
  (environment: string, options: SeedOptions): CommandBody =>
  async (session) => {
    const { out, signal } = session;
    const { project } = session.load();
    const isDryRun = options.dryRun === true;
    const file = asked(path.join(project.directory, 'seed.yaml'), options);
    const world = await session.reader();
    const beganAt = performance.now();
    const told = await seedEnvironment(world, {
      ...{ project, environment, actor: await session.actor(), file, isDryRun, signal },
      onStation: (station) => out.note(`  ${station}`),
      onProgress: ({ table, rowCount, totalCount }) => out.note(`  ${rowCount} of ${totalCount} rows  (${table})`),
    });
    const tookMs = Math.round(performance.now() - beganAt);
    if (out.isJson) out.json({ ok: true, environment, dryRun: isDryRun, seed: file.seed, tookMs, ...told });
    else say(session, { environment, isDryRun, file, tookMs }, told);
    return exit.ok;
  };

/** What the command says is stronger than the file. */
function asked(place: string, { rows, seed: wished }: SeedOptions): SeedFile {
  const file = loadSeedFile(place);
  if (!file.ok) throw new FailureError(...file.failures);
  return {
    ...file.value,
    ...(rows !== undefined && { rows: numberOf('--rows', rows, 1, 10_000_000) }),
    ...(wished !== undefined && { seed: numberOf('--seed', wished, 0, 0xffff_ffff) }),
  };
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  return fail({
    code: 'GR5178',
    message: `${option} takes a whole number from ${least} to ${most}.`,
    do: `Such as  ${option} ${least === 0 ? 7 : 5000}.`,
  });
}

interface Run {
  readonly environment: string;
  readonly isDryRun: boolean;
  readonly file: SeedFile;
  readonly tookMs: number;
}

function say(
  { out }: Session,
  { environment, isDryRun, file, tookMs }: Run,
  { tables, notes, filledMs }: Seeded,
): void {
  const made = tables.filter(({ standing }) => standing !== 'kept');
  const rowCount = made.reduce((sum, table) => sum + table.rowCount, 0);
  const what = `${counted(rowCount, 'row')} in ${counted(made.length, 'table')}, seed ${file.seed}`;
  if (isDryRun) out.line(`${out.style('green', 'ready')}  ${environment} would get ${what}`);
  else {
    out.line(`${out.style('green', 'seeded')}  ${environment} in ${(tookMs / 1000).toFixed(1)} s: ${what}`);
    out.line(`  made up    every row; ${Math.round(rowCount / Math.max(0.001, filledMs / 1000))} rows/s`);
    out.line('  held       every constraint, by PostgreSQL');
  }
  for (const line of tableLines(tables)) out.line(`  ${line}`);
  for (const note of notes) out.line(`  ${out.style('yellow', 'note')}       ${note}`);
}

const standings: Readonly<Record<SeededTable['standing'], string>> = {
  lookup: 'a few that others choose from',
  own: 'stands for itself',
  child: 'hangs on others: few have many, many have few',
  'one-to-one': 'at most one for each',
  pairs: 'pairs, each once',
  asked: 'as seed.yaml says',
  kept: 'kept as they are',
};

function tableLines(tables: readonly SeededTable[]): readonly string[] {
  const names = Math.max(0, ...tables.map(({ name }) => name.length));
  const counts = Math.max(0, ...tables.map(({ rowCount }) => String(rowCount).length));
  return tables.map(
    ({ name, rowCount, standing }) =>
      `table      ${name.padEnd(names)}  ${String(rowCount).padStart(counts)}  ${standings[standing]}`,
  );
}

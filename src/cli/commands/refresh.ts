import path from 'node:path';
import { refreshEnvironment, type RefreshedEnvironment } from '../../app/refresh-environment.ts';
import { loadRefreshFile } from '../../config/refresh.ts';
import { FailureError } from '../../domain/failure.ts';
import { counted } from '../../kinds/wording.ts';
import type { SubsetShare } from '../../refresh/find-subset.ts';
import type { LoadProgress } from '../../refresh/load-beside.ts';
import { exit } from '../exit-code.ts';
import { sayKept, sayLeft } from '../refresh-kept-lines.ts';
import { outboundColumns, sayOutbound } from '../refresh-outbound-lines.ts';
import type { CommandBody, Session } from '../session.ts';

interface RefreshOptions {
  readonly workers: string;
  readonly dryRun?: boolean;
  /** False with --no-proof. */
  readonly proof: boolean;
}

const MOST_WORKERS = 16;

export const refresh =
  (environment: string, { workers, dryRun, proof }: RefreshOptions): CommandBody =>
  async (session) => {
    const { out, signal } = session;
    const { project } = session.load();
    const file = loadRefreshFile(path.join(project.directory, 'refresh.yaml'));
    if (!file.ok) throw new FailureError(...file.failures);
    const workerCount = Number(workers);
    if (!(Number.isInteger(workerCount) && workerCount >= 1 && workerCount <= MOST_WORKERS))
      throw new FailureError({
        code: 'GR5044',
        message: `--workers takes a number from 1 to ${MOST_WORKERS}.`,
        do: 'Two are enough for two processors.',
      });
    const world = await session.reader();
    const beganAt = performance.now();
    let copyBeganAt = beganAt;
    const told = await refreshEnvironment(world, {
      ...{ project, environment, actor: await session.actor(), file: file.value, workerCount },
      ...{ isDryRun: dryRun === true, isProven: proof, signal },
      onStation: (station) => {
        if (station === 'copying') copyBeganAt = performance.now();
        out.note(`  ${station}`);
      },
      onProgress: (progress) => out.note(`  ${progressLine(progress, (performance.now() - copyBeganAt) / 1000)}`),
    });
    const tookMs = Math.round(performance.now() - beganAt);
    if (out.isJson)
      out.json({ ok: true, environment, dryRun: dryRun === true, tookMs, ...told, outbound: outboundColumns(told) });
    else say(session, environment, dryRun === true, told, tookMs);
    return exit.ok;
  };

const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;

/** Rate and remaining time, by the sizes of the tables on the source's disk. */
function progressLine({ doneBytes, totalBytes, rowCount, table }: LoadProgress, seconds: number): string {
  const perSecond = doneBytes / Math.max(seconds, 0.001);
  const left = perSecond > 0 ? Math.ceil((totalBytes - doneBytes) / perSecond) : null;
  const remaining = left === null || doneBytes >= totalBytes ? '' : `, about ${left} s left`;
  // Rows are known of parts that are done.
  const rows = rowCount === 0 ? '' : `, ${counted(rowCount, 'row')}`;
  return `${megabytes(doneBytes)} of ${megabytes(totalBytes)}${rows}, ${megabytes(perSecond)}/s${remaining}  (${table})`;
}

function say(
  session: Session,
  environment: string,
  isDryRun: boolean,
  told: RefreshedEnvironment,
  tookMs: number,
): void {
  const { out } = session;
  const { tables, constraintCount, shares, proof, notes, swept } = told;
  const rowCount = tables.reduce((sum, table) => sum + table.rowCount, 0);
  if (isDryRun)
    out.line(
      `${out.style('green', 'ready')}  ${counted(tables.length, 'table')} would be copied to ${environment}; every column has a rule.`,
    );
  else {
    out.line(
      `${out.style('green', 'refreshed')}  ${environment} in ${(tookMs / 1000).toFixed(1)} s: ${counted(rowCount, 'row')} in ${counted(tables.length, 'table')}`,
    );
    out.line(`  counted    as many rows in source, kernel and target, table by table`);
    out.line(`  built      ${constraintCount} indexes and keys, each found whole by PostgreSQL`);
    out.line(
      proof === null
        ? '  not proven that no original is left: refresh.yaml alone says what is masked'
        : `  proven     ${proof.originalCount} originals, none in ${proof.textCount} texts of the copy; ${proof.coincidenceCount} by chance somebody else’s`,
    );
  }
  sayOutbound(session, isDryRun, told.outbound, told.variables, { here: environment, there: told.sourceEnvironment });
  for (const line of shares === null ? [] : shareLines(shares)) out.line(`  ${line}`);
  sayKept(session, told.kept, told);
  sayLeft(session, told.left, told);
  for (const name of swept) out.line(`  removed    ${name}, which an earlier refresh had left`);
  for (const note of notes) out.line(`  ${out.style('yellow', 'note')}       ${note}`);
}

const standings: Readonly<Record<SubsetShare['standing'], string>> = {
  chosen: 'chosen, or kept rows point at them',
  hanging: 'hang on what is kept',
  pointed: 'kept rows point at them',
  whole: 'whole',
};

/** A line for each table: how much of it, and why. */
function shareLines(shares: readonly SubsetShare[]): readonly string[] {
  const cells = shares.map(({ name, standing, rowCount, totalCount }) => {
    const percent = totalCount === 0 ? '-' : `${((100 * rowCount) / totalCount).toFixed(1)} %`;
    return [name, `${rowCount} of ${totalCount}`, percent, standings[standing]] as const;
  });
  const width = (column: 0 | 1 | 2): number => Math.max(...cells.map((line) => line[column].length));
  const [names, counts, percents] = [width(0), width(1), width(2)];
  return cells.map(
    ([name, count, percent, why]) =>
      `part       ${name.padEnd(names)}  ${count.padStart(counts)}  ${percent.padStart(percents)}  ${why}`,
  );
}

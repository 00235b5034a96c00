// Where data came from, in lines.
import type { EnvironmentStanding } from '../app/read-standing.ts';
import type { VerifiedBackup } from '../domain/backup/verified.ts';
import type { RefreshAccount } from '../domain/refresh/refreshes.ts';
import type { SeedAccount } from '../domain/seed/seedings.ts';
import { counted, excerpt } from '../kinds/wording.ts';

export const when = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

export const dataWords = ({ database, dataFromAt, from, isProven }: EnvironmentStanding['data'][number]): string =>
  `${database} of ${when(dataFromAt)} from ${from}, ${isProven ? 'proven to hold no original' : 'not proven'}`;

/** The newest first. */
export const dataLines = (
  refreshes: readonly RefreshAccount[],
  seedings: readonly SeedAccount[],
  backups: readonly VerifiedBackup[],
): readonly string[] =>
  [
    ...refreshes.map((each) => ({ at: each.beganAt, line: refreshLine(each) })),
    ...seedings.map((each) => ({ at: each.beganAt, line: seedLine(each) })),
    ...backups.map((each) => ({ at: each.at, line: backupLine(each) })),
  ]
    .toSorted((a, b) => b.at - a.at)
    .map(({ line }) => line);

const backupLine = ({ environment, at, by, check, outcome, reason }: VerifiedBackup): string =>
  `${environment.padEnd(16)} ${when(at)}  backup, ${check} ${outcome}: ${excerpt(reason)}  ${by}`;

function seedLine({ environment, by, beganAt, endedAt, ends, made, failures }: SeedAccount): string {
  const what = ends === null ? '' : `${ends.database} made up, seed ${ends.seed}: `;
  const came = made === null ? unmade({ endedAt, failures }) : rowsOf(made.tables);
  return `${environment.padEnd(16)} ${when(beganAt)}  ${what}${came}  ${by}`;
}

const rowsOf = (tables: readonly { readonly rowCount: number }[]): string =>
  `${counted(
    tables.reduce((sum, table) => sum + table.rowCount, 0),
    'row',
  )} in ${counted(tables.length, 'table')}`;

const unmade = ({ endedAt, failures }: Pick<RefreshAccount, 'failures' | 'endedAt'>): string =>
  endedAt === null
    ? 'under way, or killed'
    : `failed, ${excerpt(failures.map(({ code, message }) => `${code} ${message}`).join(' '))}`;

function refreshLine({ environment, by, beganAt, ends, ...rest }: RefreshAccount): string {
  const from = ends === null ? '' : `${ends.database} from ${ends.sourceEnvironment}: `;
  return `${environment.padEnd(16)} ${when(beganAt)}  ${from}${comeTo(rest)}  ${by}`;
}

function comeTo({ made, failures, endedAt }: Pick<RefreshAccount, 'made' | 'failures' | 'endedAt'>): string {
  if (made === null) return unmade({ endedAt, failures });
  const { proof } = made;
  const proven = proof
    ? `none of ${counted(proof.originalCount, 'original')} left, ${proof.coincidenceCount} by chance`
    : 'not proven';
  return `${rowsOf(made.tables)}, ${proven}`;
}

// What the log says of refreshes: the lines that are written, and what is read out of them again.
import type { JsonObject } from '../json.ts';
import type { ChainedRecord, RecordBody } from '../record.ts';
import { isSeededSince, type SeedAccount } from '../seed/seedings.ts';

export const refreshKinds = ['refresh-began', 'refresh-done', 'refresh-failed'] as const;

/** Which refresh: known once both ends are found. */
export interface RefreshEnds {
  /** Name of the database in greenroom.yaml. */
  readonly database: string;
  readonly sourceEnvironment: string;
  /** `host:port/database`, as is the target. */
  readonly source: string;
  readonly target: string;
  /** Digest of the rules of refresh.yaml. */
  readonly rules: string;
}

/** What it came to. */
export interface RefreshMade {
  /** The data is from then or a little later; the target's comment says the same instant. */
  readonly dataFromAt: number;
  /** The database as its server knows it: `system identifier/oid`. Another one, or a copy of it, has another. */
  readonly identity: string;
  readonly tables: readonly { readonly name: string; readonly rowCount: number }[];
  /** Null: nobody has looked for originals. */
  readonly proof: {
    readonly originalCount: number;
    readonly textCount: number;
    readonly coincidenceCount: number;
  } | null;
}

export interface RefreshAccount {
  /** Names this attempt. */
  readonly run: string;
  readonly environment: string;
  readonly by: string;
  readonly beganAt: number;
  /** Null: it is under way, or was killed. */
  readonly endedAt: number | null;
  /** Null where it was refused before both were known. */
  readonly ends: RefreshEnds | null;
  /** Null unless it was published. */
  readonly made: RefreshMade | null;
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

interface Attempt {
  readonly run: string;
  readonly environment: string;
  readonly actor: string;
}

export const refreshBegan = ({ run, environment, actor }: Attempt, ends: RefreshEnds): RecordBody => ({
  ...{ kind: 'refresh-began', actor, data: { run, environment, ends: { ...ends } } },
});

export const refreshDone = ({ run, environment, actor }: Attempt, ends: RefreshEnds, made: RefreshMade): RecordBody => {
  const { dataFromAt, identity, proof } = made;
  const tables = made.tables.map(({ name, rowCount }) => ({ name, rowCount }));
  const data = {
    run,
    environment,
    ends: { ...ends },
    made: { dataFromAt, identity, tables, proof: proof && { ...proof } },
  };
  return { kind: 'refresh-done', actor, data };
};

export const refreshFailed = (
  { run, environment, actor }: Attempt,
  ends: RefreshEnds | null,
  failures: RefreshAccount['failures'],
): RecordBody => ({
  kind: 'refresh-failed',
  actor,
  data: {
    run,
    environment,
    ends: ends && { ...ends },
    failures: failures.map(({ code, message }) => ({ code, message })),
  },
});

/** One account for each attempt, the newest first. Lines of other kinds are left out. */
export function refreshesOf(log: readonly ChainedRecord[]): readonly RefreshAccount[] {
  const found = new Map<string, RefreshAccount>();
  for (const { kind, actor, at, data } of log) {
    if (!refreshKinds.some((known) => known === kind)) continue;
    const run = String(data['run']);
    const before = found.get(run);
    found.set(run, {
      ...{ run, environment: String(data['environment']), by: actor, beganAt: before?.beganAt ?? at },
      endedAt: kind === 'refresh-began' ? null : at,
      ends: (data['ends'] ?? null) as RefreshEnds | null,
      made: kind === 'refresh-done' ? (data['made'] as unknown as RefreshMade) : null,
      failures: ((data as JsonObject)['failures'] ?? []) as unknown as RefreshAccount['failures'],
    });
  }
  return [...found.values()].toReversed();
}

/** The refresh that gave a database its data, as the log has it: the newest that was published, unless rows were made up since. Attempts newest first. */
export function standingRefresh(
  { accounts, seedings }: { readonly accounts: readonly RefreshAccount[]; readonly seedings: readonly SeedAccount[] },
  environment: string,
  database: string,
): RefreshAccount | null {
  const found = accounts.find(
    (each) => each.environment === environment && each.ends?.database === database && each.made !== null,
  );
  return found && !isSeededSince(seedings, { environment, database, at: found.endedAt! }) ? found : null;
}

// What the log says of rows that were made up: the lines that are written, and what is read out of them again.
import type { JsonObject } from '../json.ts';
import type { ChainedRecord, RecordBody } from '../record.ts';

export const seedKinds = ['seed-began', 'seed-done', 'seed-failed'] as const;

/** Which seeding: known once the target is found. */
export interface SeedEnds {
  /** Name of the database in greenroom.yaml. */
  readonly database: string;
  /** `host:port/database`. */
  readonly target: string;
  readonly seed: number;
}

export interface SeedMade {
  /** The database as its server knows it: `system identifier/oid`. */
  readonly identity: string;
  readonly tables: readonly { readonly name: string; readonly rowCount: number }[];
}

export interface SeedAccount {
  /** Names this attempt. */
  readonly run: string;
  readonly environment: string;
  readonly by: string;
  readonly beganAt: number;
  /** Null: it is under way, or was killed. */
  readonly endedAt: number | null;
  /** Null where it was refused before they were known. */
  readonly ends: SeedEnds | null;
  /** Null unless it was published. */
  readonly made: SeedMade | null;
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

interface Attempt {
  readonly run: string;
  readonly environment: string;
  readonly actor: string;
}

export const seedBegan = ({ run, environment, actor }: Attempt, ends: SeedEnds): RecordBody => ({
  ...{ kind: 'seed-began', actor, data: { run, environment, ends: { ...ends } } },
});

export const seedDone = ({ run, environment, actor }: Attempt, ends: SeedEnds, made: SeedMade): RecordBody => {
  const tables = made.tables.map(({ name, rowCount }) => ({ name, rowCount }));
  return {
    kind: 'seed-done',
    actor,
    data: { run, environment, ends: { ...ends }, made: { identity: made.identity, tables } },
  };
};

export const seedFailed = (
  { run, environment, actor }: Attempt,
  ends: SeedEnds | null,
  failures: SeedAccount['failures'],
): RecordBody => ({
  kind: 'seed-failed',
  actor,
  data: {
    ...{ run, environment, ends: ends && { ...ends } },
    failures: failures.map(({ code, message }) => ({ code, message })),
  },
});

/** One account for each attempt, the newest first. Lines of other kinds are left out. */
export function seedingsOf(log: readonly ChainedRecord[]): readonly SeedAccount[] {
  const found = new Map<string, SeedAccount>();
  for (const { kind, actor, at, data } of log) {
    if (!seedKinds.some((known) => known === kind)) continue;
    const run = String(data['run']);
    found.set(run, {
      ...{ run, environment: String(data['environment']), by: actor, beganAt: found.get(run)?.beganAt ?? at },
      endedAt: kind === 'seed-began' ? null : at,
      ends: (data['ends'] ?? null) as SeedEnds | null,
      made: kind === 'seed-done' ? (data['made'] as unknown as SeedMade) : null,
      failures: ((data as JsonObject)['failures'] ?? []) as unknown as SeedAccount['failures'],
    });
  }
  return [...found.values()].toReversed();
}

/** Whether rows were made up in a database after that instant, as far as the log knows: what was begun may have been done. */
export const isSeededSince = (
  seedings: readonly SeedAccount[],
  { environment, database, at }: { readonly environment: string; readonly database: string; readonly at: number },
): boolean =>
  seedings.some(
    (each) =>
      each.environment === environment &&
      each.ends?.database === database &&
      each.failures.length === 0 &&
      (each.endedAt ?? each.beganAt) >= at,
  );

import type { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Plot } from '../domain/plot.ts';
import type { VerifiedBackup } from '../domain/backup/verified.ts';
import type { Effects } from './effects.ts';
import type { RefreshLog } from './refreshes.ts';

/**
 * One question asked of the world. `gather` measures through the effects it is given and judges nothing;
 * `judge` is pure, so that old evidence can be judged again under a new policy.
 */
export interface Check<Config, Data> {
  readonly kind: string;
  /** One line for help and the reference page. */
  readonly summary: string;
  /** Shape of its configuration; unknown keys are refused. Durations, sizes and shares are `kinds/fields.ts`. */
  readonly schema: z.ZodType<Config>;
  /** `alone`: never while another check of the deployment runs (load). */
  readonly runs: 'together' | 'alone';
  /** `own-copy`: it runs commands of the release, which may write beside their sources; the pinned tree must stay as it is. */
  readonly needs?: 'own-copy';
  /** Environments it runs in when the file does not say: load and suites that write stay out of the last one. */
  readonly defaultIn: 'everywhere' | 'before-last';
  gather(config: Config, context: CheckContext, signal: AbortSignal): Promise<Gathered<Data>>;
  judge(config: Config, data: Data): Judgement;
}

/** What a check saw. `not-measured` is never a pass: it becomes the outcome `error`. */
export type Gathered<Data> =
  | {
      readonly status: 'measured';
      readonly data: Data;
      readonly artifacts?: readonly Artifact[];
      readonly plots?: readonly Plot[];
    }
  | { readonly status: 'not-measured'; readonly reason: string; readonly cause?: string; readonly next?: string };

/** A text kept by its content hash beside the record: a report, the tail of a log. */
export interface Artifact {
  readonly label: string;
  readonly mediaType: string;
  readonly text: string;
}

export interface Judgement {
  readonly outcome: Outcome;
  /** One sentence with the value and the bound: `p99 was 412 ms, the objective is 300 ms`. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** The likely cause, in words of the project's troubleshooting page. */
  readonly cause?: string;
  /** What to do next. */
  readonly next?: string;
}

/** One measured value against one bound. */
export interface Finding {
  readonly name: string;
  readonly outcome: Outcome;
  readonly value: string;
  readonly threshold: string | null;
}

/** Where and on what a check runs. All references are resolved; secret values are known to the redaction of the effects. */
export interface CheckContext {
  readonly effects: Effects;
  readonly project: string;
  readonly environment: string;
  readonly release: {
    readonly id: string;
    readonly revision: string;
    readonly version: string;
    /** Digest of its tree, `tree:sha256:…`. */
    readonly digest: string;
  };
  /** Folder of greenroom.yaml. */
  readonly projectDirectory: string;
  /** Folder of the release under test: the pinned tree, or this check's own writable copy of it. */
  readonly directory: string;
  /** Where a check may write: an empty folder of this attempt's own, kept with the deployment. */
  readonly workDirectory: string;
  /** The environment's variables, as the services get them (BASE_URL, `<SERVICE>_URL` and DATABASE_URL included). */
  readonly variables: Readonly<Record<string, string>>;
  /** Names the environment declares in its own files and in its variable schema, with no defaults of Greenroom's. */
  readonly declaredVariables: Readonly<Record<string, string>>;
  /** Path of the variable schema inside `directory`, or null. */
  readonly variableSchema: string | null;
  /** The colour under test (the idle one before cut-over; empty before it has started). */
  readonly services: readonly ServiceInstance[];
  /** The colour that serves now, when there is one: the baseline of relative checks. */
  readonly running: readonly ServiceInstance[];
  /** Public ports that the environment needs, with what the project's own services or edge hold already. */
  readonly ports: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly heldByUs: boolean;
  }[];
  readonly databases: readonly { readonly name: string; readonly url: string }[];
  /** Databases that have a migrate command, as they are declared. Absent where nothing is migrated. */
  readonly migrations?: readonly DeclaredMigration[];
  /** Superuser's addresses of the PostgreSQL that Greenroom embeds, by the name of each database that is of it. */
  readonly ownServers?: Readonly<Record<string, string>>;
  /** Backups that `greenroom backup verify` has put on record, the newest first; those whose line was changed are left out. */
  readonly verifiedBackups?: () => Promise<readonly VerifiedBackup[]>;
  /** What the log says of refreshes. Absent where there is no log. */
  readonly refreshes?: () => Promise<RefreshLog>;
  readonly caches: readonly { readonly name: string; readonly url: string; readonly disabled: boolean }[];
  readonly deploymentBeganAt: number;
  /** A reference of the configuration (`${NAME}`, `secret://…`) in the environment's light; empty when it is set nowhere. */
  expand(text: string): string;
  /** What an environment, this one or another, resolves to here: hashes under a key that only this context has. Null: there is no such environment. */
  hashedVariables(environment: string): Promise<HashedVariables | null>;
}

export interface DeclaredMigration {
  readonly database: string;
  /** Variable by which its commands learn the address. */
  readonly variable: string;
  readonly migrate: readonly string[];
  readonly back: readonly string[] | null;
  /** Declared that nobody goes back over a migration of it. */
  readonly forwardOnly: boolean;
  readonly budgetMs: number;
  readonly lockTimeoutMs: number;
  /** A superuser's address of the PostgreSQL that Greenroom embeds, where the database is of it; null: it is the team's own. */
  readonly ownServer: string | null;
}

/** Two values are the same or not; nothing else can be told of them. */
export interface HashedVariables {
  readonly values: readonly HashedValue[];
  /** What could not be resolved on this machine, in words without values. */
  readonly missing: readonly string[];
}

export interface HashedValue {
  /** Variables of the environment by name, others by their place: `services.backend.variables.API_KEY`, `databases.main.url`. */
  readonly name: string;
  readonly hash: string;
  /** Hashes of the secrets in it: the value itself, the password of an address. Empty when it holds none. */
  readonly secretHashes: readonly string[];
}

export interface ServiceInstance {
  readonly name: string;
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Its output since this deployment began: file and byte offset where it began. */
  readonly log: { readonly path: string; readonly from: number } | null;
}

/** A check of any configuration, as a registry holds it: configuration and data are what its own schema and `gather` made. */
export type RegisteredCheck = Omit<Check<Json, Json>, 'schema'> & { readonly schema: z.ZodType };

/** Types of configuration and data are forgotten here, in this one place; the schema and `gather` keep them true. */
export function register<Config, Data>(check: Check<Config, Data>): RegisteredCheck {
  return check as unknown as RegisteredCheck;
}

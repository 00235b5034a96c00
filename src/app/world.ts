import type { Hash } from '../domain/json.ts';
import type { Environment, Project } from '../domain/project.ts';
import type { Result } from '../domain/failure.ts';
import type { RegisteredCheck } from '../kinds/check.ts';
import type { Driver } from '../kinds/driver.ts';
import type { Clock, Effects, Processes } from '../kinds/effects.ts';
import type { Traffic } from '../kinds/traffic.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from '../workflow/engine.ts';

/** Everything a use case may touch, handed in by the roof. */
export interface World {
  /** Folder of Greenroom's own files for this project: artifacts, environments, evidence. */
  readonly home: string;
  /** This process as an engine node. */
  readonly node: string;
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Milliseconds since the epoch by the database's clock. */
  readonly databaseNow: () => Promise<number>;
  readonly hash: Hash;
  /** A hash under a new key that is forgotten with it. */
  readonly keyedHash: () => Hash;
  readonly newId: (prefix: 'dep' | 'run') => string;
  readonly checks: ReadonlyMap<string, RegisteredCheck>;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly traffic: ReadonlyMap<string, Traffic>;
  readonly artifacts: Artifacts;
  readonly supervised: Supervised;
  readonly folders: Folders;
  readonly embedded: EmbeddedDatabases;
  /** Doors that redact the given secrets. */
  effects(secrets: readonly string[]): Effects & { redact(text: string): string };
  resolveVariables(project: Project, environment: Environment): Promise<ResolvedVariables>;
  /** What opens the preview of a deployment: the same whenever it is asked for, and guessed by nobody. `directory` is that of the environment. */
  previewSecret(directory: string, deployment: string): Promise<string>;
  /** Fault points: a place where tests kill this process. Does nothing otherwise. */
  reach(point: string): Promise<void>;
}

export interface ResolvedVariables {
  readonly values: Readonly<Record<string, string>>;
  /** Declared by the environment's own files, without what the shell adds. */
  readonly declared: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Every value that was resolved, by its place: variables of the environment by name, `services.web.variables.KEY`, `databases.main.url`. */
  readonly places: readonly { readonly name: string; readonly value: string }[];
  /** What could not be resolved, in words. */
  readonly missing: readonly string[];
  /** Resolves `${NAME}` and secret references in one text. */
  expand(text: string): string;
}

export interface Artifacts {
  store(
    directory: string,
    exclude: readonly string[],
  ): Promise<{
    readonly digest: string;
    readonly directory: string;
    readonly fileCount: number;
    readonly sizeBytes: number;
  }>;
  /** Hashes the pinned tree again; a failure says what differs. */
  verify(
    digest: string,
  ): Promise<Result<{ readonly directory: string; readonly fileCount: number; readonly sizeBytes: number }>>;
  /** Digest of what lies in the place of a tree, whatever it should be; null when nothing there can be read. */
  measure(digest: string): Promise<string | null>;
  /** Fingerprint of the packages that the tree loads from beside itself; null when it does not. */
  beside(digest: string): Promise<string | null>;
  directoryOf(digest: string): string;
  /** A writable copy, for commands that write beside their sources. */
  copyTo(digest: string, directory: string): Promise<void>;
  /** Alone with the trees among all processes: what is stored inside is not pruned before it is on record. Throws `GR6408`. */
  alone<T>(act: () => Promise<T>): Promise<T>;
  /** Removes the trees that are none of what is `needed`, which is asked while nobody stores one; answers how many. */
  prune(needed: () => Promise<ReadonlySet<string>>): Promise<number>;
}

/** Folders of Greenroom's own. */
export interface Folders {
  /** Makes it, or empties it. */
  empty(path: string): Promise<void>;
  /** Makes one below `parent`, such as `rehearsals`, a folder of Greenroom's own, for one use; what killed processes have left there, and commands of theirs, end before. */
  openRun(parent: string): Promise<string>;
  remove(path: string): Promise<void>;
  /** Ends what an earlier process has left of the commands whose work folder lies below one of these places, such as `work/dep_1/unit`. */
  endCommands(places: readonly string[]): Promise<void>;
}

export interface SupervisedRequest {
  readonly id: string;
  readonly stateDirectory: string;
  readonly argv: readonly string[];
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

export type SupervisedAnswer =
  | Awaited<ReturnType<Processes['run']>>
  /** Cut off in the middle: nobody can tell what it has done. */
  | { readonly status: 'unknown'; readonly reason: string };

/** Commands that must not run twice and may outlive this process. */
export interface Supervised {
  /** Whether a command was begun under this id, whatever became of it. */
  hasBegun(stateDirectory: string, id: string): Promise<boolean>;
  /** Pid of a command of this id that still runs; null when none does. */
  processOf(stateDirectory: string, id: string): Promise<number | null>;
  run(request: SupervisedRequest, signal: AbortSignal): Promise<SupervisedAnswer>;
}

export interface EmbeddedDatabases {
  /** URL of a database of the embedded PostgreSQL, created when missing. */
  ensure(name: string): Promise<string>;
  /** URL of one that is there, as a role that can read everything and write nothing. */
  readerOf(name: string): Promise<string>;
  /** A started process that keeps its data there. */
  addUser(user: { readonly pid: number; readonly startedTicks: string; readonly label: string }): Promise<void>;
}

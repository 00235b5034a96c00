import type { Json, JsonObject } from './json.ts';

/**
 * The Model: what a team declares about what it releases, as `greenroom.yaml` says it, validated and with every default filled in.
 * Values that may be secret (`${VAR}`, secret references) are still references here; they are resolved late, by the effects.
 */
export interface Project {
  readonly name: string;
  /** Absolute folder that holds greenroom.yaml. */
  readonly directory: string;
  /** Environments in the order a release travels them; at least one. */
  readonly path: readonly string[];
  readonly artifact: ArtifactRule;
  readonly services: readonly Service[];
  readonly databases: readonly Database[];
  readonly caches: readonly Cache[];
  readonly environments: readonly Environment[];
  readonly phases: readonly Phase[];
}

/** What of the project's folder is the release. Globs are relative to the project folder. */
export interface ArtifactRule {
  readonly directory: string;
  readonly exclude: readonly string[];
  /** Where the version is read when `greenroom release --version` is not given. */
  readonly versionFrom: 'package.json' | 'git' | 'none';
}

export interface Service {
  readonly name: string;
  /** Argument vector, started in the release's folder without a shell. */
  readonly run: readonly string[];
  /** Public port, unless the environment says otherwise. */
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly health: Health;
  /** How long a request in flight may take before the old colour stops. */
  readonly drainMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopGraceMs: number;
  readonly critical: boolean;
}

export interface Health {
  readonly path: string;
  readonly withinMs: number;
  readonly startsInMs: number;
  /** Where the answer names its release: a JSON path (`$.release`) or a header. */
  readonly release:
    | { readonly from: 'json'; readonly path: string }
    | { readonly from: 'header'; readonly name: string };
  /** Good answers in a row that count as healthy. */
  readonly consecutive: number;
}

export interface Database {
  readonly name: string;
  /** `embedded`: a database of the embedded PostgreSQL, one per environment. `url`: the team's own, may hold `${VAR}`. */
  readonly source: { readonly kind: 'embedded' } | { readonly kind: 'url'; readonly url: string };
  /** Variable by which services and commands learn the URL. */
  readonly variable: string;
  readonly migrate: readonly string[] | null;
  readonly revision: readonly string[] | null;
  readonly back: readonly string[] | null;
  /** Its migrations have no way back; repair is by a new release. */
  readonly forwardOnly: boolean;
  readonly budgetMs: number;
  readonly lockTimeoutMs: number;
}

export interface Cache {
  readonly name: string;
  readonly url: string;
  readonly variable: string;
  /** Declared off in an environment: nothing waits for it. */
  readonly disabledIn: readonly string[];
}

export interface Environment {
  readonly name: string;
  readonly driver: Plugged;
  readonly traffic: Plugged;
  readonly host: string;
  /** Public ports by service. */
  readonly ports: Readonly<Record<string, number>>;
  readonly url: string | null;
  /** Files of `KEY=value` lines, later ones win, then inline ones. */
  readonly variableFiles: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly variableSchema: string | null;
  readonly bake: Bake;
  /** True: who has the secret reaches a new version at the public address before the cut-over. Absent where nobody does. */
  readonly preview?: true;
  /** Shares of the traffic that the new version gets before all of it; absent where it gets all at once. */
  readonly shift?: Shift;
  /** What a conditional verdict does here: move traffic and owe the conditions, or hold until each is accepted. */
  readonly conditional: { readonly then: 'proceed' | 'hold'; readonly owner: string; readonly dueWithinMs: number };
  readonly promotion: {
    readonly evidenceMaxAgeMs: number;
    /** What else the environment before must have measured; absent where nothing is asked for. */
    readonly require?: readonly PromotionDemand[];
  };
  /** Every deployment that replaces a release goes back to it and forth again before it is done; absent where it is not asked for. */
  readonly rehearseRollback?: true;
  /** Old releases whose bytes are kept beside the one that serves, so that it can be returned to. */
  readonly keepReleases: number;
  /** Free-form characteristics (data class, access, monitoring …) that later rooms read. */
  /** The team's own page for maintenance, below the project's folder; absent: the plain one. */
  readonly maintenancePage?: string;
  readonly about: JsonObject;
}

export type PromotionDemand = 'rollback-certificate';

/** A plug by its kind, with configuration already validated by that plug's schema. */
export interface Plugged {
  readonly kind: string;
  readonly config: Json;
}

export interface Bake {
  readonly forMs: number;
  readonly everyMs: number;
  /** Failed probes of one service that are tolerated. */
  readonly failureLimit: number;
  readonly consecutiveErrorLimit: number;
  /** Traffic rule: at least this many requests … */
  readonly minimumRequests: number;
  /** … with a share of 5xx answers above the larger of this and `baselineFactor` times the old version's. */
  readonly errorShare: number;
  readonly baselineFactor: number;
  readonly rollBack: 'automatic' | 'hold';
  /** Asked through the public address every `everyMs`, the health path by status 200 and the id of the release, any other path by a status below 400. Default: each service's health path. */
  readonly probes: readonly { readonly service: string; readonly path: string }[];
  /** What repeated looks judge; absent where nothing is to be judged so. */
  readonly looks?: BakeLooks;
}

export interface Shift {
  /** Rising, 1 to 99. */
  readonly percents: readonly number[];
  /** How long each share is watched. */
  readonly forMs: number;
}

/** Objectives and a comparison, judged again and again while the bake lasts without more false alarms for it. */
export interface BakeLooks {
  /** Between two looks. */
  readonly everyMs: number;
  /** Share of answers of the new version that must be good; null: no objective. */
  readonly availability: number | null;
  /** `quantile` 0.95: 95 % of the probes of the service are answered within `withinMs`. */
  readonly latency: readonly { readonly service: string; readonly quantile: number; readonly withinMs: number }[];
  /** Old and new asked side by side, `samples` of each version and service in every look; null: not compared. */
  readonly compare: {
    readonly allowedRatio: number;
    readonly detectRatio: number;
    readonly samples: number;
  } | null;
}

export interface Phase {
  readonly name: string;
  readonly budgetMs: number;
  /** How many of its checks run at once. */
  readonly parallel: number;
  /** What Greenroom itself does in this phase before the checks. */
  readonly work: readonly PhaseWork[];
  readonly checks: readonly CheckSpec[];
}

export type PhaseWork = 'databases' | 'services' | 'decision';

export interface CheckSpec {
  readonly name: string;
  readonly kind: string;
  readonly config: Json;
  /** Environments it runs in. */
  readonly in: readonly string[];
  /** Asked again of what serves after a rollback. */
  readonly smoke?: true;
  readonly blocking: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  /** What a pass after a failed attempt counts as. */
  readonly flaky: 'pass' | 'warn' | 'fail';
  /** Checks of the same phase that must have ended before it begins. */
  readonly after: readonly string[];
  /** Where the file says so: `greenroom.yaml:41:7`. */
  readonly where: string;
}

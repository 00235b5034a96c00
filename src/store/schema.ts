import type { ColumnType, Generated } from 'kysely';
import type { CheckResult, Verdict } from '../domain/verdict.ts';
import type { DeploymentState, Ending } from '../domain/deployment.ts';
import type { EvidenceBody, StepAccount } from '../domain/account.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Plan } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import type { Release } from '../domain/release.ts';

/** JSON goes in as text, so that arrays are not taken for PostgreSQL arrays, and comes out parsed. */
type JsonColumn<T> = ColumnType<T, string, string>;
type At = ColumnType<Date, Date | undefined, Date>;

/** Tables of Greenroom's own state, in the PostgreSQL schema `greenroom`. */
export interface Tables {
  /** One row. */
  identity: { id: string };
  node: { id: string; process: JsonColumn<NodeProcess>; beat_at: At; dead: Generated<boolean> };
  release: {
    id: string;
    project: string;
    revision: string;
    body: JsonColumn<Release>;
    created_at: At;
    created_by: string;
    /** When its bytes were last asked for: the same release can be made again. */
    made_at: At;
  };
  environment: {
    project: string;
    name: string;
    epoch: Generated<string>;
    owner: string | null;
    serving: JsonColumn<Serving | null>;
  };
  deployment: {
    id: string;
    project: string;
    environment: string;
    number: number;
    actor: string;
    status: string;
    request: JsonColumn<DeploymentRequest>;
    model: JsonColumn<Project>;
    plan: JsonColumn<Plan>;
    state: JsonColumn<DeploymentState | null>;
    version: Generated<number>;
    verdict: JsonColumn<Verdict | null>;
    ending: JsonColumn<Ending | null>;
    created_at: At;
    ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  };
  step: { deployment: string; number: number; body: JsonColumn<StepAccount> };
  result: { deployment: string; name: string; body: JsonColumn<CheckResult>; recorded_at: At };
  evidence: { deployment: string; hash: string; body: JsonColumn<EvidenceBody> };
  /** Who has begun an operation; `recorded`: how many answers it had by then. */
  attempt: { operation: string; node: string; recorded: number };
  acceptance: { deployment: string; condition: string; by: string; at: At };
  record: {
    project: string;
    sequence: string;
    deployment: string | null;
    at: string;
    kind: string;
    actor: string;
    data: JsonColumn<JsonObject>;
    previous: string;
    hash: string;
    /** Id of the write that this record came with, for writes that nothing else tells from the same again; see `isWritten`. */
    operation: string | null;
  };
}

/** What gets an environment's traffic, as last recorded; the proxy is asked for the truth. */
export interface Serving {
  readonly releaseId: string;
  readonly releaseRevision: string;
  readonly colour: 'blue' | 'green';
  readonly deployment: string;
}

export interface DeploymentRequest {
  readonly releaseId: string;
  readonly purpose: 'deploy' | 'roll-back';
  /** A rollback that asks only whether the services run. */
  readonly urgent?: true;
  readonly reason: string | null;
  /** Hash of a saved plan that must still hold when the deployment begins. */
  readonly planHash: string | null;
}

/** Enough to tell whether a process still lives, on the machine that it ran on. */
export interface NodeProcess {
  readonly host: string;
  readonly pid: number;
  readonly startedTicks: string | null;
}

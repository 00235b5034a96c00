import { createHash } from 'node:crypto';
import type { AcceptedCondition, Account, EvidenceBody, StepAccount } from '../../domain/account.ts';
import {
  decide,
  fold,
  newDeployment,
  type DeploymentState,
  type Message,
  type OperationResult,
} from '../../domain/deployment.ts';
import { canonical, type JsonObject } from '../../domain/json.ts';
import { narrate, statusOf } from '../../domain/narration.ts';
import { makePlan, type Plan, type Standing } from '../../domain/plan.ts';
import type { Project } from '../../domain/project.ts';
import { chain, type ChainedRecord, type RecordBody } from '../../domain/record.ts';
import { makeRelease } from '../../domain/release.ts';
import type { Step } from '../../domain/step.ts';
import { heldFor, weigh, type CheckResult } from '../../domain/verdict.ts';
import { sampleProject } from './project.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface ScriptedCheck extends Partial<CheckResult> {
  readonly tookMs?: number;
  readonly body?: Partial<EvidenceBody>;
}

/** What goes otherwise than well. */
export interface Script {
  readonly project?: Project;
  readonly environment?: 'staging' | 'production';
  readonly version?: string;
  readonly actor?: string;
  readonly standing?: Standing;
  readonly checks?: Readonly<Record<string, ScriptedCheck>>;
  readonly steps?: Readonly<Record<string, { tookMs?: number; failed?: string; held?: string; facts?: JsonObject }>>;
  readonly accept?: { readonly by: string; readonly afterMs: number; readonly reason?: string };
  /** The step at which the account is taken while it runs. */
  readonly until?: string;
}

const before: Standing = { releaseId: 'rel_5be01c77a2d4', releaseRevision: hash('before'), colour: 'blue' };

/** Plays a deployment through the real plan, reducer, verdict and record chain, and writes down what happened. */
export const play = (script: Script): Account => new Play(script).run();

class Play {
  readonly #script: Script;
  readonly #plan: Plan;
  readonly #steps: StepAccount[] = [];
  readonly #results: CheckResult[] = [];
  readonly #evidence: Record<string, EvidenceBody> = {};
  readonly #records: ChainedRecord[] = [];
  readonly #accepted: AcceptedCondition[] = [];
  readonly #createdAt = Date.UTC(2026, 10, 20, 9, 30, 0);
  #verdict: Account['verdict'] = null;
  #at = this.#createdAt;

  constructor(script: Script) {
    this.#script = script;
    const project = script.project ?? sampleProject;
    const version = script.version ?? '2.4.0';
    const parts = {
      version,
      commit: '9f2c41d07be6a35c8f10e2d4b6a7980c1d2e3f40',
      dirty: false,
      configuration: hash('configuration'),
      artifacts: { app: `tree:sha256:${hash(version)}` },
      migrations: hash('migrations'),
    };
    this.#plan = makePlan(
      {
        project,
        purpose: 'deploy',
        standing: script.standing ?? before,
        environment: project.environments.find((each) => each.name === (script.environment ?? 'staging'))!,
        release: makeRelease(project.name, parts, hash),
      },
      hash,
    );
  }

  run(): Account {
    let state = newDeployment(this.#plan.steps);
    this.#record({ kind: 'deployment-began', actor: 'greenroom', data: { plan: this.#plan.hash } });
    for (let action = decide(state); action.kind !== 'end'; action = decide(state)) {
      if (action.kind === 'wait') state = this.#fold(state, this.#accept(state));
      else {
        const { step, number } = action.operation;
        state = this.#fold(state, { kind: 'begin' });
        if (step.name === this.#script.until) return this.#account(state, step);
        state = this.#fold(state, { kind: 'operation-ended', number, result: this.#carryOut(step) });
      }
      if (state.hold && !(state.hold.kind === 'conditions' && this.#script.accept)) return this.#account(state, null);
    }
    return this.#account(state, null);
  }

  #fold(before: DeploymentState, message: Message): DeploymentState {
    const after = fold(before, message);
    for (const body of narrate(before, message, after)) this.#record(body);
    return after;
  }

  #carryOut(step: Step): OperationResult {
    const scripted = this.#script.steps?.[step.name];
    const beganAt = this.#at;
    const failedChecks = step.kind === 'checks' ? this.#runChecks(step) : [];
    const standard: Partial<Record<Step['kind'], number>> = {
      migrate: 1_240,
      start: 2_300,
      switch: 3,
      bake: 30_000,
      drain: 1_100,
    };
    if (step.kind !== 'checks') this.#at += scripted?.tookMs ?? standard[step.kind] ?? 140;
    if (['drift', 'way-back', 'migrate', 'prepare', 'start', 'prove', 'preview'].includes(step.kind))
      this.#answer(step, beganAt, scripted?.failed);
    const held = scripted?.held;
    const reason =
      held ?? scripted?.failed ?? (failedChecks.length > 0 ? `${failedChecks.join(', ')} did not pass` : null);
    this.#steps.push({
      name: step.name,
      kind: step.kind,
      phase: step.phase,
      beganAt,
      endedAt: this.#at,
      reason,
      status: reason === null ? 'done' : held === undefined ? 'failed' : 'unknown',
      facts: scripted?.facts ?? {},
    });
    if (reason !== null) return { status: held === undefined ? 'failed' : 'unknown', reason };
    if (step.kind !== 'decide') return { status: 'done' };
    return this.#decide();
  }

  #runChecks(step: Step): readonly string[] {
    const began = this.#at;
    const bad: string[] = [];
    for (const [index, check] of (this.#plan.phases.find((each) => each.name === step.phase)?.checks ?? []).entries()) {
      const { tookMs = 700 + 450 * index, body, ...more } = this.#script.checks?.[check.name] ?? {};
      this.#see(check.name, check.kind, step.phase!, began, began + tookMs, more, body);
      if (check.blocking && ['fail', 'error'].includes(more.outcome ?? 'pass')) bad.push(check.name);
      this.#at = Math.max(this.#at, began + tookMs);
    }
    return bad;
  }

  #answer(step: Step, beganAt: number, failed: string | undefined): void {
    const judged: Partial<CheckResult> =
      failed === undefined ? { reason: 'done' } : { outcome: 'fail', reason: failed };
    this.#see(step.name, step.kind, step.phase!, beganAt, this.#at, judged, {});
  }

  // oxlint-disable-next-line max-params
  #see(
    name: string,
    kind: string,
    phase: string,
    beganAt: number,
    endedAt: number,
    more: Partial<CheckResult>,
    body: Partial<EvidenceBody> = {},
  ): void {
    const seen: EvidenceBody = {
      check: name,
      kind,
      config: {},
      data: { answer: 'as asked' },
      plots: [],
      artifacts: [],
      ...body,
    };
    const evidence = more.evidence === null ? null : hash(canonical(seen));
    if (evidence) this.#evidence[evidence] = seen;
    const outcome = more.outcome ?? 'pass';
    this.#results.push({
      name,
      phase,
      outcome,
      reason: 'answered as it should',
      findings: [],
      cause: null,
      next: null,
      attempts: [outcome],
      releaseRevision: this.#plan.release.revision,
      environment: this.#plan.environment,
      beganAt,
      endedAt,
      ...more,
      evidence,
    });
  }

  #decide(): OperationResult {
    const { policy, environment, release, conditional } = this.#plan;
    const verdict = weigh({
      policy,
      results: this.#results,
      releaseRevision: release.revision,
      environment,
      at: this.#at,
    });
    this.#verdict = verdict;
    const { decision, couldNotJudge } = verdict;
    const reason = verdict.lines
      .filter((line) => line.outcome !== 'pass')
      .map((line) => `${line.name}: ${line.reason}`)
      .join('; ');
    const holdFor = heldFor(verdict, policy, conditional.then);
    return { status: 'done', verdict: { decision, couldNotJudge, reason, holdFor } };
  }

  #accept(state: DeploymentState): Message {
    const { by, afterMs, reason = null } = this.#script.accept!;
    const id = (this.#verdict?.conditions ?? []).find((each) => !state.accepted.includes(each.id))!.id;
    this.#at += afterMs;
    this.#accepted.push({ id, by, at: this.#at, reason });
    this.#record({ kind: 'condition-accepted', actor: by, data: { condition: id, identity: 'claimed' } });
    return { kind: 'accept', condition: id, by };
  }

  #record(body: RecordBody): void {
    this.#records.push(chain(body, this.#records.at(-1) ?? null, this.#at, hash));
  }

  #account(state: DeploymentState, running: Step | null): Account {
    const now: StepAccount[] = running
      ? [
          {
            name: running.name,
            kind: running.kind,
            phase: running.phase,
            beganAt: this.#at,
            endedAt: null,
            status: 'running',
            reason: null,
            facts: {},
          },
        ]
      : [];
    return {
      id: 'dep_01k9x7q2',
      number: 12,
      actor: this.#script.actor ?? 'Ada Lovelace <ada@example.org>',
      plan: this.#plan,
      createdAt: this.#createdAt,
      endedAt: state.ended ? this.#at : null,
      ending: state.ended,
      verdict: this.#verdict,
      status: statusOf(state),
      results: this.#results,
      steps: [...this.#steps, ...now],
      evidence: this.#evidence,
      acceptedConditions: this.#accepted,
      records: this.#records,
      contradiction: null,
    };
  }
}

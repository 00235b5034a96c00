import type { JsonObject } from './json.ts';
import { canBeCutOff, verifyMs, type BackKind, type Step } from './step.ts';
import type { Decision } from './verdict.ts';

/**
 * The rules of a deployment: one pure reducer that the engine, the property tests and the exhaustive explorer all run.
 *
 *            ┌───────────── operation ended: done ─────────────┐
 *            ▼                                                 │
 *   ready ──begin──▶ running ──ended: unknown──▶ held ──retry──┤
 *     ▲                │  │                       │  └─continue─┘
 *     │                │  └─failed before decide─▶ decide ──go──▶ switch … stop ──▶ ended: live
 *     │                │                           │  └─conditional, policy "hold"──▶ held ──accepted──▶ switch
 *     │                │                           └──no-go──┐
 *     │                └─cancel, roll back, bad bake────────▶ going back ──▶ ended: no-go, cancelled, rolled-back …
 *     └── every step of the way back is a running operation too; one that fails holds and asks a person
 *
 * A gradual shift is more of the same: each share is a switch and a bake of its own before the last switch. From the first of them on the
 * way back goes by `switch-back`; the new version counts as serving once the last one is done.
 *
 * From the beginning of `stop` there is no way back: the old version is going away. A rollback is verified on its way back, also where
 * no traffic had moved yet: a migration may have gone before.
 * A rehearsal of the way back is two steps between bake and drain; between them the old version serves.
 */
export interface DeploymentState {
  readonly steps: readonly Step[];
  /** Index of the step that runs or comes next on the way forward. */
  readonly next: number;
  readonly goingBack: GoingBack | null;
  readonly running: Operation | null;
  /** Operations begun so far; numbers them. */
  readonly operations: number;
  /** A wish to go back that waits for the running operation, which must not be cut off. */
  readonly wish: Ending | null;
  readonly hold: Hold | null;
  readonly verdict: VerdictGist | null;
  readonly accepted: readonly string[];
  readonly started: boolean;
  readonly switched: boolean;
  readonly stopping: boolean;
  readonly ended: Ending | null;
}

export interface Operation {
  readonly number: number;
  readonly step: Step;
}

export interface GoingBack {
  readonly because: Ending;
  readonly steps: readonly Step[];
}

export type EndedAs = 'live' | 'refused' | 'no-go' | 'could-not-judge' | 'rolled-back' | 'cancelled' | 'superseded';
export interface Ending {
  readonly as: EndedAs;
  readonly reason: string;
}

export type Hold =
  | { readonly kind: 'conditions'; readonly reason: string }
  /** An operation was cut off, or the way back failed: nobody but a person can tell what stands. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly step: Step };

export interface VerdictGist {
  readonly decision: Decision;
  readonly couldNotJudge: boolean;
  readonly reason: string;
  /** Conditions to be accepted before traffic moves; empty where the policy is "proceed". */
  readonly holdFor: readonly string[];
}

export type Message =
  | { readonly kind: 'begin' }
  | { readonly kind: 'operation-ended'; readonly number: number; readonly result: OperationResult }
  | {
      readonly kind: 'go-back';
      readonly as: 'cancelled' | 'superseded' | 'rolled-back';
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'accept'; readonly condition: string; readonly by: string }
  | { readonly kind: 'resolve'; readonly choice: Choice; readonly by: string };

export type OperationResult =
  | { readonly status: 'done'; readonly verdict?: VerdictGist; readonly facts?: JsonObject }
  /** Judged bad, or broken for good: the deployment does not go on from here. */
  | { readonly status: 'failed'; readonly reason: string; readonly facts?: JsonObject }
  | { readonly status: 'unknown'; readonly reason: string; readonly facts?: JsonObject };

export type Action =
  | { readonly kind: 'begin'; readonly operation: Operation }
  | { readonly kind: 'wait' }
  | { readonly kind: 'end'; readonly ending: Ending };

export function newDeployment(steps: readonly Step[]): DeploymentState {
  return {
    ...{ steps, next: 0, goingBack: null, running: null, operations: 0, wish: null, hold: null, verdict: null },
    ...{ accepted: [], started: false, switched: false, stopping: false, ended: null },
  };
}

/** What the engine does now. */
export function decide(state: DeploymentState): Action {
  if (state.ended) return { kind: 'end', ending: state.ended };
  if (state.running || state.hold) return { kind: 'wait' };
  const step = state.goingBack ? state.goingBack.steps[0]! : state.steps[state.next]!;
  return { kind: 'begin', operation: { number: state.operations + 1, step } };
}

/** Takes one message in. A message that no longer fits (late, doubled, too late) leaves the state as it is. */
export const fold = (state: DeploymentState, message: Message): DeploymentState =>
  state.ended ? state : follow(state, message);

function follow(state: DeploymentState, message: Message): DeploymentState {
  switch (message.kind) {
    case 'begin':
      return begin(state);
    case 'operation-ended':
      return message.number === state.running?.number
        ? operationEnded({ ...state, running: null }, state.running.step, message.result)
        : state;
    case 'go-back':
      return wishToGoBack(state, { as: message.as, reason: `${message.reason} (${message.by})` });
    case 'accept':
      return accept(state, message.condition);
    case 'resolve':
      return resolve(state, message.choice, message.by);
    default:
      return message satisfies never;
  }
}

function begin(state: DeploymentState): DeploymentState {
  const action = decide(state);
  if (action.kind !== 'begin') return state;
  const { kind } = action.operation.step;
  return {
    ...state,
    running: action.operation,
    operations: action.operation.number,
    started: state.started || kind === 'start',
    switched: state.switched || kind === 'switch',
    stopping: state.stopping || kind === 'stop',
  };
}

function operationEnded(state: DeploymentState, step: Step, result: OperationResult): DeploymentState {
  if (result.status !== 'done' && state.wish) return goBack(state, state.wish);
  if (result.status === 'unknown' || (result.status === 'failed' && (state.goingBack || state.stopping)))
    return { ...state, hold: { kind: 'unknown', reason: result.reason, step } };
  if (state.goingBack) return backStepDone(state, state.goingBack);
  if (result.status === 'failed') return forwardFailed(state, step, result.reason);
  const verdict = step.kind === 'decide' ? (result.verdict ?? null) : state.verdict;
  const done = { ...state, next: state.next + 1, verdict };
  if (done.next === done.steps.length) return { ...done, ended: { as: 'live', reason: 'serves' } };
  if (state.wish) return goBack(done, state.wish);
  return step.kind === 'decide' ? decided(done) : done;
}

/** Before the decision a failure leads to the decision, which says no; after it, straight back. */
function forwardFailed(state: DeploymentState, step: Step, reason: string): DeploymentState {
  if (step.kind === 'admit') return { ...state, ended: { as: 'refused', reason } };
  const decision = state.steps.findIndex((each) => each.kind === 'decide');
  if (state.next < decision) return { ...state, next: decision };
  return goBack(state, { as: state.switched ? 'rolled-back' : 'could-not-judge', reason });
}

function decided(state: DeploymentState): DeploymentState {
  const { verdict } = state;
  if (verdict === null || verdict.decision === 'no-go') {
    const as = verdict === null || verdict.couldNotJudge ? 'could-not-judge' : 'no-go';
    return goBack(state, { as, reason: verdict?.reason ?? 'no verdict was reached' });
  }
  const open = openConditions(state);
  return open.length > 0 ? { ...state, hold: { kind: 'conditions', reason: `waits for ${open.join(', ')}` } } : state;
}

export const openConditions = (state: DeploymentState): readonly string[] =>
  (state.verdict?.holdFor ?? []).filter((condition) => !state.accepted.includes(condition));

function accept(state: DeploymentState, condition: string): DeploymentState {
  if (state.accepted.includes(condition)) return state;
  const accepted = { ...state, accepted: [...state.accepted, condition] };
  if (state.hold?.kind !== 'conditions') return accepted;
  return decided({ ...accepted, hold: null });
}

function wishToGoBack(state: DeploymentState, ending: Ending): DeploymentState {
  if (!canGoBack(state)) return state;
  if (state.running && !canBeCutOff(state.running.step)) return state.wish ? state : { ...state, wish: ending };
  return goBack({ ...state, running: null, hold: null }, ending);
}

/** Not when it goes back already, and not once the old version is being stopped, also not before a second try of that. */
export const canGoBack = (state: DeploymentState): boolean => !state.ended && !state.goingBack && !state.stopping;

/**
 * Whether the new version counts as serving: from the last switch being done, which gives it everything, whoever said so, until the way back
 * has undone it; not in the middle of a rehearsal.
 */
export function newServes(state: DeploymentState): boolean {
  const isSwitched = state.next > state.steps.findLastIndex((step) => step.kind === 'switch');
  if (!isSwitched || state.ended) return state.ended?.as === 'live';
  if (state.steps[state.next]?.kind === 'rehearse-forth') return false;
  return state.goingBack === null || state.goingBack.steps[0]?.kind === 'switch-back';
}

export type Choice = 'retry' | 'continue' | 'go-back';

/** What a person may say of a step that nobody can vouch for; nothing where none waits. */
export function choicesOf(state: DeploymentState): readonly Choice[] {
  if (state.hold?.kind !== 'unknown') return [];
  // What brings the traffic home is never taken on somebody's word: a late switch may still be on its way, and only the step itself fences it off.
  const isHome = state.goingBack !== null || state.hold.step.kind === 'rehearse-forth';
  return ['retry', ...(isHome ? [] : (['continue'] as const)), ...(canGoBack(state) ? (['go-back'] as const) : [])];
}

function resolve(state: DeploymentState, choice: Choice, by: string): DeploymentState {
  if (state.hold?.kind !== 'unknown' || !choicesOf(state).includes(choice)) return state;
  const free = { ...state, hold: null };
  if (choice === 'retry') return free;
  if (choice === 'continue') return operationEnded(free, state.hold.step, { status: 'done' });
  return goBack(free, { as: 'cancelled', reason: `taken back by ${by}` });
}

function goBack(state: DeploymentState, because: Ending): DeploymentState {
  const steps = [
    ...(state.switched ? [backStep('switch-back')] : []),
    ...(because.as === 'rolled-back' ? [backStep('verify-back')] : []),
    ...(state.switched ? [backStep('drain-new')] : []),
    ...(state.started ? [backStep('stop-new')] : []),
  ];
  const settled = { ...state, wish: null };
  return steps.length === 0 ? { ...settled, ended: because } : { ...settled, goingBack: { because, steps } };
}

const backStep = (kind: BackKind): Step => ({
  ...{ kind, name: kind, phase: null, subject: null },
  budgetMs: kind === 'verify-back' ? verifyMs : 60_000,
});

function backStepDone(state: DeploymentState, goingBack: GoingBack): DeploymentState {
  const steps = goingBack.steps.slice(1);
  return steps.length === 0
    ? { ...state, goingBack: null, ended: goingBack.because }
    : { ...state, goingBack: { ...goingBack, steps } };
}

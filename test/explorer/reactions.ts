import { isDeepStrictEqual } from 'node:util';
import type { Action, DeploymentState, EndedAs, Message, OperationResult } from '../../src/domain/deployment.ts';
import type { Step, StepKind } from '../../src/domain/step.ts';
import { onlyLooks, type Rules } from './rules.ts';

/** What must be true of every single answer of the rules: the sentence that is broken, or null. Said apart from how they are written. */
export function wrongReaction(rules: Rules, before: DeploymentState, message: Message): string | null {
  const after = rules.fold(before, message);
  const action = rules.decide(before);
  if (!isDeepStrictEqual(action, properAction(before))) return `decides ${action.kind} where it may not`;
  if (rules.canGoBack(before) !== mayGoBack(before)) return 'misjudges whether it can go back';
  if (rules.newServes(before) !== serves(before)) return 'misjudges who serves';
  const outcome = properOutcome(before, message);
  if (outcome === 'same') return after === before ? null : `${message.kind} does not fit and changes something`;
  if (after === before) return `${message.kind} fits and changes nothing`;
  const wrong = Object.entries(outcome).find(
    ([part, value]) => !isDeepStrictEqual(after[part as keyof DeploymentState], value),
  );
  if (wrong) return `after ${message.kind}, ${wrong[0]} is not ${JSON.stringify(wrong[1])}`;
  const untouched = Object.keys(before).find(
    (part) => !(part in outcome) && after[part as 'next'] !== before[part as 'next'],
  );
  return untouched === undefined ? null : `${message.kind} touches ${untouched}`;
}

type Outcome = 'same' | Partial<DeploymentState>;

const mayGoBack = ({ ended, goingBack, stopping }: DeploymentState): boolean =>
  ended === null && goingBack === null && !stopping;

/** The new version, from the end of the switch of everything on, unless it has been undone, or is undone for a rehearsal. */
function serves({ ended, goingBack, steps, next }: DeploymentState): boolean {
  if (ended !== null) return ended.as === 'live';
  const switches = steps.filter((each) => each.kind === 'switch').length;
  const done = steps.slice(0, next).filter((each) => each.kind === 'switch').length;
  const undone = goingBack !== null && goingBack.steps.every((each) => each.kind !== 'switch-back');
  const passed = steps.slice(0, next).map((each) => each.kind);
  const away = passed.includes('rehearse-back') && !passed.includes('rehearse-forth');
  return done === switches && !undone && !away;
}

function properAction(state: DeploymentState): Action {
  if (state.ended !== null) return { kind: 'end', ending: state.ended };
  if (state.running !== null || state.hold !== null) return { kind: 'wait' };
  const step = (state.goingBack?.steps ?? state.steps.slice(state.next))[0]!;
  return { kind: 'begin', operation: { number: state.operations + 1, step } };
}

function properOutcome(state: DeploymentState, message: Message): Outcome {
  if (state.ended) return 'same';
  if (message.kind === 'begin') return begun(state);
  if (message.kind === 'operation-ended')
    return state.running?.number === message.number
      ? { running: null, ...answered({ ...state, running: null }, state.running.step, message.result) }
      : 'same';
  if (message.kind === 'go-back') return wished(state, message.as, `${message.reason} (${message.by})`);
  if (message.kind === 'resolve') return resolved(state, message.choice, message.by);
  if (state.accepted.includes(message.condition)) return 'same';
  const accepted = [...state.accepted, message.condition];
  return { accepted, ...(state.hold?.kind === 'conditions' && judged({ ...state, hold: null, accepted })) };
}

function begun(state: DeploymentState): Outcome {
  const action = properAction(state);
  if (action.kind !== 'begin') return 'same';
  const { operation } = action;
  const marks: Partial<Record<StepKind, Partial<DeploymentState>>> = {
    start: { started: true },
    switch: { switched: true },
    stop: { stopping: true },
  };
  return { running: operation, operations: operation.number, ...marks[operation.step.kind] };
}

function answered(state: DeploymentState, step: Step, result: OperationResult): Partial<DeploymentState> {
  const { goingBack, wish, next } = state;
  const held: Partial<DeploymentState> = {
    hold: { kind: 'unknown', reason: result.status === 'done' ? '' : result.reason, step },
  };
  if (goingBack) {
    if (result.status !== 'done') return held;
    const steps = goingBack.steps.slice(1);
    return steps.length > 0
      ? { goingBack: { because: goingBack.because, steps } }
      : { goingBack: null, ended: goingBack.because };
  }
  if (result.status === 'done') {
    const isDecision = step.kind === 'decide';
    // A verdict that comes with any other step is none.
    const done = { next: next + 1, verdict: isDecision ? (result.verdict ?? null) : state.verdict };
    if (step.kind === state.steps.at(-1)?.kind) return { ...done, ended: { as: 'live', reason: 'serves' } };
    if (wish) return { ...done, ...back(state, wish.as, wish.reason) };
    return isDecision ? { ...done, ...judged({ ...state, ...done }) } : done;
  }
  if (wish) return back(state, wish.as, wish.reason);
  if (result.status === 'unknown' || step.kind === 'stop') return held;
  if (step.kind === 'admit') return { ended: { as: 'refused', reason: result.reason } };
  const decision = state.steps.map((each) => each.kind).indexOf('decide');
  return next < decision
    ? { next: decision }
    : back(state, state.switched ? 'rolled-back' : 'could-not-judge', result.reason);
}

function judged(state: DeploymentState): Partial<DeploymentState> {
  const { verdict } = state;
  if (!verdict) return back(state, 'could-not-judge', 'no verdict was reached');
  if (verdict.decision === 'no-go')
    return back(state, verdict.couldNotJudge ? 'could-not-judge' : 'no-go', verdict.reason);
  const open = verdict.holdFor.filter((each) => !state.accepted.includes(each));
  return { hold: open.length > 0 ? { kind: 'conditions', reason: `waits for ${open.join(', ')}` } : null };
}

function wished(state: DeploymentState, as: EndedAs, reason: string): Outcome {
  if (!mayGoBack(state)) return 'same';
  if (!state.running || onlyLooks.has(state.running.step.kind))
    return { running: null, hold: null, ...back(state, as, reason) };
  return state.wish ? 'same' : { wish: { as, reason } };
}

function resolved(state: DeploymentState, choice: 'retry' | 'continue' | 'go-back', by: string): Outcome {
  if (state.hold?.kind !== 'unknown') return 'same';
  if (choice === 'retry') return { hold: null };
  if (choice === 'continue' && (state.goingBack || state.hold.step.kind === 'rehearse-forth')) return 'same';
  if (choice === 'continue')
    return { hold: null, ...answered({ ...state, hold: null }, state.hold.step, { status: 'done' }) };
  return mayGoBack(state) ? { hold: null, ...back(state, 'cancelled', `taken back by ${by}`) } : 'same';
}

/** Exactly what was begun is undone, in this order. */
function back(state: DeploymentState, as: EndedAs, reason: string): Partial<DeploymentState> {
  const because = { as, reason };
  const kinds: readonly StepKind[] = [
    ...(state.switched ? (['switch-back'] as const) : []),
    ...(as === 'rolled-back' ? (['verify-back'] as const) : []),
    ...(state.switched ? (['drain-new'] as const) : []),
    ...(state.started ? (['stop-new'] as const) : []),
  ];
  if (kinds.length === 0) return { wish: null, ended: because };
  const budgetOf = (kind: StepKind): number => (kind === 'verify-back' ? 300_000 : 60_000);
  const steps = kinds.map((kind) => ({ kind, name: kind, phase: null, budgetMs: budgetOf(kind), subject: null }));
  return { wish: null, goingBack: { because, steps } };
}

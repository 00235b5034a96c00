import type * as deployment from '../../src/domain/deployment.ts';
import type { DeploymentState, Hold, Message, OperationResult, VerdictGist } from '../../src/domain/deployment.ts';
import type { Step, StepKind } from '../../src/domain/step.ts';

/** The reducer under examination: the real one, or a mutant of it. */
export type Rules = Pick<
  typeof deployment,
  'newDeployment' | 'decide' | 'fold' | 'canGoBack' | 'choicesOf' | 'openConditions' | 'newServes'
>;

const step = (kind: StepKind): Step => ({ kind, name: kind, phase: null, budgetMs: 1_000, subject: null });

/** What a step does to the world: a switch or a bake of a share is another work than one of everything. */
export type Work = StepKind | 'switch a share' | 'bake a share';
export const workOf = ({ kind, subject }: Step): Work =>
  subject !== null && (kind === 'switch' || kind === 'bake') ? `${kind} a share` : kind;

export interface Asked {
  readonly rehearses?: boolean;
  readonly previews?: boolean;
  /** Steps of a gradual shift. */
  readonly shares?: number;
}

/** As a plan has them, each kind once; a first deployment has no old version to look at, to go back to, to share with, to drain and to stop. */
export const stepsOf = (isFirst: boolean, asked: Asked = {}): readonly Step[] => {
  const { rehearses = true, previews = false, shares = 0 } = asked;
  const kinds = isFirst ? firstKinds : laterKinds.filter((kind) => rehearses || !kind.startsWith('rehearse-'));
  const steps = kinds.flatMap((kind) => (kind === 'prove' && previews ? [kind, 'preview' as const] : [kind])).map(step);
  const last = steps.findIndex(({ kind }) => kind === 'switch');
  const shift = Array.from({ length: shares }, (_, index) =>
    (['switch', 'bake'] as const).map((kind) => ({
      ...step(kind),
      name: `${kind}-${index}`,
      subject: `${index + 1}%`,
    })),
  );
  return steps.toSpliced(last, 0, ...shift.flat());
};
const wayThere = ['migrate', 'start', 'prove', 'checks', 'decide', 'switch', 'bake'] as const;
const firstKinds: readonly StepKind[] = ['admit', ...wayThere];
const rehearsal = ['rehearse-back', 'rehearse-forth'] as const;
const laterKinds: readonly StepKind[] = ['admit', 'drift', 'way-back', ...wayThere, ...rehearsal, 'drain', 'stop'];

/** With the step that only a rollback has; not walked by the explorer, whose world grows with every kind. */
export const rollbackSteps: readonly Step[] = (['admit', ...wayThere, 'verify', 'drain', 'stop'] as const).map(step);

/** Written down here once more, apart from the rules: steps that leave nothing half done when they are cut off. */
export const onlyLooks: ReadonlySet<StepKind> = new Set([
  'drift',
  'way-back',
  'prove',
  'checks',
  'verify',
  'bake',
  'drain',
]);

export const conditions = ['a', 'b'] as const;

/** Every kind of answer that a weighing can give. */
export const gists: readonly VerdictGist[] = [
  { decision: 'go', couldNotJudge: false, reason: 'good', holdFor: [] },
  { decision: 'conditional-go', couldNotJudge: false, reason: 'owes', holdFor: conditions },
  { decision: 'no-go', couldNotJudge: false, reason: 'bad', holdFor: [] },
  { decision: 'no-go', couldNotJudge: true, reason: 'blind', holdFor: [] },
];

export const allows = (verdict: VerdictGist | null, accepted: readonly string[]): boolean =>
  verdict !== null &&
  verdict.decision !== 'no-go' &&
  verdict.holdFor.every((condition) => accepted.includes(condition));

const person = { by: 'ada', reason: 'wants it' };
export const goBack = (as: 'cancelled' | 'superseded' | 'rolled-back'): Message => ({ kind: 'go-back', as, ...person });
export const resolve = (choice: 'retry' | 'continue' | 'go-back'): Message => ({
  kind: 'resolve',
  choice,
  by: person.by,
});
export const accept = (condition: string): Message => ({ kind: 'accept', condition, by: person.by });
export const ended = (number: number, result: OperationResult): Message => ({
  kind: 'operation-ended',
  number,
  result,
});

export const results: readonly OperationResult[] = [
  { status: 'done' },
  { status: 'failed', reason: 'broken' },
  { status: 'unknown', reason: 'cut off' },
];

/** Only what stays of a state when numbers and texts are left out: two states with one gist behave alike. */
export function gistOf(state: DeploymentState): string {
  const { next, goingBack, running, wish, hold, verdict, accepted } = state;
  return [
    next,
    goingBack ? `${goingBack.because.as}:${goingBack.steps.map((each) => each.kind).join()}` : '',
    running ? workOf(running.step) : '',
    wish?.as ?? '',
    holdGist(hold),
    verdict ? `${verdict.decision}${verdict.couldNotJudge ? '?' : ''}${verdict.holdFor.length}` : '',
    [...accepted].sort().join(),
    `${Number(state.started)}${Number(state.switched)}${Number(state.stopping)}`,
    state.ended?.as ?? '',
  ].join('|');
}

const holdGist = (hold: Hold | null): string =>
  hold === null ? '' : hold.kind === 'unknown' ? `unknown:${hold.step.kind}` : hold.kind;

/**
 * A deployment is a list of steps. Forward:
 *
 *   admit → drift → way-back → [phases: work and checks] → decide → [switch a share → bake it] → switch → [verify] → bake → drain → stop
 *
 * where the way back is rehearsed with `rehearse-back → rehearse-forth` between bake and drain; and back, as far as the forward way had come:
 *
 *   switch-back → [verify-back] → drain-new → stop-new
 *
 * A rollback is verified once it has the traffic, whichever way it came; one that must be at once has no bake.
 */
export type StepKind = ForwardKind | BackKind;
export type ForwardKind =
  | 'admit'
  /** Does what runs differ from the record? */
  | 'drift'
  /** Could what serves be brought back? */
  | 'way-back'
  | 'migrate'
  | 'prepare'
  | 'start'
  | 'prove'
  /** Lets those who have the secret reach the new version at the public address. */
  | 'preview'
  | 'checks'
  | 'decide'
  | 'switch'
  /** Is what a rollback has brought back well? */
  | 'verify'
  | 'bake'
  /** Traffic to the old version for a while, as a rollback would do it. */
  | 'rehearse-back'
  /** And to the new one again. */
  | 'rehearse-forth'
  | 'drain'
  | 'stop';
export type BackKind = 'switch-back' | 'verify-back' | 'drain-new' | 'stop-new';

export interface Step {
  readonly kind: StepKind;
  /** Unique inside a deployment: `preflight`, `infrastructure/migrate-main`, `switch`. */
  readonly name: string;
  readonly phase: string | null;
  readonly budgetMs: number;
  /** What the step works on: the database of a migrate step; the share of the traffic of a switch or a bake, null for all of it. */
  readonly subject: string | null;
}

/** Steps that only look: they may be cut off at any time without leaving anything half done. On the way back nobody asks for that. */
const looking: ReadonlySet<StepKind> = new Set(['drift', 'way-back', 'prove', 'checks', 'verify', 'bake', 'drain']);

export const canBeCutOff = (step: Step): boolean => looking.has(step.kind);

/** What the verification of a rollback may take. */
export const verifyMs = 300_000;

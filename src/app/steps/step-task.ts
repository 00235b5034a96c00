import type { OperationResult } from '../../domain/deployment.ts';
import type { Step } from '../../domain/step.ts';
import type { RunStep } from '../../workflow/deployment-flow.ts';
import type { Site } from '../site.ts';

/** One operation of a deployment as its step module sees it. */
export interface StepTask {
  readonly site: Site;
  readonly step: Step;
  /** Unique and stable for this operation, also after a crash. */
  readonly operation: string;
  readonly run: RunStep;
}

export type StepModule = (task: StepTask) => Promise<OperationResult>;

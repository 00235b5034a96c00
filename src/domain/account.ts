import type { Ending } from './deployment.ts';
import type { JsonObject } from './json.ts';
import type { ChainedRecord } from './record.ts';
import type { Plan } from './plan.ts';
import type { Plot } from './plot.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** Everything that is recorded of one deployment; reports and `why` are drawn from it and from nothing else. */
export interface Account {
  readonly id: string;
  /** 1, 2, 3 … inside one environment. */
  readonly number: number;
  readonly actor: string;
  readonly plan: Plan;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** `queued`, the name of the step that runs, `held`, `going back`, `ended`. */
  readonly status: string;
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly results: readonly CheckResult[];
  readonly steps: readonly StepAccount[];
  /** What each check saw, by hash. */
  readonly evidence: Readonly<Record<string, EvidenceBody>>;
  readonly acceptedConditions: readonly AcceptedCondition[];
  readonly records: readonly ChainedRecord[];
  /** Where the log contradicts what is told here; null when it bears all of it out. */
  readonly contradiction: string | null;
}

export interface AcceptedCondition {
  readonly id: string;
  readonly by: string;
  readonly at: number;
  /** Null where none was given. */
  readonly reason: string | null;
}

export interface StepAccount {
  readonly name: string;
  readonly kind: string;
  readonly phase: string | null;
  readonly beganAt: number;
  readonly endedAt: number | null;
  readonly status: 'running' | 'done' | 'failed' | 'unknown' | 'cut-off';
  readonly reason: string | null;
  /** Measured facts: seconds until healthy, milliseconds of the switch, requests seen in the bake. */
  readonly facts: JsonObject;
}

/** What was seen, as stored: `data` is the check's own shape, the rest is for drawing and reading. */
export interface EvidenceBody {
  readonly check: string;
  readonly kind: string;
  readonly config: unknown;
  readonly data: unknown;
  readonly plots: readonly Plot[];
  readonly artifacts: readonly { readonly label: string; readonly mediaType: string; readonly text: string }[];
}

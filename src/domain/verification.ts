import type { JsonObject } from './json.ts';
import type { CheckSpec, Project } from './project.ts';

/** What a rollback is asked once it has the traffic: `pass` only where every answer was good, `skip` where nobody serves. */
export type VerificationOutcome = 'pass' | 'fail' | 'error' | 'skip';

/** Facts of a step that verified. */
export interface VerificationFacts extends JsonObject {
  readonly outcome: VerificationOutcome;
  /** One sentence. */
  readonly said: string;
  readonly release: string | null;
  readonly checks: number;
}

export const isVerification = (kind: string): boolean => kind === 'verify' || kind === 'verify-back';

/** What a step that verified came to; `error` where its facts do not say. */
export function verificationOf(facts: JsonObject): Pick<VerificationFacts, 'outcome' | 'said'> {
  const { outcome, said } = facts;
  const known = outcome === 'pass' || outcome === 'fail' || outcome === 'skip' ? outcome : 'error';
  return { outcome: known, said: typeof said === 'string' ? said : 'it was not verified' };
}

/** The checks that verify a rollback: those of the phase `health` that run in the environment, named apart from their answers before the switch. */
export function verifyingChecks(project: Project, environment: string): readonly CheckSpec[] {
  const asked = project.phases
    .filter((phase) => phase.name === 'health')
    .flatMap((phase) => phase.checks)
    .filter((check) => check.in.includes(environment));
  const names = new Set(asked.map((check) => check.name));
  return asked.map((check) => ({
    ...check,
    name: `verify/${check.name}`,
    after: check.after.filter((name) => names.has(name)).map((name) => `verify/${name}`),
  }));
}

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

/**
 * The checks that verify a rollback, of those that run in the environment: what is marked as smoke in the phases `health` and `integration`,
 * or the phase `health` where nothing is. Named apart from their answers before the switch.
 */
export function verifyingChecks(project: Project, environment: string): readonly CheckSpec[] {
  const checksOf = (name: string): readonly CheckSpec[] =>
    project.phases
      .filter((phase) => phase.name === name)
      .flatMap((phase) => phase.checks)
      .filter((check) => check.in.includes(environment));
  const marked = [...checksOf('health'), ...checksOf('integration')].filter((check) => check.smoke);
  const asked = marked.length > 0 ? marked : checksOf('health');
  const names = new Set(asked.map((check) => check.name));
  return asked.map((check) => ({
    ...check,
    name: `verify/${check.name}`,
    after: check.after.filter((name) => names.has(name)).map((name) => `verify/${name}`),
  }));
}

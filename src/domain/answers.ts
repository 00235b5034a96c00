import { choicesOf, openConditions, type DeploymentState, type Ending } from './deployment.ts';
import type { Verdict } from './verdict.ts';

/** What was stopped or taken back owes nothing: its conditions bind nobody. */
export const owesConditions = (ending: Ending | null): boolean => ending === null || ending.as === 'live';

/** Commands by which a person answers what a held deployment waits for; empty for one that waits for nobody. */
export function answersTo(environment: string, state: DeploymentState | null): readonly string[] {
  if (!state?.hold) return [];
  if (state.hold.kind === 'unknown')
    return [
      `greenroom resume ${environment} ${choicesOf(state)
        .map((choice) => `--${choice}`)
        .join(' | ')}`,
    ];
  return [
    ...openConditions(state).map((each) => `greenroom accept ${each} --environment ${environment}`),
    `greenroom cancel ${environment}`,
  ];
}

/** What the lines that it waits for say of what else can be done, each once. */
export function nextSteps(state: DeploymentState | null, verdict: Verdict | null): readonly string[] {
  if (state?.hold?.kind !== 'conditions') return [];
  const open = new Set(openConditions(state));
  return [...new Set((verdict?.lines ?? []).flatMap(({ name, next }) => (open.has(name) && next ? [next] : [])))];
}

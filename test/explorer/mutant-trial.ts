import fc from 'fast-check';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import type * as promotion from '../../src/domain/promotion.ts';
import type * as verdict from '../../src/domain/verdict.ts';
import { deploymentProperties } from './deployment-properties.ts';
import { explore } from './explore.ts';
import { promotionProperties } from './promotion-properties.ts';
import type { Property } from './property.ts';
import type { Rules } from './rules.ts';
import { scenarios, smallScenarios } from './scenarios.ts';
import { weighingProperties } from './weighing-properties.ts';
import type { Scenario } from './world.ts';

/** A child process of the mutant test: takes one mutant after another and answers what has caught it, or null. */
export interface TrialTask {
  readonly id: number;
  readonly file: string;
  readonly directory: string;
}

export interface TrialAnswer {
  readonly id: number;
  readonly caughtBy: Catcher | null;
  readonly rule: string;
}

type Catcher = 'explorer' | 'properties' | 'loading' | 'time limit';

// One counterexample is enough here; nobody reads the smallest.
fc.configureGlobal({ endOnFailure: true });

type Answer = Omit<TrialAnswer, 'id'>;

async function trial({ file, directory }: TrialTask): Promise<Answer> {
  const load = (name: string): Promise<unknown> => import(pathToFileURL(path.join(directory, name)).href);
  try {
    if (file === 'verdict.ts') return broken(weighingProperties((await load(file)) as typeof verdict)) ?? survived;
    if (file === 'promotion.ts')
      return broken(promotionProperties(((await load(file)) as typeof promotion).promotionObstacles)) ?? survived;
    const rules = (await load('deployment.ts')) as Rules;
    const [smallest, larger] = [smallScenarios.slice(0, 2), [...smallScenarios.slice(2), ...scenarios]];
    return found(rules, smallest) ?? broken(deploymentProperties(rules)) ?? found(rules, larger) ?? survived;
  } catch (error) {
    return { caughtBy: 'loading', rule: String(error) };
  }
}

const survived: Answer = { caughtBy: null, rule: '' };

function broken(properties: readonly Property[]): Answer | null {
  for (const { name, run } of properties)
    try {
      run();
    } catch {
      return { caughtBy: 'properties', rule: name };
    }
  return null;
}

function found(rules: Rules, walked: readonly Scenario[]): Answer | null {
  for (const scenario of walked) {
    const { violation } = explore(rules, scenario);
    if (violation) return { caughtBy: 'explorer', rule: violation.rule };
  }
  return null;
}

process.on('message', (task: TrialTask) => {
  void trial(task).then((answer) => process.send?.({ id: task.id, ...answer } satisfies TrialAnswer));
});

import { expect, test } from 'vitest';
import { checkNamed, testProject } from '../app/testing/world.ts';
import type { CheckSpec, Project } from './project.ts';
import { verificationOf, verifyingChecks } from './verification.ts';

const project = (checks: Readonly<Record<string, readonly CheckSpec[]>>): Project => ({
  ...testProject('p'),
  phases: Object.entries(checks).map(([name, all]) => ({ name, budgetMs: 1, parallel: 1, work: [], checks: all })),
});
const smoke = { smoke: true } as const;
const names = (of: Project, environment = 'staging') => verifyingChecks(of, environment).map(({ name }) => name);

test('what is marked in health and integration verifies; where nothing is, the checks of health', () => {
  const health = [checkNamed('alive'), checkNamed('deep')];
  expect(names(project({ health, integration: [checkNamed('suite')] }))).toEqual(['verify/alive', 'verify/deep']);
  const marked = [checkNamed('suite'), checkNamed('buy', smoke)];
  expect(names(project({ health, integration: marked }))).toEqual(['verify/buy']);
  const both = { health: [checkNamed('alive', smoke), checkNamed('deep')], integration: marked };
  expect(names(project(both))).toEqual(['verify/alive', 'verify/buy']);
});

test('a mark elsewhere, or of a check that does not run here, takes nothing from health', () => {
  const health = [checkNamed('alive')];
  const elsewhere = { preflight: [checkNamed('unit', smoke)], performance: [checkNamed('fast', smoke)] };
  expect(names(project({ ...elsewhere, health }))).toEqual(['verify/alive']);
  const integration = [checkNamed('buy', { ...smoke, in: ['staging'] })];
  expect(names(project({ health, integration }), 'production')).toEqual(['verify/alive']);
});

test('one waits only for those that are asked too', () => {
  const health = [
    checkNamed('alive', smoke),
    checkNamed('deep'),
    checkNamed('last', { ...smoke, after: ['alive', 'deep'] }),
  ];
  expect(verifyingChecks(project({ health }), 'staging').map(({ after }) => after)).toEqual([[], ['verify/alive']]);
});

test('facts that do not say so are no pass', () => {
  expect(verificationOf({ outcome: 'pass', said: 'well' })).toEqual({ outcome: 'pass', said: 'well' });
  for (const facts of [{}, { outcome: 'warn' }, { outcome: 1, said: 2 }])
    expect(verificationOf(facts)).toEqual({ outcome: 'error', said: 'it was not verified' });
});

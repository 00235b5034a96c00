import { scenario, type Scenario } from './world.ts';

/** Together the whole bounded world that is walked. */
export const scenarios: readonly Scenario[] = [
  scenario('a later deployment, two crashes, two strays', { wishes: ['cancelled', 'rolled-back'] }),
  scenario('a first deployment, two crashes, two strays', { isFirst: true }),
  scenario('conditions to be accepted', {
    accepts: true,
    crashes: 1,
    strays: 0,
    wishes: ['superseded'],
    rehearses: false,
  }),
  scenario('a version crashes', { kills: 1, crashes: 1, strays: 1 }),
  scenario('a gradual shift', { shares: 2, crashes: 1, strays: 1, wishes: ['cancelled', 'rolled-back'] }),
  scenario('a preview', { previews: true, crashes: 1, strays: 2, wishes: ['cancelled', 'rolled-back'] }),
  scenario('a version crashes in a gradual shift', { shares: 1, kills: 1, crashes: 1, strays: 1 }),
  scenario('somebody continues a gradual shift without looking', {
    shares: 2,
    crashes: 0,
    strays: 1,
    careless: ['start', 'switch', 'stop-new'],
  }),
  scenario('somebody continues without looking', {
    crashes: 1,
    strays: 1,
    careless: ['migrate', 'start', 'switch', 'rehearse-back', 'rehearse-forth', 'stop-new'],
  }),
];

/** Small ones, for many runs: a mutant that these do not see goes to the large ones. */
export const smallScenarios: readonly Scenario[] = [
  scenario('small, first', { isFirst: true, crashes: 1, strays: 0 }),
  scenario('small, conditions', { accepts: true, crashes: 0, strays: 0, rehearses: false }),
  scenario('small', { crashes: 1, strays: 1, wishes: ['cancelled', 'rolled-back'] }),
  scenario('small, a gradual shift', { shares: 1, crashes: 0, strays: 0 }),
];

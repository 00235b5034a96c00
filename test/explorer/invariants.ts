import { allows } from './rules.ts';
import { before, type Scenario, type WorldState } from './world.ts';

/** What must hold in every state of the world; the sentence that is broken, or null. */
export function broken(world: WorldState, scenario: Scenario): string | null {
  return dark(world, scenario) ?? unproven(world) ?? restless(world) ?? wronglyEnded(world, scenario);
}

function dark({ target, old, new: fresh, deployment, isPreviewed }: WorldState, { isFirst }: Scenario): string | null {
  const serves = target === 'old' || target === 'both' ? old : target === 'new' ? fresh : 'none';
  if (isPreviewed && fresh !== 'running' && fresh !== 'killed') return 'nobody previews a version that is stopped';
  if (target === 'both' && [old, fresh].some((each) => each !== 'running' && each !== 'killed'))
    return `never dark: both have traffic, the old version is ${old} and the new one ${fresh}`;
  if (target === 'none' && !isFirst) return 'never dark: nobody has the traffic';
  if (target !== 'none' && serves !== 'running' && serves !== 'killed')
    return `never dark: the ${target} version has the traffic and is ${serves}`;
  if (old === 'stopped' && (target !== 'new' || deployment.goingBack))
    return 'the old version is stopped only when the new one serves, and for good';
  return null;
}

function unproven({ target, deployment }: WorldState): string | null {
  const { verdict, accepted, switched } = deployment;
  if ((switched || target === 'new' || target === 'both') && !allows(verdict, accepted))
    return 'no switch without a verdict that allows it';
  return null;
}

function restless({ deployment, waysBack }: WorldState): string | null {
  const { ended, running, hold, goingBack, wish, next, steps } = deployment;
  if (waysBack > 1) return 'there is one way back at most';
  if (ended && (running || hold || goingBack || wish)) return 'nothing is left over at the end';
  if (running && hold) return 'nothing runs while it is held';
  if (wish && !running) return 'a wish waits for nothing but the running operation';
  if (goingBack && goingBack.steps.length === 0) return 'a way back has steps';
  if (!ended && !goingBack && (next < 0 || next >= steps.length)) return 'there is a next step';
  return null;
}

function wronglyEnded(world: WorldState, { isFirst }: Scenario): string | null {
  const { deployment, target, old, new: fresh, recorded, isSaved, isPreviewed } = world;
  if (!deployment.ended) return null;
  if (isPreviewed) return `ended ${deployment.ended.as}: no preview is left`;
  const { as } = deployment.ended;
  if (as === 'live') {
    if (target !== 'new') return 'ended live: the new version has the traffic';
    if (fresh !== 'running' && fresh !== 'killed') return 'ended live: the new version runs';
    if (old !== (isFirst ? 'none' : 'stopped')) return 'ended live: the old version is stopped';
  } else {
    if (target !== before(isFirst)) return `ended ${as}: the traffic is where it was before`;
    if (!isFirst && old !== 'running' && old !== 'killed') return `ended ${as}: the old version runs`;
    if (fresh === 'running' || fresh === 'killed') return `ended ${as}: the new version does not run`;
  }
  return isSaved && recorded !== target ? 'what is recorded as serving is what serves' : null;
}

import type { Plan } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import { otherColour } from '../kinds/driver.ts';
import { bareSlot, driverOf } from './bare-place.ts';
import { environmentOf } from './plan-deployment.ts';
import type { World } from './world.ts';

/** What the driver would do in each step of a plan, by the step's name, in words: `start web: node server.mjs`. */
export function plannedCommands(
  world: World,
  project: Project,
  { environment, release, colour, steps }: Plan,
): Readonly<Record<string, readonly string[]>> {
  const place = { ...world, project, environment: environmentOf(project, environment) };
  const { id, revision, version, parts } = release;
  const said = (change: 'prepare' | 'start' | 'stop') => {
    // The stop at the end is of the colour that serves until then.
    const slot = bareSlot(place, change === 'stop' ? otherColour(colour) : colour, { epoch: 0, operation: 'plan' });
    const told = { ...slot, release: { id, revision, version, artifact: parts.artifacts['tree'] ?? '' } };
    return driverOf(place)
      .plan(change, told)
      .map(({ text }) => text);
  };
  return Object.fromEntries(
    steps.flatMap(({ kind, name }) =>
      kind === 'prepare' || kind === 'start' || kind === 'stop' ? [[name, said(kind)]] : [],
    ),
  );
}

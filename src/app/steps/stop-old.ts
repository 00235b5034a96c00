import type { JsonObject } from '../../domain/json.ts';
import { claim, servingRelease, type Site } from '../site.ts';
import { changeColour } from './bring-up.ts';
import { pointedAgain } from './pointing.ts';
import { goneOf, openRunningLooks } from './running-looks.ts';
import type { StepModule } from './step-task.ts';

/** Ends the old colour: its WebSockets with 1012, so that clients come back to the new one, then its processes. */
export const stopOld: StepModule = ({ site, step, operation, run }) =>
  run('stop', async (signal) => {
    const old = await servingRelease(site);
    if (!old) return { status: 'done' };
    const changed = await pointedAgain(site, step, operation, site);
    if (changed !== null) return { status: 'unknown', reason: changed, facts: { byHand: true } };
    const alone = await onlyOneLeft(site);
    if (alone !== null) return { status: 'unknown', ...alone };
    // Somebody's careless word must not make it dark.
    if ((await site.traffic.current())?.colour === old.colour) throw new Error('the old version still has the traffic');
    await site.traffic.closeSessions(old.colour, await claim(site, operation));
    await changeColour(site, old.colour, 'stop', operation, signal, () => site.world.reach(`${step.name}:inside`));
    return { status: 'done', facts: { stopped: old.colour } };
  });

/** Why the old version must not be ended: much may have happened since the drain, which a person or another process has gone on from. */
async function onlyOneLeft(site: Site): Promise<{ readonly reason: string; readonly facts: JsonObject } | null> {
  const { running, unseen } = await openRunningLooks(site)();
  if (running === null)
    return { reason: `it could not be seen whether the new version still runs: ${unseen}`, facts: { unseen: true } };
  const gone = goneOf(site, running);
  if (gone.length === 0) return null;
  const reason = `${gone.join(', ')} of the new version does not run, and the old one is the only one left: "greenroom rollback ${site.environment.name} --now" takes the traffic back`;
  return { reason, facts: { ended: true } };
}

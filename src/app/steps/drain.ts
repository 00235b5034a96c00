import type { Step } from '../../domain/step.ts';
import type { Colour } from '../../kinds/driver.ts';
import { servingRelease, type Site } from '../site.ts';
import { endedSinceProof, type EndedSince } from './proven-starts.ts';
import { openRunningLooks, type RunningSeen } from './running-looks.ts';
import type { StepModule } from './step-task.ts';

const lookEveryMs = 500;
/** How long a driver may be deaf before a person is asked, where the step's budget is as long: both versions still run, and nothing is hurt by waiting. */
const mayBeUnseenMs = 60_000;

/**
 * Counts until no request is in flight at the old colour; WebSockets stay until it stops. The bake is over, and the old version is still there to
 * have the traffic back: a new one that ends meanwhile goes back.
 */
export const drain: StepModule = ({ site, step, run }) =>
  run('drain', async (signal) => {
    const old = await servingRelease(site);
    if (!old) return { status: 'done', facts: {} };
    const { clock } = site.world;
    const see = openRunningLooks(site);
    let lookedAt = clock.elapsed();
    let ended: EndedSince | null = null;
    const facts = await drainColour(site, old.colour, step, step.budgetMs, signal, async () => {
      if (clock.elapsed() - lookedAt < lookEveryMs) return false;
      lookedAt = clock.elapsed();
      ended = (await lookForEnd(site, see)).ended;
      return ended !== null;
    });
    const drainedAt = clock.elapsed();
    while (ended === null) {
      const seen = await lookForEnd(site, see);
      if (seen.unseen === null && seen.ended === null) return { status: 'done', facts };
      ended = seen.ended;
      if (seen.unseen !== null && (signal.aborted || clock.elapsed() - drainedAt > mayBeUnseenMs))
        return {
          status: 'unknown',
          reason: `it could not be seen whether the new version still runs: ${seen.unseen}`,
          facts: { ...facts, unseen: true },
        };
      if (seen.unseen !== null) await clock.sleep(lookEveryMs, signal).catch(() => {});
    }
    const reason = `${ended.reason}, while the old version was drained`;
    const status = site.environment.bake.rollBack === 'hold' ? 'unknown' : 'failed';
    return { status, reason, facts: { ...facts, ...ended.facts } };
  });

/** A driver that cannot be asked has seen no end. */
async function lookForEnd(site: Site, see: () => Promise<RunningSeen>) {
  const { running, unseen } = await see();
  return { ended: running && (await endedSinceProof(site, running)), unseen };
}

export async function drainColour(
  site: Site,
  colour: Colour,
  step: Step,
  budgetMs: number,
  signal: AbortSignal,
  isGivenUp: () => Promise<boolean> = async () => false,
): Promise<{ drainedMs: number; leftOver: number; webSockets: number }> {
  const beganAt = site.world.clock.elapsed();
  await site.world.reach(`${step.name}:inside`);
  for (;;) {
    const load = (await site.traffic.load()).find((each) => each.colour === colour);
    const drainedMs = Math.round(site.world.clock.elapsed() - beganAt);
    const isOver = !load || load.httpInFlight === 0 || drainedMs > budgetMs || signal.aborted;
    if (isOver || (await isGivenUp()))
      return { drainedMs, leftOver: load?.httpInFlight ?? 0, webSockets: load?.webSockets ?? 0 };
    await site.world.clock.sleep(20, signal);
  }
}

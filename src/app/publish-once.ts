// New data for an environment: published once, under its lock, and put on record in the transaction that holds it.
import { fail } from '../domain/failure.ts';
import { listDeployments } from '../store/deployments.ts';
import { lockEnvironment } from '../store/environments.ts';
import type { Rows, RowsInTransaction } from '../store/store.ts';
import type { World } from './world.ts';

interface Log<Made> {
  done(rows: RowsInTransaction, made: Made): Promise<void>;
  failed(error: unknown): Promise<void>;
}
type UnderLock<Made> = (act: () => Promise<void>, made: Made) => Promise<void>;

/** `work` gets what it publishes with. What ends before it has published is on record as failed. */
export async function publishOnce<Made, Done>(
  world: World,
  place: { readonly project: string; readonly environment: string },
  log: Log<Made>,
  work: (underLock: UnderLock<Made>) => Promise<Done>,
): Promise<Done> {
  const { project, environment } = place;
  let isPublished = false;
  try {
    return await work((act, made) =>
      world.store.change(async (rows) => {
        await lockEnvironment(rows, project, environment);
        // Tried again after a lost answer: what was published stands, whatever has begun since.
        if (!isPublished) await requireQuiet(rows, project, environment);
        await act();
        isPublished = true;
        await log.done(rows, made);
      }),
    );
  } catch (error) {
    if (!isPublished) await log.failed(error);
    throw error;
  }
}

/** The same refusal as everywhere that an environment must rest. */
export async function requireQuiet(rows: Rows, project: string, environment: string): Promise<void> {
  const [open] = await listDeployments(rows, project, { environment, open: true });
  if (open)
    fail({
      code: 'GR4309',
      message: `Deployment ${open.number} is in progress in ${environment}.`,
      do: `Wait until it has ended, or run "greenroom cancel ${environment}" first.`,
    });
}

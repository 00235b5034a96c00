import type { Instance } from '../../kinds/driver.ts';
import { observe, type Site } from '../site.ts';

/** What runs, or why that could not be seen. */
export type RunningSeen =
  | { readonly running: readonly Instance[]; readonly unseen: null }
  | { readonly running: null; readonly unseen: string };

/** Services that do not run at all. */
export const goneOf = ({ project }: Site, running: readonly Instance[]): readonly string[] =>
  project.services.map(({ name }) => name).filter((name) => running.every((one) => one.service !== name));

const patienceMs = 1_000;

/**
 * Asks the driver what runs of the new version, one question at a time: a driver that hangs, which an API may, must not keep anybody from looking at the traffic.
 * What was answered late is taken up by the next look.
 */
export function openRunningLooks(site: Site): () => Promise<RunningSeen> {
  let asked: Promise<RunningSeen> | null = null;
  return async () => {
    asked ??= observe(site, site.colour).then(
      (running) => ({ running, unseen: null }),
      (error: unknown) => ({ running: null, unseen: error instanceof Error ? error.message : String(error) }),
    );
    const over = new AbortController();
    const late = site.world.clock.sleep(patienceMs, over.signal).then(
      () => null,
      () => null,
    );
    const seen = await Promise.race([asked, late]);
    over.abort();
    if (seen === null) return { running: null, unseen: 'the driver has not said yet what runs' };
    asked = null;
    return seen;
  };
}

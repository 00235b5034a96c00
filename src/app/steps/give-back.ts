import type { GivenBackFact } from '../../domain/given-back.ts';
import type { GivenBack } from '../../kinds/driver.ts';
import { claim, publicAddresses, slotOf, type Site } from '../site.ts';

const betweenMs = 200;
const patienceMs = 5_000;

/**
 * Where nobody is served any more, the port goes back to whom this deployment took it from, and it is looked whether they answer. The proxy is
 * ended for it: it has nobody to send to, and as long as it holds the port nobody else can have it, by hand neither.
 */
export async function giveBack(
  site: Site,
  isServed: boolean,
  operation: string,
  signal: AbortSignal,
): Promise<readonly GivenBackFact[]> {
  const { driver, release, colour } = site;
  if (!driver.giveBack) return [];
  const slot = slotOf(site, colour, release, await claim(site, operation), operation);
  const letGo = (): Promise<void> => (isServed ? Promise.resolve() : site.traffic.stop());
  const given = await driver.giveBack(slot, letGo, signal);
  return Promise.all(given.map((each) => look(site, each, isServed, signal)));
}

async function look(site: Site, given: GivenBack, isServed: boolean, signal: AbortSignal): Promise<GivenBackFact> {
  const { service, name, since, problem, toStart, toLook } = given;
  // Where a release is served, its public address answers for that release.
  const url = isServed || problem !== null ? null : publicUrl(site, given);
  const answer = url === null ? { seen: null, problem } : await asked(site, service, url, signal);
  const awayMs = Math.max(0, site.world.clock.now() - since);
  const wasDark = site.deployment.state?.switched !== true;
  return { service, name, awayMs, wasDark, ...answer, byHand: problem === null ? toLook : toStart };
}

/** Null where it had another port than the one that people ask. */
function publicUrl({ project, environment }: Site, { service, ports }: GivenBack): string | null {
  const address = publicAddresses(project, environment)[service];
  if (address === undefined || !ports.includes(address.port)) return null;
  return `http://${address.host}:${address.port}${project.services.find(({ name }) => name === service)!.health.path}`;
}

/** Asks until it answers, as long as a start may take. Which status is its own affair, as long as it is no failure of a server. */
async function asked(
  { effects, project, world }: Site,
  service: string,
  url: string,
  signal: AbortSignal,
): Promise<Pick<GivenBackFact, 'seen' | 'problem'>> {
  const { startsInMs } = project.services.find(({ name }) => name === service)!.health;
  const request = { method: 'GET', url, headers: {}, timeoutMs: patienceMs, maxBytes: 64 * 1024 };
  for (const untilMs = world.clock.elapsed() + startsInMs; ; await world.clock.sleep(betweenMs, signal)) {
    const answer = await effects.http.request(request, signal);
    if (answer.status === 'answered' && answer.code < 500)
      return { seen: `status ${answer.code} from ${url}`, problem: null };
    const reason = answer.status === 'answered' ? `status ${answer.code}` : answer.reason;
    if (world.clock.elapsed() >= untilMs) return { seen: null, problem: `it was started, but ${url}: ${reason}` };
  }
}

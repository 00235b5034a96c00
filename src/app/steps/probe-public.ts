import { askHealth } from '../ask-health.ts';
import { publicAddresses, type Site } from '../site.ts';

/** What is wrong through the public addresses, or null. */
export async function probePublic(
  site: Site,
  releaseId: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | null> {
  const addresses = publicAddresses(site.project, site.environment);
  const others = site.traffic.others();
  for (const [index, proxy] of [addresses, ...others].entries())
    for (const service of site.project.services) {
      const place = proxy[service.name]!;
      const answer = await askHealth(site.effects, service, place, releaseId, signal, headers);
      const where = index > 0 ? ` at ${place.host}:${place.port}` : '';
      if (answer.status !== 'good') return `${service.name} is not right${where}: ${answer.reason}`;
    }
  return null;
}

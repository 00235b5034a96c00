import type { Service } from '../domain/project.ts';
import { oldSide } from '../kinds/beside.ts';
import type { Effects } from '../kinds/effects.ts';
import { releaseIn } from './ask-health.ts';
import { type BarePlace, trafficOf } from './bare-place.ts';
import { publicAddresses, type Addresses } from './site.ts';

const patienceMs = 5_000;
/** Silence is asked again for this long, since one lost request is no drift; another release is told at once. */
const silenceMs = 1_000;
const betweenMs = 250;

/**
 * Asks every public address of these services which release answers, as a user would: what a proxy says of itself is not what reaches its
 * users. In words where it is not the recorded one.
 */
export async function publicDrift(
  effects: Effects,
  place: BarePlace,
  services: readonly Service[],
  releaseId: string,
): Promise<readonly string[]> {
  const { project, environment } = place;
  const doors = [publicAddresses(project, environment), ...trafficOf(place).others()];
  const asked = doors.flatMap((door) => services.map((service) => askDoor(effects, door, service, releaseId)));
  return (await Promise.all(asked)).filter((difference) => difference !== null);
}

async function askDoor(effects: Effects, door: Addresses, service: Service, releaseId: string): Promise<string | null> {
  const { host, port } = door[service.name]!;
  const where = `${host}:${port} (${service.name})`;
  const request = {
    ...{ method: 'GET', url: `http://${host}:${port}${service.health.path}`, headers: oldSide },
    ...{ timeoutMs: patienceMs, maxBytes: 64 * 1024 },
  };
  const { signal } = new AbortController();
  const beganAt = effects.clock.elapsed();
  for (;;) {
    const answer = await effects.http.request(request, signal);
    const seen = answer.status === 'answered' ? releaseIn(service, answer) : null;
    if (seen === releaseId) return null;
    if (seen !== null) return `its public address ${where} answers for ${JSON.stringify(seen).slice(0, 80)}`;
    if (effects.clock.elapsed() - beganAt > silenceMs)
      return answer.status === 'answered'
        ? `its public address ${where} answers with status ${answer.code} and names no release`
        : `nobody answers at its public address ${where}: ${answer.reason}`;
    await effects.clock.sleep(betweenMs);
  }
}

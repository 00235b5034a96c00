import type { Deafness } from '../domain/drift.ts';
import type { Service } from '../domain/project.ts';
import { oldSide } from '../kinds/beside.ts';
import type { Instance } from '../kinds/driver.ts';
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
 * users. Where it is not the recorded one, the service is asked itself, so that it is known which of both does not answer.
 */
export async function publicDrift(
  effects: Effects,
  place: BarePlace,
  instances: readonly Instance[],
  releaseId: string,
): Promise<readonly Deafness[]> {
  const { project, environment } = place;
  const doors = [publicAddresses(project, environment), ...trafficOf(place).others()];
  const asked = doors.flatMap((door) =>
    instances.map(async (instance) => {
      const service = project.services.find(({ name }) => name === instance.service)!;
      const difference = await askDoor(effects, door, service, releaseId);
      if (difference === null) return [];
      const { host, port } = door[service.name]!;
      const isWell = await answersItself(effects, service, instance, releaseId);
      return [{ difference, service: isWell ? null : service.name, address: `${host}:${port}` }];
    }),
  );
  return (await Promise.all(asked)).flat();
}

/** Every copy that gets requests, at its own address. */
async function answersItself(
  effects: Effects,
  service: Service,
  { host, also = [], port }: Instance,
  releaseId: string,
): Promise<boolean> {
  const asked = [host, ...also].map((each) => releaseAt(effects, service, { host: each, port }));
  return (await Promise.all(asked)).every(({ seen }) => seen === releaseId);
}

async function releaseAt(effects: Effects, service: Service, { host, port }: Pick<Instance, 'host' | 'port'>) {
  const request = {
    ...{ method: 'GET', url: `http://${host}:${port}${service.health.path}`, headers: oldSide },
    ...{ timeoutMs: patienceMs, maxBytes: 64 * 1024 },
  };
  const answer = await effects.http.request(request, new AbortController().signal);
  return { answer, seen: answer.status === 'answered' ? releaseIn(service, answer) : null };
}

async function askDoor(effects: Effects, door: Addresses, service: Service, releaseId: string): Promise<string | null> {
  const { host, port } = door[service.name]!;
  const where = `${host}:${port} (${service.name})`;
  const beganAt = effects.clock.elapsed();
  for (;;) {
    const { answer, seen } = await releaseAt(effects, service, { host, port });
    if (seen === releaseId) return null;
    if (seen !== null) return `its public address ${where} answers for ${JSON.stringify(seen).slice(0, 80)}`;
    if (effects.clock.elapsed() - beganAt > silenceMs)
      return answer.status === 'answered'
        ? `its public address ${where} answers with status ${answer.code} and names no release`
        : `nobody answers at its public address ${where}: ${answer.reason}`;
    await effects.clock.sleep(betweenMs);
  }
}

import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import type { Instance } from '../../kinds/driver.ts';
import { parseJsonPath, valueAt } from '../../kinds/json-path.ts';
import { documentIn, request, wasNeverSent } from './answers.ts';
import { unreached } from './remote-failures.ts';
import type { RemoteScene } from './remote-scene.ts';

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]{1,253}):(\d{1,5})$/;
const address = () =>
  z.string().refine((text) => parseAddress(text) !== null, { error: 'expected host:port, such as 10.0.0.5:8101' });

/** Where each service of each colour listens. */
export const addressBook = () =>
  z
    .strictObject({ blue: z.record(z.string(), address()), green: z.record(z.string(), address()) })
    .describe('Where each service of each colour listens: `{ blue: { web: "10.0.0.5:8101" }, green: { … } }`.');

/** Fields of a driver that asks the services themselves what runs. */
export const releaseAt = {
  health: z.string().startsWith('/').default('/health').describe('Path of a service that tells its release.'),
  'release-at': z
    .string()
    .refine((text) => parseJsonPath(text) !== null, { error: 'expected a path such as $.release' })
    .default('$.release')
    .describe('Where its answer holds the release id.'),
};
export interface ReleaseAt {
  readonly health: string;
  readonly 'release-at': string;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

export function parseAddress(text: string): Place | null {
  const [, host = '', port = ''] = ADDRESS.exec(text) ?? [];
  const number = Number(port);
  return host === '' || number < 1 || number > 65_535 ? null : { host: host.replace(/^\[|\]$/g, ''), port: number };
}

const ASK_MS = 5_000;

/**
 * What runs at these addresses, as the services themselves say. Where nothing listens nothing runs; what takes connections
 * and does not name its release is something else, never proof and never "nothing". Throws `GR6431`.
 */
export async function askServices(
  scene: RemoteScene<unknown>,
  places: Readonly<Record<string, Place>>,
  { health, 'release-at': path }: ReleaseAt,
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const asked = scene.slot.services.map(async ({ name }): Promise<readonly Instance[]> => {
    const place = places[name];
    if (!place) return [];
    const host = place.host.includes(':') ? `[${place.host}]` : place.host;
    const url = `http://${host}:${place.port}${health}`;
    const answer = await request(scene, { method: 'GET', url, headers: {}, timeoutMs: ASK_MS }, signal);
    if (answer.status === 'unreachable') {
      if (answer.errorCode === 'ECONNREFUSED') return [];
      if (wasNeverSent(answer)) fail(unreached(scene, `state of ${name}`, answer.reason));
    }
    const document = answer.status === 'answered' ? documentIn(answer) : { why: '' };
    const told = 'json' in document ? valueAt(document.json, parseJsonPath(path)!) : undefined;
    const releaseId = typeof told === 'string' && told !== '' ? told : 'something that does not name its release';
    return [{ service: name, ...place, pid: null, startedTicks: null, releaseId, startedAt: 0, log: null }];
  });
  return (await Promise.all(asked)).flat();
}

import { isAbsolute, join } from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { Slot } from '../../kinds/driver.ts';
import { hiding } from './hiding.ts';
import type { RemoteHost } from './remote-host.ts';

/** All that a call of a remote system needs. */
export interface RemoteScene<Config> {
  readonly host: RemoteHost;
  readonly slot: Slot<Config>;
  readonly config: Config;
  /** Its files beside the fence: `orders.json` (the last orders), `orders.log`, and an address book a colour. */
  readonly folder: string;
  /** The system, for people. */
  readonly system: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly hide: (text: string) => string;
  /** PEM text of an authority trusted beside the system's own. */
  readonly authority: string | null;
}

interface Outline<Config> {
  readonly kind: string;
  readonly host: RemoteHost;
  readonly slot: Slot<Config>;
  readonly system: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly authority: string | undefined;
}

/** Does `work`, and lets no secret out with what goes wrong in it. Throws `GR6439`. */
export async function onRemoteScene<Config, T>(
  { kind, host, slot, system, secrets, authority }: Outline<Config>,
  work: (scene: RemoteScene<Config>) => Promise<T>,
): Promise<T> {
  const read = (path: string) => host.read(isAbsolute(path) ? path : join(slot.projectDirectory, path));
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(secrets)) {
    const [, provider, place = ''] = /^secret:\/\/(env|file)\/(.+)$/s.exec(reference) ?? [];
    const value = provider === 'env' ? host.variable(place) : (await read(place))?.replace(/\r?\n$/, '');
    values[name] = value || missing(`the secret ${provider}/${place}`, `Set it where Greenroom runs (${reference}).`);
  }
  const trusted = authority === undefined ? null : await read(authority);
  if (authority !== undefined && trusted === null)
    missing(`the file of authorities ${authority}`, 'Write it, or take "authority" out.');
  const hide = host.redaction([...slot.secrets, ...Object.values(values)]);
  const folder = join(slot.stateDirectory, kind);
  await host.makeFolder(folder);
  return hiding(hide, () =>
    work({ ...{ host, slot, folder, system, hide, authority: trusted, secrets: values }, config: slot.config }),
  );
}

const missing = (what: string, next: string): never =>
  fail({
    code: 'GR6439',
    message: `The driver needs ${what}, which is not there.`,
    where: 'environments.<name>.driver',
    do: next,
  });

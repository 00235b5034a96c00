import { join } from 'node:path';
import { z } from 'zod';
import type { Instance } from '../../kinds/driver.ts';
import { readJson } from '../../kinds/state-file.ts';
import { labelNames } from '../compose/scene.ts';
import { folderOf } from '../process/places.ts';
import type { Node, Service, Task } from './cluster.ts';
import { runningTasks } from './copies.ts';
import type { Scene } from './scene.ts';

// `docker service update` and `docker service scale` change a service in its place: id, labels and port stay. What was made is therefore on
// record, with a hash of each part, where the hand that changes the service does not come by. The swarm itself keeps what a service was
// before its last change; one that has nothing of the kind is as it was made.

const madeSchema = z.object({
  id: z.string(),
  ...{ image: z.string(), command: z.string(), environment: z.string(), sealed: z.string(), settings: z.string() },
  /** Null for one on each node. */
  copies: z.number().nullable(),
});
export type Made = z.infer<typeof madeSchema>;
type Colour = Readonly<Record<string, Made>>;

const ofCopies = ['image', 'command', 'environment', 'sealed'] as const;
const told: Readonly<Record<(typeof ofCopies)[number] | 'settings', string>> = {
  ...{ image: 'image', command: 'command', environment: 'environment' },
  ...{ sealed: 'secrets or configs', settings: 'other settings' },
};

/** Not the file of the driver `compose`, which an environment may have had before. */
const fileOf = ({ slot }: Scene): string => join(folderOf(slot), '.made-services.json');

/** By service; empty where nothing was made yet, or by a version that kept no such record. */
export const readMade = async (scene: Scene): Promise<Colour> =>
  (await readJson(scene.host, fileOf(scene), z.record(z.string(), madeSchema))) ?? {};

/** Under the lock of the environment, before another one is made. */
export async function forgetMade(scene: Scene, name: string): Promise<void> {
  const { [name]: before, ...others } = await readMade(scene);
  if (before) await scene.host.write(fileOf(scene), JSON.stringify(others));
}

/** Under the lock of the environment. Keeps what is on record, and nothing of a service that was changed since it was made. */
export async function keepMade(scene: Scene, name: string, service: Service): Promise<void> {
  const made = await readMade(scene);
  if (made[name] || service.PreviousSpec !== undefined) return;
  await scene.host.makeFolder(folderOf(scene.slot));
  await scene.host.write(fileOf(scene), JSON.stringify({ ...made, [name]: seen(scene.host.hash, service) }));
}

type Hash = (text: string) => string;

/** Without what is empty, which the swarm tells or leaves out as it likes, and by name. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((each) => plain(each) ?? null);
  if (value === null || value === '' || value === 0 || value === false) return undefined;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .map(([key, each]) => [key, plain(each)] as const)
    .filter(([, each]) => each !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const hashed = (hash: Hash, value: unknown): string => hash(JSON.stringify(plain(value) ?? null));

function partsOf(hash: Hash, container: Readonly<Record<string, unknown>> = {}): Pick<Made, (typeof ofCopies)[number]> {
  const { Image, Command, Args, Dir, User, Env, Secrets, Configs } = container;
  const lines = Array.isArray(Env) ? Env.map(String).toSorted() : [];
  return {
    ...{ image: hashed(hash, Image), command: hashed(hash, { Command, Args, Dir, User }) },
    ...{ environment: hashed(hash, lines), sealed: hashed(hash, { Secrets, Configs }) },
  };
}

/** What the swarm is told to run, as the manager tells it. Pure. */
export function seen(hash: Hash, { ID: id, Spec: spec }: Service): Made {
  const { ContainerSpec: container = {}, ForceUpdate: _, ...template } = spec.TaskTemplate;
  const { Image: _i, Command: _c, Args: _a, Dir: _d, User: _u, Env: _e, Secrets: _s, Configs: _g, ...rest } = container;
  // How the swarm itself would bring a change, and how often it was told to start anew, change nothing of what runs.
  const { UpdateConfig: _up, RollbackConfig: _back, Mode: mode, ...whole } = spec;
  const settings = { ...whole, TaskTemplate: { ...template, ContainerSpec: rest } };
  const copies = mode.Replicated ? (mode.Replicated.Replicas ?? 0) : null;
  return { id, ...partsOf(hash, container), settings: hashed(hash, settings), copies };
}

export interface Look {
  readonly hash: Hash;
  readonly service: Service;
  readonly tasks: readonly Task[];
  readonly nodes: readonly Node[];
  /** Absent where none is on record. */
  readonly made: Made | undefined;
}

/** What is not as it was made: the service, how many copies it is to have, or what a copy runs. In words without values. Pure. */
export function differencesOf({ hash, service, tasks, nodes, made }: Look): readonly string[] {
  const name = service.Spec.Name;
  const now = seen(hash, service);
  const isChanged = service.PreviousSpec !== undefined;
  const before = made ?? now;
  const parts = [...ofCopies, ...(isChanged ? (['settings'] as const) : [])].filter(
    (part) => now[part] !== before[part],
  );
  const otherwise = parts.map((part) => told[part]).join(', ');
  const own = runningTasks(
    tasks.filter(({ ServiceID: id }) => id === service.ID),
    nodes,
  );
  const copies = own.flatMap(({ NodeID: on, Spec: spec }) => {
    const runs = partsOf(hash, spec?.ContainerSpec);
    const others = ofCopies.filter((part) => runs[part] !== before[part] && runs[part] !== now[part]);
    const where = nodes.find(({ id }) => id === on)?.name ?? '';
    return others.length === 0
      ? []
      : [`has a copy on ${where} that is not as it was started: ${others.map((part) => told[part]).join(', ')}`];
  });
  return [
    ...(made === undefined && isChanged
      ? [`was changed in the swarm by hand (${name}); how it was started is not on record`]
      : []),
    ...(before.id !== now.id
      ? [`runs as a service that Greenroom did not make (${name})${otherwise && `; others are: ${otherwise}`}`]
      : otherwise
        ? [`was changed in the swarm by hand (${name}): ${otherwise}`]
        : []),
    ...(before.copies === now.copies
      ? []
      : [`is to have ${inWords(now.copies)}, and was started with ${inWords(before.copies)}`]),
    ...copies,
  ];
}

const inWords = (copies: number | null): string =>
  copies === null ? 'one copy on each node' : `${copies} ${copies === 1 ? 'copy' : 'copies'}`;

/** Beside a service that runs. */
export function madeOtherwise(
  scene: Scene,
  made: Colour,
  look: Omit<Look, 'hash' | 'made'>,
): Pick<Instance, 'differences'> {
  const name = look.service.Spec.Labels?.[labelNames.service] ?? '';
  const differences = differencesOf({ ...look, hash: scene.host.hash, made: made[name] });
  return differences.length > 0 ? { differences } : {};
}

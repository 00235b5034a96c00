import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import { expectGood } from '../compose/containers.ts';
import type { EngineDoor } from '../compose/host.ts';

const labels = z.record(z.string(), z.string()).nullish();

const nodeSchema = z.object({
  ID: z.string(),
  Spec: z.object({ Role: z.string(), Availability: z.string(), Labels: labels }),
  Description: z.object({
    Hostname: z.string(),
    Platform: z.object({ Architecture: z.string(), OS: z.string() }).partial().nullish(),
  }),
  Status: z.object({ State: z.string(), Addr: z.string().nullish() }),
  ManagerStatus: z.object({ Addr: z.string() }).nullish(),
});

const container = z.record(z.string(), z.unknown());

const serviceSchema = z.object({
  ID: z.string(),
  Spec: z.looseObject({
    Name: z.string(),
    Labels: labels,
    Mode: z.object({ Replicated: z.object({ Replicas: z.number().optional() }).optional() }).loose(),
    TaskTemplate: z.looseObject({
      ContainerSpec: container.optional(),
      Placement: z.looseObject({ Constraints: z.array(z.string()).nullish() }).nullish(),
    }),
    EndpointSpec: z
      .object({ Ports: z.array(z.looseObject({ PublishedPort: z.number().optional() })).nullish() })
      .loose()
      .nullish(),
  }),
  /** What it was before its last change; the swarm forgets it never, and has none of a service that is as it was made. */
  PreviousSpec: z.unknown().optional(),
});
export type Service = z.infer<typeof serviceSchema>;

const taskSchema = z.object({
  ID: z.string(),
  CreatedAt: z.string(),
  ServiceID: z.string(),
  Slot: z.number().optional(),
  NodeID: z.string().optional(),
  DesiredState: z.string(),
  Spec: z.object({ ContainerSpec: container.optional() }).optional(),
  Status: z.object({ State: z.string(), Timestamp: z.string(), Err: z.string().optional() }),
});
export type Task = z.infer<typeof taskSchema>;

/** A machine of the swarm, as its manager tells it. */
export interface Node {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly isReady: boolean;
  /** Neither drained nor paused: it is meant to have tasks. */
  readonly isMeant: boolean;
  /** `node.role`, `node.labels.disk` and others, as constraints call them. */
  readonly facts: Readonly<Record<string, string>>;
}

/** The id of the node that answers here. Throws `GR7450` where that is no manager of a swarm. */
export async function expectManager(engine: EngineDoor, socket: string): Promise<string> {
  const info = z.object({ Swarm: z.object({ NodeID: z.string(), ControlAvailable: z.boolean() }) });
  const { Swarm: swarm } = info.parse(expectGood(await engine.call('GET', '/info'), 'tell of its swarm'));
  if (swarm.ControlAvailable) return swarm.NodeID;
  return fail({
    code: 'GR7450',
    message:
      swarm.NodeID === ''
        ? 'The Docker daemon here is in no swarm.'
        : 'The Docker daemon here is a worker of a swarm, which may change nothing.',
    where: socket,
    do: 'Name the socket of a manager ("socket" of the driver), or make one: "docker swarm init", "docker node promote".',
  });
}

export async function nodesOf(engine: EngineDoor): Promise<readonly Node[]> {
  const nodes = z.array(nodeSchema).parse(expectGood(await engine.call('GET', '/nodes'), 'list nodes'));
  return nodes
    .map(({ ID: id, Spec: spec, Description: told, Status: status, ManagerStatus: manager }): Node => {
      const { Architecture: arch = '', OS: os = '' } = told.Platform ?? {};
      const own = Object.entries(spec.Labels ?? {}).map(([name, value]) => [`node.labels.${name}`, value]);
      return {
        ...{ id, name: told.Hostname, isReady: status.State === 'ready', isMeant: spec.Availability === 'active' },
        host: status.Addr && status.Addr !== '0.0.0.0' ? status.Addr : (manager?.Addr.replace(/:\d+$/, '') ?? ''),
        facts: {
          ...{ 'node.id': id, 'node.hostname': told.Hostname, 'node.role': spec.Role },
          ...{ 'node.platform.os': os, 'node.platform.arch': arch },
          ...Object.fromEntries(own),
        },
      };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

const filtersOf = (all: Readonly<Record<string, string>>): string =>
  encodeURIComponent(JSON.stringify({ label: Object.entries(all).map(([name, value]) => `${name}=${value}`) }));

export async function servicesWith(
  engine: EngineDoor,
  all: Readonly<Record<string, string>> = {},
): Promise<readonly Service[]> {
  const answer = await engine.call('GET', `/services?filters=${filtersOf(all)}`);
  return z.array(serviceSchema).parse(expectGood(answer, 'list services'));
}

/** Also those of services that were removed and have not ended yet. */
export async function tasksWith(engine: EngineDoor, all: Readonly<Record<string, string>>): Promise<readonly Task[]> {
  const answer = await engine.call('GET', `/tasks?filters=${filtersOf(all)}`);
  return z.array(taskSchema).parse(expectGood(answer, 'list tasks'));
}

/** Nodes on which a service may run by its constraints; one that Greenroom does not know is left to the swarm. Pure. */
export function nodesFor(nodes: readonly Node[], constraints: readonly string[]): readonly Node[] {
  const meets = ({ facts }: Node, constraint: string): boolean => {
    const [, name = '', sign, value] = /^\s*([\w.-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? [];
    const known = name.startsWith('node.labels.') || facts[name] !== undefined;
    return !known || ((facts[name] ?? '') === value) === (sign === '==');
  };
  return nodes.filter((node) => node.isMeant && constraints.every((each) => meets(node, each)));
}

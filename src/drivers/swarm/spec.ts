import { environmentOf, placeOf } from '../compose/colour-file.ts';
import type { ComposeService } from '../compose/model.ts';
import { colourProject, labelNames, labelsOf } from '../compose/scene.ts';
import type { SwarmSlot } from './scene.ts';
import type { StackService } from './stack-service.ts';

/** A secret or config as a task gets it. */
export interface Sealed {
  readonly id: string;
  readonly name: string;
  readonly file: { readonly Name: string; readonly UID: string; readonly GID: string; readonly Mode: number };
}

export interface SpecParts {
  readonly name: string;
  readonly target: number;
  readonly service: StackService;
  readonly stack: string;
  readonly image: string;
  readonly port: number;
  readonly stopGraceMs: number;
  /** By name or id, with the names that the service has there. */
  readonly networks: readonly { readonly Target: string; readonly Aliases?: readonly string[] }[];
  readonly secrets: readonly Sealed[];
  readonly configs: readonly Sealed[];
}

/** Name of a colour's service in the swarm, which has at most 63 characters. */
export const serviceName = (slot: Pick<SwarmSlot, 'project' | 'environment' | 'colour'>, name: string): string =>
  `${colourProject(slot)}_${name}`;

/** What the swarm is told to run: the team's service, on one port of every node that has a copy. Pure. It may hold secrets: never on disk. */
export function serviceSpec(slot: SwarmSlot, parts: SpecParts): object {
  const { name, service, target, port } = parts;
  const { deploy } = service;
  const copies = deploy.mode === 'global' ? { Global: {} } : { Replicated: { Replicas: deploy.replicas } };
  const labels = { ...labelsOf(slot, name), [labelNames.team]: parts.stack };
  return {
    Name: serviceName(slot, name),
    Labels: { ...deploy.labels, ...labels },
    TaskTemplate: {
      ContainerSpec: containerSpec(slot, parts, labels),
      Resources: deploy.resources,
      RestartPolicy: deploy.restart_policy,
      Placement: deploy.placement,
      Networks: parts.networks,
      ...(service.logging && { LogDriver: { Name: service.logging.driver, Options: service.logging.options ?? {} } }),
    },
    Mode: copies,
    // No virtual address is needed: the proxy knows the nodes, and neighbours ask for a name and get those who are there.
    EndpointSpec: {
      Mode: deploy.endpoint_mode,
      Ports: [{ Protocol: 'tcp', TargetPort: target, PublishedPort: port, PublishMode: 'host' }],
    },
  };
}

function containerSpec(slot: SwarmSlot, parts: SpecParts, labels: Readonly<Record<string, string>>): object {
  const { service, image, stopGraceMs, secrets, configs } = parts;
  const environment = { ...environmentOf(service as unknown as ComposeService), ...placeOf(slot) };
  return {
    ...{ Image: image, Labels: { ...service.labels, ...labels }, Command: service.entrypoint, Args: service.command },
    Env: Object.entries(environment).flatMap(([key, value]) => (value === null ? [] : [`${key}=${String(value)}`])),
    ...{ Dir: service.working_dir, User: service.user, Hostname: service.hostname, Init: service.init },
    ...{ StopSignal: service.stop_signal, StopGracePeriod: stopGraceMs * 1e6, Healthcheck: service.healthcheck },
    ...{ ReadOnly: service.read_only, TTY: service.tty, OpenStdin: service.stdin_open },
    ...{ CapabilityAdd: service.cap_add, CapabilityDrop: service.cap_drop, Sysctls: service.sysctls },
    Hosts: service.extra_hosts,
    DNSConfig: { Nameservers: service.dns, Search: service.dns_search, Options: service.dns_opt },
    Mounts: [...service.volumes, ...service.tmpfs],
    Secrets: secrets.map(({ id, name, file }) => ({ SecretID: id, SecretName: name, File: file })),
    Configs: configs.map(({ id, name, file }) => ({ ConfigID: id, ConfigName: name, File: file })),
  };
}

/** The roof's register: every plug there is. Configuration, help and schemas are made from it. */
import { backup } from './checks/backup.ts';
import { command } from './checks/command.ts';
import { dataAge } from './checks/data-age.ts';
import { flags } from './checks/flags.ts';
import { http } from './checks/http.ts';
import { load } from './checks/load.ts';
import { logs } from './checks/logs.ts';
import { metrics } from './checks/metrics.ts';
import { migrationRehearsal } from './checks/migration-rehearsal.ts';
import { parity } from './checks/parity.ts';
import { ports } from './checks/ports.ts';
import { redis } from './checks/redis.ts';
import { signature } from './checks/signature.ts';
import { sql } from './checks/sql.ts';
import { suite } from './checks/suite.ts';
import { tcp } from './checks/tcp.ts';
import { variables } from './checks/variables.ts';
import { commandDriver } from './drivers/command.ts';
import { githubWorkflowDriver } from './drivers/github-workflow.ts';
import { httpDriver } from './drivers/http.ts';
import { composeDriver } from './drivers/compose.ts';
import { processDriver } from './drivers/process.ts';
import { swarmDriver } from './drivers/swarm.ts';
import { copyImage } from './docker/copy-image.ts';
import { openEngine } from './docker/engine.ts';
import { openEdge } from './edge/client.ts';
import { commandHost } from './effects/command-host.ts';
import { remoteHost } from './effects/remote-host.ts';
import { composeHost } from './effects/compose-host.ts';
import { supervisedHost } from './effects/supervised-host.ts';
import { swarmHost } from './effects/swarm-host.ts';
import { portOwner } from './effects/tcp/port-owner.ts';
import { openHaproxy } from './haproxy/client.ts';
import { register, type RegisteredCheck } from './kinds/check.ts';
import type { Driver } from './kinds/driver.ts';
import type { Traffic } from './kinds/traffic.ts';
import { edgeTraffic } from './traffic/edge.ts';
import { haproxyTraffic } from './traffic/haproxy.ts';

const byKind = <Plug extends { readonly kind: string }>(...plugs: readonly Plug[]): ReadonlyMap<string, Plug> =>
  new Map(plugs.map((plug) => [plug.kind, plug]));

export const checks: ReadonlyMap<string, RegisteredCheck> = byKind<RegisteredCheck>(
  register(backup),
  register(command),
  register(dataAge),
  register(flags),
  register(http),
  register(load),
  register(logs),
  register(metrics),
  register(migrationRehearsal),
  register(parity),
  register(ports),
  register(redis),
  register(signature),
  register(sql),
  register(suite),
  register(tcp),
  register(variables),
  // new check: above this line
);
export const drivers: ReadonlyMap<string, Driver> = byKind<Driver>(
  processDriver(supervisedHost()),
  commandDriver(commandHost()) as unknown as Driver,
  githubWorkflowDriver(remoteHost()) as unknown as Driver,
  httpDriver(remoteHost()) as unknown as Driver,
  composeDriver({ ...composeHost(), engine: openEngine }) as unknown as Driver,
  swarmDriver({ ...swarmHost(), engine: openEngine, copyImage }) as unknown as Driver,
);
export const traffic: ReadonlyMap<string, Traffic> = byKind<Traffic>(
  edgeTraffic(openEdge) as Traffic,
  haproxyTraffic((place) => openHaproxy({ ...place, machine: { lock: supervisedHost().lock, portOwner } })) as Traffic,
);

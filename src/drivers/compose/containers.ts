import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import type { EngineDoor } from './host.ts';

const listed = z.array(z.object({ Id: z.string() }));

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    StartedAt: z.string(),
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  Config: z.object({
    Labels: z.record(z.string(), z.string()).nullable(),
    StopSignal: z.string().nullish(),
    Env: z.array(z.string()).nullish(),
    Entrypoint: z.array(z.string()).nullish(),
    Cmd: z.array(z.string()).nullish(),
    User: z.string().nullish(),
    WorkingDir: z.string().nullish(),
  }),
  HostConfig: z.object({
    PortBindings: z.record(z.string(), z.array(z.object({ HostPort: z.string() })).nullable()).nullish(),
  }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()).nullable() }),
});

/** A container as the daemon tells it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** `sha256:…` of the image it was made from. */
  readonly image: string;
  /** Neither paused nor being restarted. */
  readonly isRunning: boolean;
  /** Also paused, or between two restarts: it may run again by itself. */
  readonly isLiving: boolean;
  readonly exitCode: number;
  /** Null when its image has no health check. */
  readonly health: string | null;
  readonly startedAt: number;
  readonly stopSignal: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of this machine that it was given. */
  readonly ports: readonly number[];
  readonly networks: readonly string[];
  /** What it runs, as whom and where, as one text. */
  readonly command: string;
  /** `NAME=value` lines. Holds secrets: never printed, kept only as a hash. */
  readonly environment: readonly string[];
}

/** Containers with all of these labels, running or not; a value of null asks only that there is such a label. By name. */
export async function containersWith(
  engine: EngineDoor,
  labels: Readonly<Record<string, string | null>>,
): Promise<readonly Container[]> {
  const label = Object.entries(labels).map(([name, value]) => (value === null ? name : `${name}=${value}`));
  const filters = encodeURIComponent(JSON.stringify({ label }));
  const path = `/containers/json?all=1&filters=${filters}`;
  const found = listed.parse(expectGood(await engine.call('GET', path), 'list containers'));
  const containers = await Promise.all(found.map(({ Id: id }) => inspect(engine, id)));
  return containers
    .filter((each) => each !== null)
    .toSorted((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
}

/** Null when it is gone. */
export async function inspect(engine: EngineDoor, id: string): Promise<Container | null> {
  const answer = await engine.call('GET', `/containers/${id}/json`);
  if (answer.status === 404) return null;
  const told = inspected.parse(expectGood(answer, 'inspect a container'));
  const { Entrypoint, Cmd, User, WorkingDir } = told.Config;
  const ports = Object.values(told.HostConfig.PortBindings ?? {}).flatMap((bindings) => bindings ?? []);
  return {
    ...{ id: told.Id, name: told.Name.replace(/^\//, ''), image: told.Image, exitCode: told.State.ExitCode },
    isRunning: told.State.Status === 'running',
    isLiving: ['running', 'paused', 'restarting'].includes(told.State.Status),
    health: told.State.Health && told.State.Health.Status !== 'none' ? told.State.Health.Status : null,
    startedAt: Date.parse(told.State.StartedAt),
    stopSignal: told.Config.StopSignal || 'SIGTERM',
    labels: told.Config.Labels ?? {},
    ports: ports.map(({ HostPort: port }) => Number(port)).filter((port) => port > 0),
    networks: Object.keys(told.NetworkSettings.Networks ?? {}),
    command: JSON.stringify([Entrypoint, Cmd, User, WorkingDir].map((part) => part ?? null)),
    environment: (told.Config.Env ?? []).toSorted(),
  };
}

/** Tells it to end; its restart policy does not bring it back. One that has ended already is left as it is. */
export async function signalContainer(engine: EngineDoor, id: string, name: string): Promise<void> {
  const answer = await engine.call('POST', `/containers/${id}/kill?signal=${encodeURIComponent(name)}`);
  if (answer.status !== 404 && answer.status !== 409) expectGood(answer, 'signal a container');
}

/** Ends it if need be; its anonymous volumes go with it, named ones never do. */
export async function removeContainer(engine: EngineDoor, id: string): Promise<void> {
  const answer = await engine.call('DELETE', `/containers/${id}?force=1&v=1`);
  // 409: somebody else is removing it.
  if (answer.status !== 404 && answer.status !== 409) expectGood(answer, 'remove a container');
}

export async function startContainer(engine: EngineDoor, id: string): Promise<string | null> {
  const answer = await engine.call('POST', `/containers/${id}/start`);
  return answer.status < 400 ? null : messageOf(answer.body);
}

/** Throws `GR6447` with what the daemon said. */
export function expectGood(answer: { readonly status: number; readonly body: unknown }, doing: string): unknown {
  if (answer.status < 400) return answer.body;
  return fail({
    code: 'GR6447',
    message: `Docker refused to ${doing} (${answer.status}): ${messageOf(answer.body)}`,
    do: 'Look at the daemon ("docker info", its log), then run this again.',
  });
}

function messageOf(body: unknown): string {
  const said = z.object({ message: z.string() }).safeParse(body);
  return said.success ? said.data.message : JSON.stringify(body);
}

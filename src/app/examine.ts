import { FailureError } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Effects } from '../kinds/effects.ts';
import { publicAddresses } from './site.ts';

export interface Symptom {
  readonly name: string;
  readonly outcome: Outcome;
  readonly value: string;
  readonly next?: string;
}

/** What this machine gives, as the doors see it. */
export interface Machine {
  readonly project: Project;
  readonly effects: Effects;
  readonly freeDisk: () => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** Clock of the database, and how long the question took. */
  readonly databaseClock: () => Promise<{ readonly at: number; readonly tookMs: number; readonly version: string }>;
  readonly tool: (name: string, ...args: readonly string[]) => Promise<string | null>;
  readonly isRoot: boolean;
  readonly nodeVersion: string;
}

/** Looks at everything a deployment will lean on, and changes nothing. */
export async function examineMachine(machine: Machine): Promise<readonly Symptom[]> {
  const parts = await Promise.all([node(machine), tools(machine), ports(machine), database(machine), disk(machine)]);
  return parts.flat();
}

async function node({ nodeVersion, isRoot }: Machine): Promise<readonly Symptom[]> {
  const symptoms: Symptom[] = [
    { name: 'node', outcome: Number(nodeVersion.slice(1).split('.')[0]) >= 24 ? 'pass' : 'warn', value: nodeVersion },
  ];
  if (isRoot)
    symptoms.push({
      name: 'user',
      outcome: 'warn',
      value: 'root',
      next: 'Services started by root run as root; use an ordinary user where you can.',
    });
  return symptoms;
}

async function tools({ project, tool }: Machine): Promise<readonly Symptom[]> {
  const wanted = [
    ['git', '--version', 'releases will carry no commit'],
    ['docker', '--version', 'needed by the compose driver only'],
  ] as const;
  const others = wanted.map(async ([name, flag, missing]): Promise<Symptom> => {
    const version = await tool(name, flag);
    return version === null ? { name, outcome: 'skip', value: `not found: ${missing}` } : found(name, version);
  });
  return Promise.all([...others, haproxy(project, tool)]);
}

const found = (name: string, version: string): Symptom => ({
  ...{ name, outcome: 'pass', value: version.split('\n')[0]!.slice(0, 80) },
});

/** Missing is no more than a remark, until an environment asks for it. */
async function haproxy({ environments }: Project, tool: Machine['tool']): Promise<Symptom> {
  const asking = environments.filter(({ traffic }) => traffic.kind === 'haproxy');
  const programs = asking.map(({ traffic: { config } }) =>
    config !== null && typeof config === 'object' && 'program' in config ? String(config['program']) : 'haproxy',
  );
  let version: string | null = null;
  for (const program of programs.length > 0 ? new Set(programs) : ['haproxy']) {
    // Debian keeps it where an ordinary user's PATH does not look; the plug looks there too.
    version = (await tool(program, '-v')) ?? (program === 'haproxy' ? await tool('/usr/sbin/haproxy', '-v') : null);
    if (version === null && asking.length > 0)
      return {
        ...{
          name: 'haproxy',
          outcome: 'fail',
          value: `${program} not found: ${asking[0]!.name} has "traffic: haproxy"`,
        },
        next: 'Install it ("apt-get install haproxy"), name its path in "program", or use "traffic: edge".',
      };
  }
  return version === null
    ? { name: 'haproxy', outcome: 'skip', value: 'not found: needed by HAProxy traffic only' }
    : found('haproxy', version);
}

async function ports({ project, effects }: Machine): Promise<readonly Symptom[]> {
  const wanted = project.environments.flatMap((environment) =>
    Object.entries(publicAddresses(project, environment)).map(([service, place]) => ({
      name: `port ${place.port}`,
      of: `${environment.name} ${service}`,
      ...place,
    })),
  );
  return Promise.all(
    wanted.map(async ({ name, of, host, port }): Promise<Symptom> => {
      const { free, owner } = await effects.tcp.isFree(host, port);
      if (free) return { name, outcome: 'pass', value: `free for ${of}` };
      return {
        name,
        outcome: 'warn',
        value: `${of}: taken by ${owner ?? 'another process'}`,
        next: 'Fine when it is this environment’s own proxy; otherwise stop that process or choose another port.',
      };
    }),
  );
}

async function database({ databaseClock, effects }: Machine): Promise<readonly Symptom[]> {
  try {
    const { at, tookMs, version } = await databaseClock();
    const skewMs = Math.round(Math.abs(effects.clock.now() - tookMs / 2 - at));
    // F038: leases go by the database's clock, so a skew hurts people who read times, and then certificates and tokens.
    const outcome = skewMs > 60_000 ? 'fail' : skewMs > 5_000 ? 'warn' : 'pass';
    return [
      { name: 'database', outcome: 'pass', value: version },
      {
        name: 'clock',
        outcome,
        value: `${skewMs} ms from the database's`,
        ...(outcome !== 'pass' && { next: 'Let both machines follow the same time server.' }),
      },
    ];
  } catch (error) {
    return [
      {
        name: 'database',
        outcome: 'fail',
        value: error instanceof Error ? error.message : String(error),
        next:
          (error instanceof FailureError && error.failures[0]?.do) ||
          'Check DATABASE_URL, or unset it to use the embedded PostgreSQL.',
      },
    ];
  }
}

async function disk({ freeDisk }: Machine): Promise<readonly Symptom[]> {
  const { freeBytes, totalBytes } = await freeDisk();
  const used = 1 - freeBytes / totalBytes;
  const outcome = freeBytes < 500 * 1024 ** 2 ? 'fail' : used > 0.85 ? 'warn' : 'pass';
  const value = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free, ${(100 * used).toFixed(0)} % used`;
  return [
    {
      name: 'disk',
      outcome,
      value,
      ...(outcome !== 'pass' && { next: 'Free some space; old artifacts lie in .greenroom/artifacts.' }),
    },
  ];
}

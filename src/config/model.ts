import path from 'node:path';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Bake, CheckSpec, Environment, Phase, Plugged, Project, Service } from '../domain/project.ts';
import { variableOf } from './contradictions.ts';
import { laterInEnvironment } from './later.ts';
import type { PlacedPhase } from './phase-order.ts';
import type { ReadCheck, ReadPlugs } from './plugs.ts';
import { positionText, type Path } from './position.ts';
import type { EnvironmentShape, ProjectShape, ServiceShape } from './shape.ts';
import { lookEveryMs } from './shape-bake.ts';
import { find, keyPosition, type Tree } from './tree.ts';

export interface Parts {
  /** Absolute path of the file. */
  readonly file: string;
  readonly tree: Tree;
  readonly shape: ProjectShape;
  readonly plugs: ReadPlugs;
  readonly phases: readonly PlacedPhase[];
}

const checkTimeoutMs = 60_000;
const endingMs = 15_000;
/** Never part of a release: its history, our own state, and files of variables, which may hold secrets. */
const alwaysExcluded = ['.git', '.greenroom', '.env*'];
// oxlint-disable-next-line unicorn/no-thenable -- the word of the configuration, never awaited
const conditionalDefaults = { then: 'proceed', owner: 'release-manager', dueWithinMs: 48 * 3_600_000 } as const;

/** The Model, from parts without mistakes. */
export function makeProject(parts: Parts): Project {
  const { shape } = parts;
  const route = shape.path ?? Object.keys(shape.environments);
  return {
    name: shape.project,
    directory: path.dirname(parts.file),
    path: route,
    artifact: {
      directory: shape.artifact.directory,
      exclude: [...new Set([...alwaysExcluded, ...shape.artifact.exclude])],
      versionFrom: shape.artifact['version-from'],
    },
    services: Object.entries(shape.services).map(([name, service]) => makeService(parts, name, service)),
    databases: Object.entries(shape.databases).map(([name, database], index) => ({
      name,
      source: database.url === undefined ? { kind: 'embedded' } : { kind: 'url', url: database.url },
      variable: database.variable ?? variableOf('databases', name, index),
      migrate: database.migrate ?? null,
      revision: database.revision ?? null,
      back: database.back ?? null,
      forwardOnly: database['forward-only'],
      budgetMs: database.budget,
      lockTimeoutMs: database['lock-timeout'],
    })),
    caches: Object.entries(shape.caches).map(([name, cache], index) => ({
      name,
      url: cache.redis,
      variable: cache.variable ?? variableOf('caches', name, index),
      disabledIn: cache['disabled-in'],
    })),
    environments: Object.entries(shape.environments).map(([name, one]) => makeEnvironment(parts, name, one)),
    phases: parts.phases.map((phase) => makePhase(parts, phase)),
  };
}

/** Variables as they stand in the file: a number or a yes keeps the text it was written with. */
function textsAt(parts: Parts, place: Path, values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const node = find(parts.tree, [...place, key]);
      return [key, node?.kind === 'scalar' ? node.text : String(value)];
    }),
  );
}

function makeService(parts: Parts, name: string, service: ServiceShape): Service {
  return {
    name,
    run: service.run,
    port: service.port,
    variables: textsAt(parts, ['services', name, 'variables'], service.variables),
    health: {
      path: service.health.path,
      withinMs: service.health.within,
      startsInMs: service.health['starts-in'],
      release: service.health.release,
      consecutive: service.health.consecutive,
    },
    drainMs: service.drain,
    stopGraceMs: service['stop-grace'],
    critical: service.critical,
  };
}

/** `required`: the condition belongs to nobody until the person who accepts it takes it over. */
const ownerOf = (written: string | undefined): string =>
  written === 'required' ? 'whoever accepts it' : (written ?? conditionalDefaults.owner);

function plugged(plugs: ReadonlyMap<string, Plugged>, environment: string): Plugged {
  const plug = plugs.get(environment);
  if (!plug) throw new Error(`The plug of ${environment} was not read.`);
  return plug;
}

function makeEnvironment(parts: Parts, name: string, one: EnvironmentShape): Environment {
  const { bake, variables } = one;
  const decision = decisionOf(parts);
  const ports = Object.entries(parts.shape.services).map(([service, { port }]) => [
    service,
    one.ports[service] ?? port,
  ]);
  return {
    name,
    driver: plugged(parts.plugs.drivers, name),
    traffic: plugged(parts.plugs.traffic, name),
    host: one.host,
    ports: Object.fromEntries(ports) as Record<string, number>,
    url: one.url ?? null,
    variableFiles: [...(variables.file ?? []), ...(variables.files ?? [])],
    variables: textsAt(parts, ['environments', name, 'variables', 'values'], variables.values),
    variableSchema: variables.schema ?? null,
    bake: {
      forMs: bake.for,
      everyMs: bake.every,
      failureLimit: bake.failures,
      consecutiveErrorLimit: bake.errors,
      minimumRequests: bake['minimum-requests'],
      errorShare: bake['error-share'],
      baselineFactor: bake['baseline-factor'],
      rollBack: bake['roll-back'],
      probes: probesOf(parts.shape, bake.probes),
      ...looksOf(bake),
    },
    ...(one.preview === true && { preview: true as const }),
    ...shiftOf(one),
    conditional: {
      // oxlint-disable-next-line unicorn/no-thenable -- the word of the configuration, never awaited
      then: one.conditional.then ?? decision?.then ?? conditionalDefaults.then,
      owner: ownerOf(one.conditional.owner ?? decision?.owner),
      dueWithinMs: one.conditional['due-within'] ?? decision?.['due-within'] ?? conditionalDefaults.dueWithinMs,
    },
    promotion: {
      evidenceMaxAgeMs: one.promotion['evidence-max-age'],
      ...(one.promotion.require && { require: [...new Set(one.promotion.require)] }),
    },
    ...(one['rehearse-rollback'] && { rehearseRollback: true as const }),
    keepReleases: one['keep-releases'],
    ...(one['maintenance-page'] !== undefined && { maintenancePage: one['maintenance-page'] }),
    about: aboutOf(one),
  };
}

/** Nothing where nothing is declared: an environment without looks stays the same, to the hash of its plans. */
function looksOf(bake: EnvironmentShape['bake']): Pick<Bake, 'looks'> {
  const { objectives, compare } = bake;
  if (objectives === undefined && compare === undefined) return {};
  const latency = Object.entries(objectives?.latency ?? {}).flatMap(([service, limits]) =>
    limits.map((limit) => ({ service, ...limit })),
  );
  return {
    looks: {
      everyMs: lookEveryMs(bake),
      availability: objectives?.availability ?? null,
      latency,
      compare: compare === undefined ? null : { ...compare.latency, samples: compare.samples },
    },
  };
}

/** The switch to everything follows the shares by itself. */
const shiftOf = ({ shift }: EnvironmentShape): Pick<Environment, 'shift'> =>
  shift === undefined ? {} : { shift: { percents: shift.steps.slice(0, -1), forMs: shift.for } };

/** What the bake asks: of each service the paths it names, else the path of its health. */
const probesOf = (shape: ProjectShape, written: EnvironmentShape['bake']['probes']) =>
  Object.entries(shape.services).flatMap(([service, { health }]) =>
    (written[service] ?? [health.path]).map((path) => ({ service, path })),
  );

const phaseShape = (parts: Parts, name: string) => {
  const written = parts.shape.phases[name];
  return written && typeof written === 'object' ? written : null;
};

const decisionOf = (parts: Parts) => {
  const decision = parts.phases.find((phase) => phase.work.includes('decision'));
  return decision ? phaseShape(parts, decision.name)?.conditional : undefined;
};

/** Statements about the environment, and blocks whose rooms are not built yet. */
function aboutOf(one: EnvironmentShape): JsonObject {
  const later = Object.keys(laterInEnvironment).flatMap((key) => {
    const value = (one as Readonly<Record<string, unknown>>)[key];
    return value === undefined ? [] : [[key, value as Json] as const];
  });
  const secrets = one.variables.secrets === undefined ? {} : { 'variables.secrets': one.variables.secrets as Json };
  return { ...(one.about as JsonObject), ...Object.fromEntries(later), ...secrets };
}

function makePhase(parts: Parts, placed: PlacedPhase): Phase {
  const written = phaseShape(parts, placed.name);
  const budgetMs = written?.budget ?? placed.budgetMs;
  const checks = parts.plugs.checks.filter((check) => check.phase === placed.name);
  return {
    name: placed.name,
    budgetMs,
    parallel: written?.parallel ?? 4,
    work: placed.work,
    checks: checks.map((check) => makeCheck(parts, check, budgetMs)),
  };
}

/** All environments: those of the path in its order, then those beside it. */
const placesOf = (shape: ProjectShape): readonly string[] => [
  ...new Set([...(shape.path ?? []), ...Object.keys(shape.environments)]),
];

/** Environments a check runs in: those it names, else what its kind says, without those it takes out. */
export function environmentsOf(check: ReadCheck, shape: ProjectShape): readonly string[] {
  const last =
    check.plug.defaultIn === 'before-last' ? (shape.path?.at(-1) ?? Object.keys(shape.environments).at(-1)) : null;
  const all = placesOf(shape);
  const wanted = check.fields.in ?? all.filter((name) => name !== last);
  return all.filter((name) => wanted.includes(name) && !check.fields['not-in']?.includes(name));
}

/**
 * Null: as long as its phase. A check that runs alone measures for as long as it is told; one that says `within` gets that
 * and time to end and to read what it left.
 */
function usualTimeoutMs(check: ReadCheck): number | null {
  if (check.plug.runs === 'alone') return null;
  const { config } = check;
  const isGroup = config !== null && typeof config === 'object' && 'within' in config;
  const withinMs = isGroup && typeof config['within'] === 'number' ? config['within'] : 0;
  return Math.max(checkTimeoutMs, withinMs + endingMs);
}

function makeCheck(parts: Parts, check: ReadCheck, budgetMs: number): CheckSpec {
  const { fields, plug } = check;
  return {
    name: check.name,
    kind: plug.kind,
    config: check.config,
    in: environmentsOf(check, parts.shape),
    ...(fields.smoke && { smoke: true as const }),
    blocking: fields.blocking,
    timeoutMs: fields.timeout ?? Math.min(budgetMs, usualTimeoutMs(check) ?? budgetMs),
    retries: fields.retries,
    flaky: fields.flaky,
    after: fields.after ?? [],
    where: positionText(keyPosition(parts.tree, check.path)),
  };
}

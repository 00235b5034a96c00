import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Plugged } from '../domain/project.ts';
import type { RegisteredCheck } from '../kinds/check.ts';
import { mistake, type ConfigurationCode } from './catalogue.ts';
import { tell, type Ground } from './issues.ts';
import { pathText, type Path } from './position.ts';
import type { RegisteredPlug, Registries } from './registries.ts';
import { checkFields, type CheckFields } from './shape.ts';
import { shown } from './secrecy.ts';
import { useOneOf } from './suggestion.ts';
import { find, keyPosition, members, plainOf, step, valuePosition, type Tree } from './tree.ts';

/** A check as its plug understood it. */
export interface ReadCheck {
  readonly phase: string;
  readonly name: string;
  readonly path: Path;
  readonly plug: RegisteredCheck;
  readonly fields: CheckFields;
  readonly config: Json;
}

export interface ReadPlugs {
  readonly checks: readonly ReadCheck[];
  /** By environment. */
  readonly drivers: ReadonlyMap<string, Plugged>;
  readonly traffic: ReadonlyMap<string, Plugged>;
  readonly failures: readonly Failure[];
}

/** Names of fields that belong to Greenroom in every check, whatever its kind. */
export const reservedFields: ReadonlySet<string> = new Set(Object.keys(checkFields.shape));

/** A plug's schema that refuses keys it does not name, unless the plug says that it takes any. */
export const strict = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;

/** Reads what belongs to plugs out of the file, as far as it can be read; every mistake is kept. */
export function readPlugs(ground: Ground, registries: Registries): ReadPlugs {
  const failures: Failure[] = [];
  const checks = members(step(ground.tree, 'phases')).flatMap(([phase, tree]) =>
    members(step(tree, 'checks')).flatMap(([name, check]) => {
      const read = readCheck(ground, registries.checks, { phase, name, tree: check }, failures);
      return read ? [read] : [];
    }),
  );
  const drivers = new Map<string, Plugged>();
  const traffic = new Map<string, Plugged>();
  for (const [environment, tree] of members(step(ground.tree, 'environments'))) {
    const place = ['environments', environment];
    const driver = readPlug(
      ground,
      'GR1101',
      'driver',
      registries.drivers,
      step(tree, 'driver'),
      [...place, 'driver'],
      'process',
      failures,
    );
    const edge = readPlug(
      ground,
      'GR1102',
      'traffic',
      registries.traffic,
      step(tree, 'traffic'),
      [...place, 'traffic'],
      'edge',
      failures,
    );
    if (driver) drivers.set(environment, driver);
    if (edge) traffic.set(environment, edge);
  }
  return { checks, drivers, traffic, failures };
}

/** `kind: x` or `{ kind: x, … }` → the kind and the other fields; null when what stands there is neither. */
function split(tree: Tree): { readonly kind: string | null; readonly fields: Readonly<Record<string, Json>> } | null {
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return { kind: tree.value, fields: {} };
  if (tree.kind !== 'map') return null;
  const fields = plainOf(tree) as Readonly<Record<string, Json>>;
  return { kind: typeof fields['kind'] === 'string' ? fields['kind'] : null, fields };
}

const without = (fields: Readonly<Record<string, Json>>, taken: (key: string) => boolean): Record<string, Json> =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !taken(key)));

function findPlug<P>(
  ground: Ground,
  code: ConfigurationCode,
  noun: string,
  registry: ReadonlyMap<string, P>,
  kind: string | null,
  path: Path,
): P | Failure {
  if (kind === null) {
    const known = [...registry.keys()];
    return mistake(
      'GR1104',
      `${pathText(path)} does not say its kind.`,
      `Add "kind". ${useOneOf('', known)}`,
      keyPosition(ground.tree, path),
      path,
    );
  }
  const plug = registry.get(kind);
  if (plug) return plug;
  const at = find(ground.tree, path)?.kind === 'map' ? [...path, 'kind'] : path;
  return mistake(
    code,
    `There is no ${noun} of kind ${shown(kind, []) ?? ''}.`,
    useOneOf(kind, [...registry.keys()]),
    valuePosition(ground.tree, at),
    at,
  );
}

const isFailure = (value: object): value is Failure => 'code' in value && 'message' in value;

function readCheck(
  ground: Ground,
  registry: Registries['checks'],
  place: { readonly phase: string; readonly name: string; readonly tree: Tree },
  failures: Failure[],
): ReadCheck | null {
  const path = ['phases', place.phase, 'checks', place.name];
  const written = split(place.tree);
  if (!written) return null; // the shape has said so
  const common = checkFields.safeParse(without({ kind: '', ...written.fields }, (key) => !reservedFields.has(key)));
  if (!common.success)
    failures.push(
      ...tell(
        ground,
        common.error.issues.filter((issue) => issue.path[0] !== 'kind'),
        path,
      ),
    );
  const plug = findPlug(ground, 'GR1103', 'check', registry, written.kind, path);
  if (isFailure(plug)) {
    failures.push(plug);
    return null;
  }
  const own = strict(plug.schema).safeParse(without(written.fields, (key) => reservedFields.has(key)));
  if (!own.success) failures.push(...tell(ground, own.error.issues, path));
  if (!own.success || !common.success) return null;
  return { ...place, path, plug, fields: common.data, config: own.data as Json };
}

function readPlug(
  ground: Ground,
  code: ConfigurationCode,
  noun: string,
  registry: ReadonlyMap<string, RegisteredPlug>,
  tree: Tree | undefined,
  path: Path,
  byDefault: string,
  failures: Failure[],
): Plugged | null {
  const written = tree ? split(tree) : { kind: byDefault, fields: {} };
  if (!written) return null;
  const plug = findPlug(ground, code, noun, registry, written.kind, path);
  if (isFailure(plug)) {
    failures.push(plug);
    return null;
  }
  const own = strict(plug.schema).safeParse(without(written.fields, (key) => key === 'kind'));
  if (own.success) return { kind: plug.kind, config: own.data as Json };
  failures.push(...tell(ground, own.error.issues, path));
  return null;
}

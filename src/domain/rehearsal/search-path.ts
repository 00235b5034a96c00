import { compareSchemas, type SchemaFact } from './fingerprint.ts';

/** A role that may log in to production, with the search path that its sessions begin with there, as PostgreSQL writes it. */
export interface Login {
  readonly name: string;
  readonly path: string;
  readonly ownsTables: boolean;
}

/** Schemas in their order; `"$user"` is the role's own name. */
export const schemasOn = ({ path, name }: Pick<Login, 'path' | 'name'>): readonly string[] =>
  [...path.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)]
    .map(([word, quoted]) => quoted?.replaceAll('""', '"') ?? word.toLowerCase())
    .map((schema) => (schema === '$user' ? name : schema));

/** Who owns everything there; null where it is not one role that logs in. */
export function ownerAmong(logins: readonly Login[]): Login | null {
  const owners = logins.filter(({ ownsTables }) => ownsTables);
  return owners.length === 1 ? owners[0]! : null;
}

/** By whose search path the old version is asked; null where nobody knows. `role`: the declared one; null: who owns everything. */
export const askedAs = (logins: readonly Login[], role: string | null): Login | null =>
  role === null ? ownerAmong(logins) : (logins.find(({ name }) => name === role) ?? null);

/**
 * Schemas on the path of a role that the old version may well be, and was not asked as, where something came or went whose name stands in another
 * schema too: without its schema that name means something else since. None where the role is declared and production knows it.
 */
export function unaskedSchemas(
  logins: readonly Login[],
  role: string | null,
  [before, after]: readonly [readonly SchemaFact[], readonly SchemaFact[]],
): readonly string[] {
  const asked = askedAs(logins, role);
  if (role !== null && asked !== null) return [];
  const own = asked === null ? ['public'] : schemasOn(asked);
  const others = new Set(logins.flatMap(schemasOn).filter((schema) => !own.includes(schema)));
  const all = [...before, ...after].flatMap(({ name }) => thingOf(name) ?? []);
  const moved = compareSchemas(before, after).flatMap(({ name, how }) =>
    how === 'changed' ? [] : (thingOf(name) ?? []),
  );
  const found = moved.filter(
    ({ schema, key }) => others.has(schema) && all.some((each) => each.key === key && each.schema !== schema),
  );
  return [...new Set(found.map(({ schema }) => schema))];
}

/** What is found by its name alone: relations share one set of names. Null for a part of something. */
function thingOf(fact: string): { readonly schema: string; readonly key: string } | null {
  const [, kind, quoted, plain, name] =
    /^(table|view|sequence|function|enum) (?:"((?:[^"]|"")*)"|([^".]+))\.(.*)$/.exec(fact) ?? [];
  if (kind === undefined) return null;
  const space = kind === 'function' || kind === 'enum' ? kind : 'relation';
  return { schema: quoted?.replaceAll('""', '"') ?? plain!, key: `${space} ${name}` };
}

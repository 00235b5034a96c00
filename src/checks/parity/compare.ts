import type { HashedValue, HashedVariables } from '../../kinds/check.ts';

/** Names only: no value is ever part of the evidence, and no hash of one. */
export interface Compared {
  /** How many secrets each has. */
  readonly secretCount: { readonly here: number; readonly there: number };
  /** Places that hold the same secret, one of each environment. */
  readonly sameSecrets: readonly { readonly here: string; readonly there: string }[];
  /** Names that both set, with the same value and with different ones. */
  readonly equal: readonly string[];
  readonly unequal: readonly string[];
  readonly onlyHere: readonly string[];
  readonly onlyThere: readonly string[];
  /** What could not be resolved, in words. */
  readonly missing: { readonly here: readonly string[]; readonly there: readonly string[] };
}

export function compareVariables(here: HashedVariables, there: HashedVariables): Compared {
  const [ours, theirs] = [byName(here), byName(there)];
  const inBoth = [...ours.values()].filter(({ name }) => theirs.has(name));
  const isSame = ({ name, hash }: HashedValue): boolean => theirs.get(name)!.hash === hash;
  return {
    secretCount: { here: secretsOf(here).length, there: secretsOf(there).length },
    sameSecrets: secretsOf(here).flatMap(({ name, secret }) =>
      secretsOf(there)
        .filter((other) => other.secret === secret)
        .map((other) => ({ here: name, there: other.name })),
    ),
    equal: inBoth.filter(isSame).map(({ name }) => name),
    unequal: inBoth.filter((value) => !isSame(value)).map(({ name }) => name),
    onlyHere: [...ours.keys()].filter((name) => !theirs.has(name)),
    onlyThere: [...theirs.keys()].filter((name) => !ours.has(name)),
    missing: { here: here.missing, there: there.missing },
  };
}

const byName = ({ values }: HashedVariables): ReadonlyMap<string, HashedValue> =>
  new Map(
    values.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map((value) => [value.name, value] as const),
  );

const secretsOf = (variables: HashedVariables): readonly { readonly name: string; readonly secret: string }[] =>
  [...byName(variables).values()].flatMap(({ name, secretHashes }) => secretHashes.map((secret) => ({ name, secret })));

import { namesSecret, passwordInUrl } from '../config/secrecy.ts';
import type { Hash } from '../domain/json.ts';
import type { Project } from '../domain/project.ts';
import type { HashedVariables } from '../kinds/check.ts';
import type { ResolvedVariables, World } from './world.ts';

/** What an environment resolves to on this machine, hashed: a check that compares two environments never holds a value of either. */
export async function hashVariables(
  world: Pick<World, 'resolveVariables'>,
  project: Project,
  name: string,
  hash: Hash,
): Promise<HashedVariables | null> {
  const environment = project.environments.find((each) => each.name === name);
  if (!environment) return null;
  const resolved = await world.resolveVariables(project, environment);
  return { values: hashedPlaces(resolved, hash), missing: resolved.missing };
}

/** Empty values are no values. */
function hashedPlaces({ places, secrets }: ResolvedVariables, hash: Hash): HashedVariables['values'] {
  const known = new Set(secrets);
  return places
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => ({
      ...{ name, hash: hash(value) },
      secretHashes: secretsIn(name, value, known).map(hash),
    }));
}

/** The whole value of what is or is named like a secret; of an address its password alone, since its host differs anyway. */
function secretsIn(name: string, value: string, known: ReadonlySet<string>): readonly string[] {
  const password = passwordInUrl(value);
  if (password !== null) return [decoded(password)];
  const own = name.slice(name.lastIndexOf('.') + 1);
  return known.has(value) || namesSecret(own) ? [value] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

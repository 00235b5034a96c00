import { canonical, type Hash, type Json } from './json.ts';
import type { Project } from './project.ts';

/** What greenroom.yaml says of the release itself: how it runs and what is asked of it. It travels with the release from environment to environment. */
export type Configuration = Pick<Project, 'services' | 'databases' | 'caches' | 'phases'>;

/** The configuration as it is hashed. Where in the file something stands is no part of it, so that a comment changes nothing. */
export function configurationOf({ services, databases, caches, phases }: Configuration): Json {
  const asked = phases.map((phase) => ({
    ...phase,
    checks: phase.checks.map((check) => Object.fromEntries(Object.entries(check).filter(([name]) => name !== 'where'))),
  }));
  return JSON.parse(canonical({ services, databases, caches, phases: asked })) as Json;
}

/** What a release is pinned to. */
export const configurationHash = (configuration: Configuration, hash: Hash): string =>
  hash(canonical(configurationOf(configuration)));

/** The environment of a file with another configuration in it: a release goes back under what it was proven with. */
export const underConfiguration = (
  project: Project,
  { services, databases, caches, phases }: Configuration,
): Project => ({
  ...project,
  ...{ services, databases, caches, phases },
});

/** Paths at which two documents differ, in order; members of a list that have a name go by it: `services.web.run`. */
export function differences(before: Json, after: Json, path = ''): readonly string[] {
  if (canonical(before) === canonical(after)) return [];
  const [one, other] = [membersOf(before), membersOf(after)];
  if (!one || !other) return [path];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((name) => {
    const place = path === '' ? name : `${path}.${name}`;
    const [was, is] = [one[name], other[name]];
    return was === undefined || is === undefined ? [place] : differences(was, is, place);
  });
}

/** Null for what has no named members: a scalar, or a list that counts as one value. */
function membersOf(value: Json): Readonly<Record<string, Json>> | null {
  if (value === null || typeof value !== 'object') return null;
  if (!Array.isArray(value)) return value as Readonly<Record<string, Json>>;
  const named = value.map((each): readonly [string, Json] | null => {
    const name =
      each !== null && typeof each === 'object' && !Array.isArray(each) ? (each as Record<string, Json>)['name'] : null;
    return typeof name === 'string' ? [name, each as Json] : null;
  });
  return named.length > 0 && named.every((each) => each !== null) ? Object.fromEntries(named) : null;
}

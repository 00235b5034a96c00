// Data flows from production down, never up. Judged from what is declared, before anything is connected, and again from what the servers say of themselves.
import type { Failure } from '../failure.ts';

/** A database as its server knows it. */
export interface DatabaseIdentity {
  /** Of the cluster; a replica has its primary's. */
  readonly systemId: string;
  readonly name: string;
  /** Environment that its comment says it belongs to: `greenroom: staging`; null when it says none. */
  readonly marker: string | null;
}

const marked = /\bgreenroom: ([\w.-]+)/;

/** What the comment of a database says whose it is. */
export const markerOf = (comment: string | null): string | null => marked.exec(comment ?? '')?.[1] ?? null;

/** What others wrote stays. */
function commentOf(before: string | null, ours: string): string {
  const others = (before ?? '').replace(/\s*\bgreenroom: [^\n]*/, '').trim();
  return `${others === '' ? '' : `${others}\n`}${ours}`;
}

/** The comment of a refreshed database. */
export const refreshedComment = (before: string | null, environment: string, source: string, at: string): string =>
  commentOf(before, `greenroom: ${environment}, refreshed ${at} from ${source}`);

/** The comment of a database whose rows were made up: no refresh vouches for them. */
export const seededComment = (before: string | null, environment: string, at: string): string =>
  commentOf(before, `greenroom: ${environment}, seeded ${at} with rows that were made up`);

/** Whether its rows were made up, by what its comment says. */
export const isSeeded = (comment: string | null): boolean => /\bgreenroom: [\w.-]+, seeded /.test(comment ?? '');

/** When it was refreshed last, as an instant of ISO 8601; null when its comment does not say so. */
export const refreshedAt = (comment: string | null): string | null =>
  /\bgreenroom: [\w.-]+, refreshed (\S+)/.exec(comment ?? '')?.[1] ?? null;

/** From the file alone. `path`: environments in the order a release travels them. */
export function judgeEnvironments(path: readonly string[], source: string, target: string): readonly Failure[] {
  const last = path.at(-1);
  if (target === last)
    return [
      {
        code: 'GR5050',
        message: `${target} is the last environment of the path: its data is the original, and nothing overwrites it.`,
        where: 'greenroom.yaml (path)',
        do: 'Refresh an environment before it.',
      },
    ];
  const isDown = path.indexOf(source) > path.indexOf(target);
  if (target !== source && isDown) return [];
  return [
    {
      code: 'GR5050',
      message: `Data does not flow from ${source} to ${target}: only an environment further along the path is a source.`,
      where: 'refresh.yaml (source.environment)',
      do: `Name an environment after ${target}, such as ${last ?? 'production'}.`,
    },
  ];
}

/** From addresses: `guarded` are those that must never be written. Each is `host:port/database`. */
export function judgeAddresses(target: string, guarded: readonly string[]): readonly Failure[] {
  const plain = (place: string): string => place.toLowerCase().replace(/^(?:127(?:\.\d+){3}|\[?::1\]?):/, 'localhost:');
  if (!guarded.some((place) => plain(place) === plain(target))) return [];
  return [
    {
      code: 'GR5051',
      message: `The target ${target} is the database of the source, or of the last environment of the path.`,
      where: 'greenroom.yaml (databases)',
      do: 'Give the environment a database of its own.',
    },
  ];
}

/** From what both servers say. */
export function judgeIdentities(
  source: DatabaseIdentity,
  target: DatabaseIdentity,
  environment: string,
): readonly Failure[] {
  if (source.systemId === target.systemId && source.name === target.name)
    return [
      {
        code: 'GR5051',
        message: `Source and target are one database, ${target.name}, or one is a replica of the other.`,
        do: 'Look at the address of each.',
      },
    ];
  if (source.marker === environment)
    return [
      {
        code: 'GR5053',
        message: `The source says of itself that it is ${environment}: source and target are the wrong way round.`,
        where: 'refresh.yaml (source.url)',
        do: 'Look at the address of each.',
      },
    ];
  return judgeMarker(target, environment);
}

/** What is filled or replaced says that it is this environment's. */
export function judgeMarker(
  target: Pick<DatabaseIdentity, 'name' | 'marker'>,
  environment: string,
): readonly Failure[] {
  if (target.marker === environment) return [];
  return [
    {
      code: 'GR5052',
      message:
        target.marker === null
          ? `The target ${target.name} does not say that it belongs to ${environment}.`
          : `The target ${target.name} says that it belongs to ${target.marker}, not to ${environment}.`,
      where: target.name,
      do: `If everything in it may be replaced, say so there:  COMMENT ON DATABASE "${target.name.replaceAll('"', '""')}" IS 'greenroom: ${environment}';`,
    },
  ];
}

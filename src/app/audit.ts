import { contradiction } from '../domain/contradiction.ts';
import { nameOf } from '../domain/deployment-name.ts';
import type { Project } from '../domain/project.ts';
import { brokenOf, type ChainedRecord } from '../domain/record.ts';
import { whyNotAsMade } from '../domain/witness.ts';
import { listDeployments } from '../store/deployments.ts';
import { wholeLog } from '../store/records.ts';
import { listReleases } from '../store/releases.ts';
import type { World } from './world.ts';

/** The tables held against the log, and the log against itself. */
export interface Audit {
  /** Sequence of the first record that does not follow from the one before it; null when all do. */
  readonly bentAt: number | null;
  /** What the tables say otherwise than the log, or do not say at all. */
  readonly contradictions: readonly Contradiction[];
}

export interface Contradiction {
  /** `staging/3`, or the id of a release. */
  readonly subject: string;
  readonly reason: string;
}

const all = { limit: 1_000_000 };
const gone = 'the log tells of it, and the table does not';

export async function audit({ store, hash }: World, project: Project): Promise<Audit> {
  const { log, ownOf, deployments, releases } = await store.view(async (rows) => ({
    ...(await wholeLog(rows, project.name)),
    deployments: await listDeployments(rows, project.name, all),
    releases: (await listReleases(rows, project.name, all.limit)).map((each) => each.release),
  }));
  const broken = brokenOf(log, hash);
  const told = deployments.flatMap((each): Contradiction[] => {
    const reason = contradiction(each, { broken, own: ownOf(each.id) }, hash);
    return reason === null ? [] : [{ subject: nameOf(each), reason }];
  });
  const making = log.flatMap((line, index) =>
    line.kind === 'release-created' ? [{ line, before: log[index - 1] ?? null }] : [],
  );
  const made = releases.flatMap((release): Contradiction[] => {
    const lines = making.filter(({ line }) => line.data['id'] === release.id);
    const reason = whyNotAsMade(project.name, release, lines, hash);
    return reason === null ? [] : [{ subject: release.id, reason }];
  });
  const known = new Set([...deployments.map(nameOf), ...releases.map(({ id }) => id)]);
  const missing = [...new Set(log.flatMap(subjectOf))].filter((subject) => !known.has(subject));
  const contradictions = [...told, ...made, ...missing.map((subject) => ({ subject, reason: gone }))];
  return { bentAt: broken[0] ?? null, contradictions };
}

/** What a record says that there is. */
function subjectOf({ kind, data }: ChainedRecord): readonly string[] {
  if (kind === 'deployment-requested')
    return [nameOf({ environment: String(data['environment']), number: String(data['number']) })];
  return kind === 'release-created' ? [String(data['id'])] : [];
}

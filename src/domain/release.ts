import { canonical, type Hash } from './json.ts';

/** An immutable, pinned set. Two releases with equal parts have one revision. */
export interface Release {
  /** `rel_` + first 12 hex of the revision. */
  readonly id: string;
  readonly project: string;
  readonly version: string;
  readonly parts: ReleaseParts;
  /** SHA-256 over the parts. */
  readonly revision: string;
}

export interface ReleaseParts {
  readonly version: string;
  /** Commit the tree was taken from; `dirty` when files differed from it. Null outside a git checkout. */
  readonly commit: string | null;
  readonly dirty: boolean;
  /** Artifact digests by name; a directory tree is `tree:sha256:…`. */
  readonly artifacts: Readonly<Record<string, string>>;
  /** Hash of greenroom.yaml as understood, without environment values. */
  readonly configuration: string;
  /** Revision of the migrations that the tree carries: hash of the migration files or what the tool reports. */
  readonly migrations: string | null;
}

export function makeRelease(project: string, parts: ReleaseParts, hash: Hash): Release {
  const revision = hash(canonical({ project, ...parts }));
  return { id: `rel_${revision.slice(0, 12)}`, project, version: parts.version, parts, revision };
}

import path from 'node:path';
import { configurationHash } from '../domain/configuration.ts';
import type { Project } from '../domain/project.ts';
import { fail } from '../domain/failure.ts';
import { makeRelease, type Release } from '../domain/release.ts';
import { saveRelease } from '../store/releases.ts';
import type { World } from './world.ts';

export interface ReleaseRequest {
  readonly project: Project;
  /** Folder to take the tree from; the project's artifact directory otherwise. */
  readonly from: string | null;
  readonly version: string | null;
  readonly actor: string;
}

/** What the source tree says of itself. */
export interface SourceFacts {
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly version: string | null;
  /** Hash over the migration files, when the project has a database that migrates. */
  readonly migrations: string | null;
}

export interface MadeRelease {
  readonly release: Release;
  readonly isNew: boolean;
  readonly fileCount: number;
  readonly sizeBytes: number;
}

/** Pins a release: its bytes are copied and hashed, its parts named, and from now on nothing of it changes. */
export async function createRelease(
  world: World,
  request: ReleaseRequest,
  look: (directory: string) => Promise<SourceFacts>,
): Promise<MadeRelease> {
  const { project, actor } = request;
  // Relative to the project, wherever the command was given.
  const directory = request.from ?? path.resolve(project.directory, project.artifact.directory);
  const facts = await look(directory);
  const configuration = configurationHash(project, world.hash);
  // Together: bytes that are in the store and not on record are anybody's to remove.
  return world.artifacts.alone(async () => {
    const { digest, fileCount, sizeBytes } = await world.artifacts.store(directory, project.artifact.exclude);
    const { commit, dirty, migrations } = facts;
    const version = request.version ?? facts.version ?? noVersion(directory);
    const parts = { version, commit, dirty, migrations, artifacts: { tree: digest }, configuration };
    const release = makeRelease(project.name, parts, world.hash);
    const { isNew } = await saveRelease(world.store, release, actor, world.clock.now());
    return { release, isNew, fileCount, sizeBytes };
  });
}

const noVersion = (directory: string): never =>
  fail({
    code: 'GR4401',
    message: 'The release has no version.',
    where: directory,
    do: 'Write one into package.json, or run "greenroom release --version <version>" and deploy what it makes with --release.',
  });

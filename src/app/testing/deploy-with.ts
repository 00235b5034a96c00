import { configurationHash } from '../../domain/configuration.ts';
import { makeRelease } from '../../domain/release.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { saveRelease } from '../../store/releases.ts';
import type { TestWorld } from './world.ts';

/** Deploys a release with migration files of its own to staging. */
export async function deployWith(world: TestWorld, version: string, migrations: string): Promise<StoredDeployment> {
  const artifacts = { tree: `tree:sha256:${world.hash(version)}` };
  const configuration = configurationHash(world.project, world.hash);
  const parts = { version, commit: null, dirty: false, configuration, artifacts, migrations };
  const release = makeRelease(world.project.name, parts, world.hash);
  await saveRelease(world.store, release, 'ada', world.time.now);
  const made = world.release;
  Object.assign(world, { release: async () => release });
  const ended = await world.deploy('staging', version);
  Object.assign(world, { release: made });
  return ended;
}

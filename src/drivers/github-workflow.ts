import type { Driver, Instance, Slot } from '../kinds/driver.ts';
import { expectTree } from '../kinds/slot-commands.ts';
import { placesOf } from './github-workflow/book.ts';
import { githubRemote } from './github-workflow/remote.ts';
import { githubSchema, type GithubConfig } from './github-workflow/schema.ts';
import { carryOut, planWishes } from './wish/colour.ts';
import { remotePlatform } from './wish/pursue.ts';
import type { RemoteHost } from './wish/remote-host.ts';
import { onRemoteScene, type RemoteScene } from './wish/remote-scene.ts';
import { askServices } from './wish/services.ts';

type Scene = RemoteScene<GithubConfig>;

/** A workflow of GitHub Actions that starts and stops services. */
export function githubWorkflowDriver(host: RemoteHost): Driver<GithubConfig> {
  const on = <T>(slot: Slot<GithubConfig>, work: (scene: Scene) => Promise<T>) => {
    const { repository, workflow, token, authority } = slot.config;
    const system = `${repository} ${workflow}`;
    return onRemoteScene({ kind: 'github-workflow', host, slot, system, secrets: { token }, authority }, work);
  };
  return {
    kind: 'github-workflow',
    summary:
      'A GitHub workflow that starts and stops services: dispatched, followed to its conclusion, proven by the services.',
    schema: githubSchema,
    plan: (change, slot) =>
      planWishes(
        change,
        slot,
        change === 'prepare' ? null : `dispatch ${slot.config.repository} ${slot.config.workflow}`,
      ),
    run: (command, slot, signal) =>
      on(slot, async (scene) => {
        if (command.kind === 'prepare') await expectTree(host, slot);
        const platform = remotePlatform(scene, githubRemote(scene), (now) => askState(scene, now));
        return carryOut(command, platform, signal);
      }),
    observe: (slot) => on(slot, (scene) => askState(scene, new AbortController().signal)),
  };
}

/** A run takes half a minute and tells of the past; what runs now is asked of the services. */
const askState = async (scene: Scene, signal: AbortSignal): Promise<readonly Instance[]> =>
  askServices(scene, await placesOf(scene, scene.slot.colour), scene.config, signal);

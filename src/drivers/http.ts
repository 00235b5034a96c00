import type { Driver, Slot } from '../kinds/driver.ts';
import { expectTree } from '../kinds/slot-commands.ts';
import { httpRemote } from './http/remote.ts';
import { httpDriverSchema, type HttpDriverConfig } from './http/schema.ts';
import { askHttpState } from './http/state.ts';
import { carryOut, planWishes } from './wish/colour.ts';
import { remotePlatform } from './wish/pursue.ts';
import type { RemoteHost } from './wish/remote-host.ts';
import { onRemoteScene, type RemoteScene } from './wish/remote-scene.ts';

/** A deploy API that starts and stops services at a request. */
export function httpDriver(host: RemoteHost): Driver<HttpDriverConfig> {
  const on = <T>(slot: Slot<HttpDriverConfig>, work: (scene: RemoteScene<HttpDriverConfig>) => Promise<T>) => {
    const { base, secrets, authority } = slot.config;
    return onRemoteScene({ kind: 'http', host, slot, system: base, secrets, authority }, work);
  };
  return {
    kind: 'http',
    summary:
      'A deploy API that starts and stops services: requests by template, followed to their end, proven by its state.',
    schema: httpDriverSchema,
    plan: (change, slot) => planWishes(change, slot, callOf(slot.config, change)),
    run: (command, slot, signal) =>
      on(slot, async (scene) => {
        if (command.kind === 'prepare') await expectTree(host, slot);
        const platform = remotePlatform(scene, httpRemote(scene), (now) => askHttpState(scene, now));
        return carryOut(command, platform, signal);
      }),
    observe: (slot) => on(slot, (scene) => askHttpState(scene, new AbortController().signal)),
  };
}

/** Places stay as they are written: nothing of a secret is in a plan. */
function callOf(config: HttpDriverConfig, change: 'prepare' | 'start' | 'stop'): string | null {
  const act = config[change];
  return act ? `${act.method} ${config.base.replace(/\/+$/, '')}/${act.path.replace(/^\/+/, '')}` : null;
}

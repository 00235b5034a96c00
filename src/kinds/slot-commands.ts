import { fail, FailureError, type Result } from '../domain/failure.ts';
import type { Command, Slot, SlotService } from './driver.ts';

// Most drivers prepare a colour as a whole, and start and stop it service by service.

export type Change = 'prepare' | 'start' | 'stop';

/** What each command says to people. */
export interface Words {
  prepare(): string;
  start(service: SlotService): string;
  stop(service: SlotService): string;
}

/** `Scene`: the slot, with what a driver reaches it by. */
export interface Acts<Scene> {
  readonly prepare: (scene: Scene, signal: AbortSignal) => Promise<void>;
  readonly start: (scene: Scene, service: SlotService, signal: AbortSignal) => Promise<void>;
  readonly stop: (scene: Scene, service: SlotService, signal: AbortSignal) => Promise<void>;
}

/** One command to prepare, else one for each service. Pure. */
export function commandsOf(change: Change, { services }: Pick<Slot, 'services'>, words: Words): readonly Command[] {
  if (change === 'prepare') return [{ kind: change, text: words.prepare(), service: null }];
  return services.map((service) => ({ kind: change, text: words[change](service), service: service.name }));
}

/** Carries out one of `commandsOf`. Throws `GR6404` for a command of another plan. */
export async function runCommand<Scene extends { readonly slot: Pick<Slot, 'services'> }>(
  { kind, service: name }: Command,
  scene: Scene,
  acts: Acts<Scene>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (kind === 'prepare') return acts.prepare(scene, signal);
  const service = scene.slot.services.find((each) => each.name === name);
  if (service && (kind === 'start' || kind === 'stop')) return acts[kind](scene, service, signal);
  fail({
    code: 'GR6404',
    message: `The driver has no command "${kind}" for ${name ?? 'no service'}.`,
    do: 'Make the plan again; it was made by another version of Greenroom or for other services.',
  });
}

/** Hashes the release's tree anew. Throws what is wrong with it. */
export async function expectTree(
  host: { verifyTree(directory: string, digest: string): Promise<Result<unknown>> },
  { artifactDirectory, release }: Pick<Slot, 'artifactDirectory' | 'release'>,
): Promise<void> {
  const tree = await host.verifyTree(artifactDirectory, release.artifact);
  if (!tree.ok) throw new FailureError(...tree.failures);
}

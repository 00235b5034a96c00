import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import { pinned } from '../compose/colour-file.ts';
import { expectGood } from '../compose/containers.ts';
import type { ComposeModel } from '../compose/model.ts';
import { colourProject, slotLabels } from '../compose/scene.ts';
import type { Scene } from './scene.ts';
import type { Sealed } from './spec.ts';
import type { SealedReference } from './stack-service.ts';

type Kind = 'secrets' | 'configs';

const declared = z.record(
  z.string(),
  z.looseObject({ name: z.string().optional(), file: z.string().optional(), external: z.unknown().optional() }),
);
const listed = z.array(z.object({ ID: z.string(), Spec: z.object({ Name: z.string() }) }));

const LONGEST_NAME = 64;

/** Finds what is external, and makes what lies in a file under the colour and a digest of its bytes. Throws `GR7458`. */
export async function seal(
  scene: Scene,
  kind: Kind,
  model: ComposeModel,
  references: readonly SealedReference[],
): Promise<readonly Sealed[]> {
  const all = declared.parse(model[kind] ?? {});
  const found: Sealed[] = [];
  for (const { source, target, uid, gid, mode } of references) {
    const { name = source, file, external } = all[source] ?? {};
    const [id, called] = external ? await outside(scene, kind, source, name) : await own(scene, kind, source, file);
    const path = target ?? (kind === 'secrets' ? source : `/${source}`);
    found.push({ id, name: called, file: { Name: path, UID: uid, GID: gid, Mode: mode } });
  }
  return found;
}

async function outside(scene: Scene, kind: Kind, source: string, name: string): Promise<[string, string]> {
  const id = await idOf(scene, kind, name);
  return id === null ? missing(scene, kind, source, `the swarm has none of the name ${name}`) : [id, name];
}

async function own(scene: Scene, kind: Kind, source: string, file: string | undefined): Promise<[string, string]> {
  const { host, engine, slot } = scene;
  if (file === undefined) return missing(scene, kind, source, 'it is neither external nor in a file');
  const inRelease = pinned(scene.compose.slot, file);
  const bytes = (await host.readSealed(inRelease)) ?? (await host.readSealed(file));
  if (!bytes) return missing(scene, kind, source, `there is no file ${file}`);
  const mark = `_${bytes.digest.slice(0, 12)}`;
  const name = `${colourProject(slot)}_${source}`.slice(0, LONGEST_NAME - mark.length) + mark;
  const before = await idOf(scene, kind, name);
  if (before !== null) return [before, name];
  const body = { Name: name, Labels: slotLabels(slot, slot.colour), Data: bytes.base64 };
  const answer = await engine.call('POST', `/${kind}/create`, body);
  // 409: another attempt has just made it.
  if (answer.status === 409)
    return [(await idOf(scene, kind, name)) ?? missing(scene, kind, source, 'it is gone'), name];
  return [z.object({ ID: z.string() }).parse(expectGood(answer, `make ${name}`)).ID, name];
}

async function idOf({ engine }: Scene, kind: Kind, name: string): Promise<string | null> {
  const filters = encodeURIComponent(JSON.stringify({ name: [name] }));
  const all = listed.parse(expectGood(await engine.call('GET', `/${kind}?filters=${filters}`), `list ${kind}`));
  return all.find(({ Spec: spec }) => spec.Name === name)?.ID ?? null;
}

/** Those of a colour that has no service any more; what something still holds stays for the next time. */
export async function removeSealed({ engine, slot }: Scene): Promise<void> {
  const label = Object.entries(slotLabels(slot, slot.colour)).map(([name, value]) => `${name}=${value}`);
  const filters = encodeURIComponent(JSON.stringify({ label }));
  for (const kind of ['secrets', 'configs'] as const) {
    const all = listed.parse(expectGood(await engine.call('GET', `/${kind}?filters=${filters}`), `list ${kind}`));
    for (const { ID: id } of all) await engine.call('DELETE', `/${kind}/${id}`);
  }
}

const missing = ({ slot }: Scene, kind: Kind, source: string, reason: string): never =>
  fail({
    code: 'GR7458',
    message: `There is no ${kind === 'secrets' ? 'secret' : 'config'} "${source}": ${reason}.`,
    where: `${slot.config.file.join(', ')} (${kind}.${source})`,
    do: `Put the file there, or make it once for the swarm ("docker ${kind === 'secrets' ? 'secret' : 'config'} create") and say "external: true".`,
  });

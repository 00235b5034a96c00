import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import { readJson } from '../../kinds/state-file.ts';
import { lastWords, type Cli } from './cli.ts';
import { pinned } from './colour-file.ts';
import { expectGood } from './containers.ts';
import type { ComposeService } from './model.ts';
import { imagesFolder, type ComposeSlot, type Scene } from './scene.ts';
import type { Survey } from './survey.ts';

// The image of a release is built or pulled once, in the first environment that prepares it, and put on record by its id beside
// the environments. Every environment after it runs that id: what was proven is what goes on, whatever tags say meanwhile.

const pinSchema = z.object({
  image: z.string(),
  /** What it was made from, in words that do not differ between machines. */
  source: z.string(),
  environment: z.string(),
  madeAt: z.number(),
});
const pinsSchema = z.record(z.string(), pinSchema);
type Pin = z.infer<typeof pinSchema>;

const pinsOf = (slot: ComposeSlot): string => join(imagesFolder(slot), `${slot.release.id}.json`);

/** Image ids by service. Throws `GR6445` when one cannot be made, `GR6446` when it is not the one that was proven. */
export async function settleImages(
  scene: Scene,
  { apps, team }: Survey,
  cli: Cli,
): Promise<Readonly<Record<string, string>>> {
  const { host, slot } = scene;
  const images: Record<string, string> = {};
  for (const { name, service } of apps) {
    const source = sourceOf(slot, service);
    const before = (await readJson(host, pinsOf(slot), pinsSchema))?.[name];
    const pin = before ?? (await keep(scene, name, await make(scene, { name, service, source, team }, cli)));
    if (pin.source !== source) madeOtherwise(slot, name, pin, source);
    await expectThere(scene, name, pin);
    images[name] = pin.image;
  }
  return images;
}

/** Ids on record for the release, by service. */
export async function imagesMade({ host, slot }: Scene): Promise<Readonly<Record<string, string>>> {
  const pins = (await readJson(host, pinsOf(slot), pinsSchema)) ?? {};
  return Object.fromEntries(Object.entries(pins).map(([service, { image }]) => [service, image]));
}

/** Whoever was first stays: two environments may have built at the same time. */
async function keep({ host, slot }: Scene, service: string, pin: Pin): Promise<Pin> {
  await host.makeFolder(imagesFolder(slot));
  return host.lock(join(imagesFolder(slot), 'lock'), new AbortController().signal, async () => {
    const pins = (await readJson(host, pinsOf(slot), pinsSchema)) ?? {};
    const kept = pins[service] ?? pin;
    await host.write(pinsOf(slot), JSON.stringify({ ...pins, [service]: kept }));
    return kept;
  });
}

/** A build reads the pinned bytes; paths are told relative to them, so that the same build is the same text everywhere. */
function sourceOf(slot: ComposeSlot, { build, image = '' }: ComposeService): string {
  if (!build) return `image ${image}`;
  const told = JSON.stringify(build).replaceAll(`"${slot.projectDirectory}`, '".');
  return `build ${told}`;
}

interface Making {
  readonly name: string;
  readonly service: ComposeService;
  readonly source: string;
  readonly team: string;
}

async function make(scene: Scene, { name, service, source, team }: Making, cli: Cli): Promise<Pin> {
  const { slot, host } = scene;
  const image = service.build
    ? await build(scene, { name, team, build: service.build }, cli)
    : await pull(scene, { name, image: service.image! }, cli);
  return { image, source, environment: slot.environment, madeAt: host.now() };
}

async function build(
  scene: Scene,
  { name, team, build: how }: { name: string; team: string; build: { context: string } },
  cli: Cli,
): Promise<string> {
  const { slot, host } = scene;
  const context = pinned(slot, how.context);
  if (context.startsWith('/') && !(await host.exists(context)))
    notMade(
      slot,
      name,
      `the release has no folder ${context.slice(slot.artifactDirectory.length) || '/'} to build from`,
    );
  // A tag of our own: the team's stay as they are, and the image outlives a prune.
  const tag = tagOf(slot, name);
  const text = stringify({ version: '3.8', services: { [name]: { image: tag, build: { ...how, context } } } });
  const end = await cli.onText(team, text, ['build', name], slot.config['build-within']);
  if (end.exitCode !== 0) notMade(slot, name, lastWords(scene, end));
  return (await idOf(scene, tag)) ?? notMade(slot, name, `the build left no image ${tag}`);
}

async function pull(scene: Scene, { name, image }: { name: string; image: string }, cli: Cli): Promise<string> {
  const { slot, engine } = scene;
  if ((await idOf(scene, image)) === null) {
    const end = await cli.onTeam(['pull', name], slot.config['build-within']);
    if (end.exitCode !== 0) notMade(slot, name, lastWords(scene, end));
  }
  const id = (await idOf(scene, image)) ?? notMade(slot, name, `the pull left no image ${image}`);
  const [repository, tag] = tagOf(slot, name).split(':') as [string, string];
  const path = `/images/${id}/tag?repo=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`;
  expectGood(await engine.call('POST', path), `tag ${image}`);
  return id;
}

/** `greenroom/medianest-web:rel_…`. */
export function tagOf(slot: ComposeSlot, service: string): string {
  const repository = `${slot.project}-${service}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `greenroom/${repository}:${slot.release.id.replaceAll(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128)}`;
}

const identified = z.object({ Id: z.string() });

async function idOf({ engine }: Scene, image: string): Promise<string | null> {
  const answer = await engine.call('GET', `/images/${image}/json`);
  if (answer.status === 404) return null;
  return identified.parse(expectGood(answer, `look at the image ${image}`)).Id;
}

async function expectThere(scene: Scene, service: string, pin: Pin): Promise<void> {
  const { slot } = scene;
  if ((await idOf(scene, pin.image)) === pin.image) return;
  fail({
    code: 'GR6446',
    message: `The image of ${service} that was made for ${slot.release.id} in ${pin.environment} (${pin.image}) is no longer there; another build would be another image.`,
    where: pinsOf(slot),
    do: 'Load it back ("docker load"), or make a new release and prove it from the first environment.',
  });
}

function madeOtherwise(slot: ComposeSlot, service: string, pin: Pin, source: string): never {
  fail({
    code: 'GR6446',
    message: `${slot.environment} makes the image of ${service} otherwise than ${pin.environment}, where it was proven: ${source} instead of ${pin.source}.`,
    where: pinsOf(slot),
    do: 'Give environments the same image and build; let them differ by variables that are read when the service runs.',
  });
}

function notMade(slot: ComposeSlot, service: string, reason: string): never {
  return fail({
    code: 'GR6445',
    message: `There is no image of ${service} for ${slot.release.id}: ${reason}`,
    where: `${slot.config.file.join(', ')} (services.${service})`,
    do: `Try the same by hand ("docker compose build ${service}" or "pull"), correct it, and deploy again.`,
  });
}

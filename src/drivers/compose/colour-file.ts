import { stringify } from 'yaml';
import type { Slot } from '../../kinds/driver.ts';
import type { ComposeModel, ComposeService, ComposeVolume } from './model.ts';
import { labelNames, labelsOf, LOOPBACK, type ComposeSlot } from './scene.ts';
import { isExternal, type Survey } from './survey.ts';

export interface ColourParts {
  readonly model: ComposeModel;
  readonly survey: Survey;
  /** `sha256:…` by service. */
  readonly images: Readonly<Record<string, string>>;
  /** Of this machine, by service. */
  readonly ports: Readonly<Record<string, number>>;
  /** True when a path below the project's folder is in the release as well. */
  readonly isInRelease: (path: string) => boolean;
}

/**
 * The compose file of one colour: only the services that run in colours, made from images by their id, each with one port on
 * loopback, in networks of the colour. Volumes stay the team's own. Pure. It may hold secrets: never on disk.
 */
export function colourFile(slot: ComposeSlot, parts: ColourParts): string {
  const { model, survey } = parts;
  const services = Object.fromEntries(survey.apps.map((app) => [app.name, serviceOf(slot, parts, app)]));
  const used = new Set(survey.apps.flatMap(({ service }) => service.volumes.map(({ source }) => source)));
  const volumes = Object.entries(model.volumes)
    .filter(([name]) => used.has(name))
    .map(([name, declared]) => [name, { external: true, name: declared?.name ?? `${survey.team}_${name}` }]);
  return stringify({
    ...(model.version !== undefined && { version: model.version }),
    services,
    networks: { ...networksOf(parts), link: { internal: true } },
    ...(volumes.length > 0 && { volumes: Object.fromEntries(volumes) }),
    ...(model.secrets && { secrets: model.secrets }),
    ...(model.configs && { configs: model.configs }),
  });
}

/** Networks that the team declares become networks of the colour; external ones stay what they are. */
function networksOf({ model, survey }: ColourParts): Record<string, unknown> {
  const names = new Set(survey.apps.flatMap(({ service }) => Object.keys(service.networks ?? {})));
  const own = [...names].map((name) => {
    const { name: _, ...declared } = model.networks[name] ?? {};
    return [name, isExternal(model.networks[name]) ? model.networks[name] : declared];
  });
  return { default: {}, ...Object.fromEntries(own) };
}

const saidAnew: ReadonlySet<string> = new Set([
  ...['build', 'container_name', 'depends_on', 'links', 'external_links', 'profiles', 'scale', 'deploy', 'expose'],
  ...['network_mode'],
]);

function serviceOf(slot: ComposeSlot, parts: ColourParts, app: Survey['apps'][number]): object {
  const { name, target, service } = app;
  // What names other containers or is said anew is left out; everything else is the team's, to the letter.
  const kept = Object.fromEntries(Object.entries(service).filter(([key]) => !saidAnew.has(key)));
  const limits = service.deploy?.['resources'];
  return {
    ...kept,
    ...(limits !== undefined && { deploy: { resources: limits } }),
    image: parts.images[name],
    environment: { ...environmentOf(service), ...literally(placeOf(slot)) },
    ports: [`${LOOPBACK}:${parts.ports[name]}:${target}`],
    networks: { default: {}, ...service.networks, link: {} },
    volumes: service.volumes.map((volume) => volumeOf(slot, parts, volume)),
    labels: { ...service.labels, ...literally({ ...labelsOf(slot, name), [labelNames.team]: parts.survey.team }) },
  };
}

/** What Compose would fill in is meant as it stands. */
const literally = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]));

/** Only that much is said to a service beyond its compose file; `${…}` in the file takes the rest. */
export const placeOf = (slot: Slot<unknown>): Record<string, string> => ({
  GREENROOM_RELEASE: slot.release.id,
  GREENROOM_ENVIRONMENT: slot.environment,
  GREENROOM_COLOUR: slot.colour,
  GREENROOM_OPERATION: slot.operation,
});

export function environmentOf({ environment = {} }: ComposeService): Record<string, unknown> {
  if (!Array.isArray(environment)) return environment;
  return Object.fromEntries(
    environment.map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** A file that belongs to the release is taken from its pinned bytes, and cannot be written: it was proven as it is. */
function volumeOf(slot: ComposeSlot, { isInRelease }: ColourParts, volume: ComposeVolume): object {
  const { source } = volume;
  if (volume.type !== 'bind' || source === undefined || !isInRelease(source)) return volume;
  return { ...volume, source: pinned(slot, source), read_only: true };
}

/** The same path in the pinned release. */
export const pinned = (slot: ComposeSlot, path: string): string =>
  path === slot.projectDirectory || path.startsWith(`${slot.projectDirectory}/`)
    ? `${slot.artifactDirectory}${path.slice(slot.projectDirectory.length)}`
    : path;

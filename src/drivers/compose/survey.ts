import type { ComposeModel, ComposeService, ComposeVolume } from './model.ts';
import type { ComposeSlot } from './scene.ts';

/** What of the compose file runs in colours, what runs once, and what a person must say first. Pure. */
export interface Survey {
  /** The team's own project, as the CLI names it. */
  readonly team: string;
  /** Services of greenroom.yaml, with the port inside their container. */
  readonly apps: readonly { readonly name: string; readonly target: number; readonly service: ComposeService }[];
  /** Services that stay in the team's own project, beside both colours. */
  readonly infrastructure: readonly string[];
  /** Cannot be in two colours, whatever a person says. */
  readonly refusals: readonly string[];
  readonly questions: readonly Question[];
}

export interface Question {
  /** To be written into `accept`: `shared-volume:uploads`. */
  readonly word: string;
  readonly text: string;
  /** What else could be done; absent: it is changed in the compose file. */
  readonly instead?: string;
}

export function surveyOf(slot: ComposeSlot, model: ComposeModel, copies: 'one' | 'many' = 'one'): Survey {
  const names = slot.services.map(({ name }) => name);
  const refusals: string[] = [];
  const questions: Question[] = [];
  const apps = names.flatMap((name) => {
    const service = model.services[name];
    if (!service) return (refusals.push(absent(name, model)), []);
    refusals.push(...refusalsOf(name, service, copies));
    const target = targetOf(slot, name, service);
    if (typeof target === 'string') return (refusals.push(target), []);
    questions.push(...questionsOf(slot, { name, service, target, model }));
    return [{ name, target, service }];
  });
  const others = Object.entries(model.services).filter(([name]) => !names.includes(name));
  const jobs = jobsBefore(apps);
  const used = new Set(apps.map(({ service }) => service.image));
  for (const [name, service] of others) {
    const isBuiltHere = service.build !== undefined || (service.image !== undefined && used.has(service.image));
    if (jobs.has(name)) questions.push(job(name));
    else if (isBuiltHere && !slot.config.infrastructure.includes(name)) refusals.push(unclear(name));
    const calls = Object.keys(service.depends_on).filter((each) => names.includes(each));
    if (calls.length > 0 && !jobs.has(name)) questions.push(callsApp(name, calls));
  }
  return {
    team: slot.config.project ?? model.name ?? defaultName(slot.projectDirectory),
    ...{ apps, refusals, questions: unique(questions) },
    infrastructure: others.map(([name]) => name).filter((name) => !jobs.has(name)),
  };
}

/** As both generations name the project of a folder. */
const defaultName = (directory: string): string =>
  (directory.replace(/\/+$/, '').split('/').at(-1) ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

const absent = (name: string, model: ComposeModel): string =>
  `greenroom.yaml has a service "${name}", the compose file has ${Object.keys(model.services).join(', ')}: name it alike, and see that "profiles" switch it on`;

const unclear = (name: string): string =>
  `${name} is built from this release, but is no service of greenroom.yaml: it would go on with old code beside the new; make it a service, or list it under "infrastructure"`;

const job = (name: string): Question => ({
  word: `job:${name}`,
  text: `${name} runs to its end before services start; Greenroom does not run it: say what it does as "migrate" of the database`,
});

const callsApp = (name: string, calls: readonly string[]): Question => ({
  word: `calls-app:${name}`,
  text: `${name} stays in the team's own project and depends on ${calls.join(', ')}, which it will not find there: let it call the public address`,
});

/** Services that others wait for to end well. */
const jobsBefore = (apps: Survey['apps']): ReadonlySet<string> =>
  new Set(
    apps.flatMap(({ service }) =>
      Object.entries(service.depends_on)
        .filter(([, { condition }]) => condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );

/** The port inside the container that gets the requests, or why it is not known. */
function targetOf(slot: ComposeSlot, name: string, service: ComposeService): number | string {
  const said = slot.config.ports[name];
  if (said !== undefined) return said;
  const published = [...new Set(service.ports.map(({ target }) => target))];
  const [only, ...more] = published.length > 0 ? published : service.expose.map((text) => Number.parseInt(text, 10));
  if (only !== undefined && more.length === 0) return only;
  const seen = only === undefined ? 'no port' : `the ports ${[only, ...more].join(', ')}`;
  return `${name} has ${seen} in the compose file: say which one gets its requests under "ports"`;
}

function refusalsOf(name: string, service: ComposeService, allowed: 'one' | 'many'): readonly string[] {
  const { network_mode: mode, volumes_from: from, scale, deploy } = service;
  const copies = scale ?? deploy?.replicas ?? 1;
  return [
    ...(mode !== undefined && mode !== 'bridge'
      ? [`${name} has network_mode: ${mode}, where two colours cannot stand beside each other`]
      : []),
    ...(from && from.length > 0 ? [`${name} has volumes_from, which names containers of one project`] : []),
    ...(copies === 1 || allowed === 'many'
      ? []
      : [`${name} asks for ${copies} copies; a colour has one container of each service`]),
    ...(service.image === undefined && !service.build ? [`${name} has neither an image nor a build`] : []),
  ];
}

interface App {
  readonly name: string;
  readonly service: ComposeService;
  readonly target: number;
  readonly model: ComposeModel;
}

function questionsOf(slot: ComposeSlot, { name, service, target, model }: App): readonly Question[] {
  const volumes = service.volumes.filter(isShared).map(({ source = '' }) => {
    const short = source.startsWith(`${slot.projectDirectory}/`)
      ? `.${source.slice(slot.projectDirectory.length)}`
      : source;
    return {
      word: `shared-volume:${short}`,
      text: `${name} writes to ${short}; both colours have it at once while traffic moves, and the old one again after a rollback`,
    };
  });
  const ports = service.ports
    .filter((each) => each.target !== target)
    .map((each) => ({
      word: `extra-port:${name}:${each.target}`,
      text: `${name} also publishes ${each.published ?? 'a port'} for ${each.target}; only ${target} is reachable from outside in a colour`,
    }));
  const networks = Object.keys(service.networks ?? {})
    .filter((network) => isExternal(model.networks[network]))
    .map((network) => ({
      word: `shared-network:${network}`,
      text: `${name} is in the external network ${network}, where its name means both colours at once`,
    }));
  return [...volumes, ...ports, ...networks];
}

const isShared = (volume: ComposeVolume): boolean =>
  !volume.read_only && volume.source !== undefined && (volume.type === 'volume' || volume.type === 'bind');

export const isExternal = (declared: { readonly external?: unknown } | null | undefined): boolean =>
  Boolean(declared?.external);

const unique = (questions: readonly Question[]): readonly Question[] => [
  ...new Map(questions.map((each) => [each.word, each])).values(),
];

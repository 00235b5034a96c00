import { fail, FailureError } from '../../domain/failure.ts';
import { fenced } from '../../kinds/fence.ts';
import { findCli, readModel, type Cli } from './cli.ts';
import { pinned, type ColourParts } from './colour-file.ts';
import { containersWith } from './containers.ts';
import { settleImages } from './images.ts';
import { raiseInfrastructure, raiseVolumes, teamContainers } from './infrastructure.ts';
import { colourProject, labelNames, type ComposeSlot, type Scene } from './scene.ts';
import { surveyOf, type Question, type Survey } from './survey.ts';

/** Everything that a colour needs before one of its services can be made; its ports are chosen under the lock. */
export interface Ready extends Omit<ColourParts, 'ports'> {
  readonly cli: Cli;
}

/** Refuses before anything is changed. Does nothing that is done already. Throws `GR6440` to `GR6449`. */
export async function makeReady(scene: Scene, signal: AbortSignal): Promise<Ready> {
  const { host, slot } = scene;
  await fenced(host, slot, signal, async () => {});
  const cli = await findCli(scene, signal);
  const model = await readModel(scene, cli);
  const survey = surveyOf(slot, model);
  await refuse(scene, survey);
  const images = await settleImages(scene, survey, cli);
  await raiseInfrastructure(scene, survey, cli, signal);
  await raiseVolumes(scene, survey, model);
  return { ...{ cli, model, survey, images }, isInRelease: await releasePaths(scene, survey) };
}

async function refuse(scene: Scene, survey: Survey): Promise<void> {
  const { slot } = scene;
  await expectOurs(scene);
  const where = slot.config.file.join(', ');
  const refused = survey.refusals.map((reason) => ({
    ...{ code: 'GR6443', message: `This cannot run in two colours: ${reason}.`, where },
    do: 'Correct the compose file or greenroom.yaml; nothing was changed.',
  }));
  const open = [...survey.questions, ...(await neighbours(scene, survey)), ...(await takeOvers(scene, survey))]
    .filter(({ word }) => !slot.config.accept.includes(word))
    .map(({ word, text, instead = 'Change it' }) => ({
      ...{ code: 'GR6444', message: `A person must say that this is meant: ${text}.`, where },
      do: `${instead}, or add "${word}" to "accept" of the driver; nothing was changed.`,
    }));
  if (refused.length + open.length > 0) throw new FailureError(...refused, ...open);
}

/** Other environments on this daemon that use the same databases and caches: staging must not be production's neighbour unasked. */
async function neighbours({ engine, slot }: Scene, { team, infrastructure }: Survey): Promise<readonly Question[]> {
  if (infrastructure.length === 0) return [];
  const all = await containersWith(engine, { [labelNames.team]: team });
  const others = new Set(
    all
      .filter(({ isLiving, labels }) => isLiving && labels[labelNames.state] !== slot.stateDirectory)
      .map(({ labels }) => labels[labelNames.environment] ?? ''),
  );
  return [...others].map((other) => ({
    word: `shared-infrastructure:${other}`,
    text: `${slot.environment} would use the same ${infrastructure.join(', ')} and volumes as ${other} (compose project ${team}); "project" gives an environment its own`,
  }));
}

/** The team's own containers of services that are to run in colours: they hold the public port. */
async function takeOvers(scene: Scene, { team, apps }: Survey): Promise<readonly Question[]> {
  const { slot } = scene;
  const found = await Promise.all(
    apps.map(async ({ name }) => ({ name, containers: await teamContainers(scene, team, name) })),
  );
  return found.flatMap(({ name, containers }) => {
    const holder = containers.find(({ isLiving, ports }) => isLiving && ports.length > 0);
    if (!holder) return [];
    const held = holder.ports.join(', ');
    return [
      {
        word: `take-over:${name}`,
        instead: `Give ${name} another public port in greenroom.yaml`,
        text: `${name} runs in the team's own project (${holder.name}) and holds port ${held}; it is stopped just before the first colour starts, and nobody answers there until the cut-over; a deployment that goes back, before the cut-over or in the bake, starts it again; once a release is live, "greenroom stop ${slot.environment}" and then "docker start ${holder.name}" do`,
      },
    ];
  });
}

/** Two homes with a project of the same name would replace each other's containers. */
async function expectOurs({ engine, slot }: Scene): Promise<void> {
  const project = colourProject(slot);
  const containers = await containersWith(engine, { 'com.docker.compose.project': project });
  const foreign = containers.find(({ labels }) => labels[labelNames.state] !== slot.stateDirectory);
  if (!foreign) return;
  const owner = foreign.labels[labelNames.state];
  fail({
    code: 'GR6449',
    message: `The compose project ${project} is in use by ${owner ? `the Greenroom that keeps its state in ${owner}` : 'somebody else'}: ${foreign.name} is in it.`,
    where: slot.config.socket,
    do: 'Stop it there ("greenroom stop"), or give the project or the environment another name; nothing was changed.',
  });
}

async function releasePaths({ host, slot }: Scene, { apps }: Survey): Promise<(path: string) => boolean> {
  const there = new Set<string>();
  for (const { service } of apps)
    for (const { source } of service.volumes)
      if (source !== undefined && isOwnPath(slot, source) && (await host.exists(pinned(slot, source))))
        there.add(source);
  return (path) => there.has(path);
}

const isOwnPath = (slot: ComposeSlot, path: string): boolean => pinned(slot, path) !== path;

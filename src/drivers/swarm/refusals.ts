import { FailureError, type Failure } from '../../domain/failure.ts';
import { readFiles } from '../compose/cli.ts';
import { locate, type File } from '../compose/mistakes.ts';
import type { ComposeModel } from '../compose/model.ts';
import { colourProject, labelNames } from '../compose/scene.ts';
import type { Survey } from '../compose/survey.ts';
import { nodesFor, servicesWith, tasksWith, type Node } from './cluster.ts';
import { runningOn } from './copies.ts';
import type { Scene } from './scene.ts';
import { serviceName } from './spec.ts';
import { stackService, unescaped, type StackService } from './stack-service.ts';

export interface Understood {
  readonly services: Readonly<Record<string, StackService>>;
  /** Where each may run, by service. */
  readonly places: Readonly<Record<string, readonly Node[]>>;
}

/** Everything that this swarm cannot do with the stack file, at once, each with file and line. Throws `GR7453` to `GR7455`. */
export async function understand(
  scene: Scene,
  { model, survey, nodes }: { readonly model: ComposeModel; readonly survey: Survey; readonly nodes: readonly Node[] },
): Promise<Understood> {
  const files = await readFiles(scene.compose);
  const failures: Failure[] = survey.refusals.map((reason) => refused(files, reason, []));
  const services: Record<string, StackService> = {};
  const places: Record<string, readonly Node[]> = {};
  const asked = [...survey.questions];
  for (const { name, service } of survey.apps) {
    const parsed = stackService.safeParse(unescaped(service));
    if (!parsed.success) {
      for (const issue of parsed.error.issues) failures.push(...misfits(files, name, issue));
      continue;
    }
    services[name] = parsed.data;
    places[name] = nodesFor(nodes, parsed.data.deploy.placement.Constraints);
    failures.push(...roomless(files, name, parsed.data, places[name]));
    if (places[name].length > 1) asked.push(...kept(name, model.services[name]!.volumes));
  }
  const open = asked
    .filter(({ word }) => !scene.slot.config.accept.includes(word))
    .map(({ word, text }) => ({
      ...{ code: 'GR7454', message: `A person must say that this is meant: ${text}.` },
      where: scene.slot.config.file.join(', '),
      do: `Change it, or add "${word}" to "accept" of the driver; nothing was changed.`,
    }));
  failures.push(...open, ...(await neighbours(scene, survey, nodes)));
  if (failures.length > 0) throw new FailureError(...failures);
  return { services, places };
}

const refused = (files: readonly File[], reason: string, path: readonly string[]): Failure => ({
  code: 'GR7453',
  message: `This cannot run in two colours of a swarm: ${reason}.`,
  where: locate(path, files) ?? files.map((file) => file.path).join(', '),
  do: 'Correct the stack file or greenroom.yaml; nothing was changed.',
});

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function misfits(files: readonly File[], name: string, issue: Issue): readonly Failure[] {
  const path = ['services', name, ...issue.path.map(String)];
  if (issue.code !== 'unrecognized_keys')
    return [refused(files, `${path.join('.')} is not understood: ${issue.message}`, path)];
  return (issue.keys ?? []).map((key) =>
    refused(files, `${[...path, key].join('.')} has no meaning for a service of a swarm`, [...path, key]),
  );
}

/** A copy takes a port of its node, so that a node can have one of them. */
function roomless(files: readonly File[], name: string, service: StackService, places: readonly Node[]): Failure[] {
  const { mode, replicas } = service.deploy;
  if (mode === 'global' ? places.length > 0 : replicas > 0 && replicas <= places.length) return [];
  const nodes = places.map((node) => node.name).join(', ') || 'none';
  const reason =
    mode === 'global'
      ? `${name} may run on no node`
      : `${name} asks for ${replicas} copies; a node has one of each service, and it may run on ${places.length} (${nodes})`;
  return [refused(files, reason, ['services', name, 'deploy', 'replicas'])];
}

/** What lies on one node only is not there when a copy moves. */
const kept = (name: string, volumes: ComposeModel['services'][string]['volumes']) =>
  volumes
    .filter(({ type, source }) => source !== undefined && (type === 'volume' || type === 'bind'))
    .map(({ source = '' }) => ({
      word: `node-volume:${source}`,
      text: `${name} has ${source}, which every node has for itself: a copy that moves to another node finds what is there`,
    }));

/** The rest of the stack is needed and left alone; its own copies of what runs in colours would answer to the same name. */
async function neighbours(
  { engine, slot }: Scene,
  { team, apps, infrastructure }: Survey,
  nodes: readonly Node[],
): Promise<readonly Failure[]> {
  const all = await servicesWith(engine);
  const find = (name: string) => all.find(({ Spec: spec }) => spec.Name === name);
  const where = slot.config.file.join(', ');
  const failures: Failure[] = [];
  for (const name of infrastructure) {
    const service = find(`${team}_${name}`);
    const tasks = service ? await tasksWith(engine, { 'com.docker.stack.namespace': team }) : [];
    const own = tasks.filter(({ ServiceID: id }) => id === service?.ID);
    if (service && runningOn(own, nodes).length > 0) continue;
    failures.push({
      ...{ code: 'GR7455', message: `${name} of the stack ${team} is needed and does not run.`, where },
      do: `Start it: "docker stack deploy -c ${slot.config.file[0]} ${team}"; look at "docker service ps ${team}_${name}".`,
    });
  }
  for (const { name } of apps) {
    if (find(`${team}_${name}`))
      failures.push({
        code: 'GR7455',
        message: `${name} also runs in the stack ${team} (${team}_${name}), and its name would mean both.`,
        where,
        do: `Remove it: "docker service rm ${team}_${name}"; nobody answers from then until the first deployment has ended.`,
      });
    const ours = find(serviceName(slot, name));
    const owner = ours?.Spec.Labels?.[labelNames.state];
    if (ours && owner !== slot.stateDirectory)
      failures.push({
        code: 'GR7455',
        message: `The name ${colourProject(slot)} is in use by ${owner ? `the Greenroom that keeps its state in ${owner}` : 'somebody else'}.`,
        where: slot.config.socket,
        do: 'Stop it there ("greenroom stop"), or give the project or the environment another name; nothing was changed.',
      });
  }
  return failures;
}

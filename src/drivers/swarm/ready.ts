import { fail } from '../../domain/failure.ts';
import { fenced } from '../../kinds/fence.ts';
import { findCli, readModel } from '../compose/cli.ts';
import { pinned } from '../compose/colour-file.ts';
import { settleImages } from '../compose/images.ts';
import type { ComposeModel } from '../compose/model.ts';
import { surveyOf, type Survey } from '../compose/survey.ts';
import { expectManager, nodesOf, type Node } from './cluster.ts';
import { understand, type Understood } from './refusals.ts';
import type { Scene } from './scene.ts';
import { spread } from './spread.ts';

/** Everything that a colour needs before one of its services can be made. */
export interface Ready extends Understood {
  readonly model: ComposeModel;
  readonly survey: Survey;
  /** What the swarm is told to run, by service. */
  readonly images: Readonly<Record<string, string>>;
}

/**
 * Refuses before anything is changed. Does nothing that is done already. `down` says whether a node that is down is refused: what has begun
 * goes on without it. Throws `GR6440` to `GR6446` (`GR6444` for variables of the stack file that are not set), `GR7450` to `GR7455`.
 */
export async function makeReady(scene: Scene, down: 'refuse' | 'go-on', signal: AbortSignal): Promise<Ready> {
  const { host, engine, slot, compose } = scene;
  await fenced(host, slot, signal, async () => {});
  const self = await expectManager(engine, slot.config.socket);
  const nodes = await nodesOf(engine);
  const cli = await findCli(compose, signal);
  // What a service is given may lie in the release, or beside greenroom.yaml.
  const isThere = async (path: string) =>
    (await compose.host.exists(pinned(compose.slot, path))) || compose.host.exists(path);
  const model = await readModel(compose, cli, isThere);
  const survey = surveyOf(compose.slot, model, 'many');
  const understood = await understand(scene, { model, survey, nodes });
  if (down === 'refuse') expectUp(Object.values(understood.places).flat());
  const made = await settleImages(compose, survey, cli);
  const images: Record<string, string> = {};
  for (const { name } of survey.apps) {
    const places = understood.places[name]!;
    images[name] = await spread(scene, { service: name, image: made[name]!, self, nodes: places });
  }
  return { ...understood, model, survey, images };
}

function expectUp(nodes: readonly Node[]): void {
  const down = nodes.find(({ isReady }) => !isReady);
  if (!down) return;
  fail({
    code: 'GR7451',
    message: `The node ${down.name} (${down.host}) is down, and services may run there.`,
    where: 'environments.<name>.driver',
    do: `Bring it back, or take it out: "docker node update --availability drain ${down.name}". Nothing was changed.`,
  });
}

import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import { expectGood } from '../compose/containers.ts';
import type { ComposeModel } from '../compose/model.ts';
import { colourProject, labelNames, slotLabels } from '../compose/scene.ts';
import type { Survey } from '../compose/survey.ts';
import type { Scene } from './scene.ts';

const listed = z.array(
  z.object({ Id: z.string(), Name: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
);

const colourNetwork = ({ slot }: Scene): string => `${colourProject(slot)}_link`;

async function find({ engine }: Scene, name: string) {
  const filters = encodeURIComponent(JSON.stringify({ name: [name], scope: ['swarm'] }));
  const all = listed.parse(expectGood(await engine.call('GET', `/networks?filters=${filters}`), 'list networks'));
  return all.find((each) => each.Name === name);
}

/** An overlay network of the colour, where a service has its names, and those of the stack, where it has none: infrastructure is found there. */
export async function raiseNetworks(
  scene: Scene,
  { team, infrastructure }: Survey,
  model: ComposeModel,
  service: string,
): Promise<readonly { readonly Target: string; readonly Aliases?: readonly string[] }[]> {
  const { engine, slot } = scene;
  const name = colourNetwork(scene);
  if (!(await find(scene, name))) {
    const body = { Name: name, Driver: 'overlay', CheckDuplicate: true, Labels: slotLabels(slot, slot.colour) };
    const answer = await engine.call('POST', '/networks/create', body);
    if (answer.status !== 409) expectGood(answer, `make the network ${name}`);
  }
  const own = model.services[service]?.networks ?? { default: null };
  const aliases = [service, ...Object.values(own).flatMap((network) => network?.aliases ?? [])];
  const shared: { Target: string }[] = [];
  for (const key of Object.keys(own)) {
    const { name: called = `${team}_${key}`, external } = model.networks[key] ?? {};
    const target = await find(scene, called ?? key);
    if (target) shared.push({ Target: target.Id });
    else if (external || infrastructure.length > 0) noNetwork(scene, called ?? key);
  }
  const colour = await find(scene, name);
  return [{ Target: colour?.Id ?? name, Aliases: aliases }, ...shared];
}

/** Of a colour that has no service any more. Tasks let go of it a little later: what stays is used again, or removed by the next stop. */
export async function removeNetwork(scene: Scene): Promise<boolean> {
  const { engine, slot } = scene;
  const network = await find(scene, colourNetwork(scene));
  if (!network || network.Labels?.[labelNames.state] !== slot.stateDirectory) return true;
  const answer = await engine.call('DELETE', `/networks/${network.Id}`);
  return answer.status < 300 || answer.status === 404;
}

const noNetwork = ({ slot }: Scene, name: string): never =>
  fail({
    code: 'GR7455',
    message: `The swarm has no network ${name}, which the stack file names.`,
    where: slot.config.file.join(', '),
    do: `Deploy the stack with its infrastructure, or make it: "docker network create -d overlay ${name}".`,
  });

import { fail } from '../../domain/failure.ts';
import { lastWords, type Cli } from './cli.ts';
import { containersWith, expectGood, type Container } from './containers.ts';
import type { ComposeModel } from './model.ts';
import { joinNetwork } from './networks.ts';
import { linkNetwork, type Scene } from './scene.ts';
import { isExternal, type Survey } from './survey.ts';

const POLL_MS = 200;

export const teamContainers = ({ engine }: Scene, team: string, service: string): Promise<readonly Container[]> =>
  containersWith(engine, {
    'com.docker.compose.project': team,
    'com.docker.compose.service': service,
    'com.docker.compose.oneoff': 'False',
  });

/** Services that run once, in the team's own project: started when they do not run, never made anew. Throws `GR6448`. */
export async function raiseInfrastructure(
  scene: Scene,
  { team, infrastructure }: Survey,
  cli: Cli,
  signal: AbortSignal,
): Promise<void> {
  const { slot, host } = scene;
  const missing: string[] = [];
  for (const service of infrastructure)
    if (!(await teamContainers(scene, team, service)).some(({ isRunning }) => isRunning)) missing.push(service);
  if (missing.length > 0) {
    const parameters = ['up', '-d', '--no-deps', '--no-recreate', ...missing];
    const end = await cli.onTeam(parameters, slot.config['build-within']);
    if (end.exitCode !== 0) notUp(scene, missing, lastWords(scene, end), notMade);
  }
  const untilMs = host.elapsed() + slot.config['infrastructure-within'];
  for (const service of infrastructure)
    for (;;) {
      const reason = whyNotReady(await teamContainers(scene, team, service));
      if (reason === null) break;
      if (host.elapsed() > untilMs) notUp(scene, [service], reason, notWell);
      await host.sleep(POLL_MS, signal);
    }
}

function whyNotReady(containers: readonly Container[]): string | null {
  const running = containers.filter(({ isRunning }) => isRunning);
  if (running.length === 0) {
    const [ended] = containers;
    return ended ? `its container ${ended.name} has ended with ${ended.exitCode}` : 'it has no container';
  }
  const unwell = running.find(({ health }) => health !== null && health !== 'healthy');
  return unwell ? `its health check says ${unwell.health}` : null;
}

/** Volumes that colours use are the team's own; the first use of one makes it, as Compose would. */
export async function raiseVolumes({ engine }: Scene, { team, apps }: Survey, model: ComposeModel): Promise<void> {
  const used = new Set(apps.flatMap(({ service }) => service.volumes.map(({ source }) => source)));
  for (const [volume, declared] of Object.entries(model.volumes)) {
    if (!used.has(volume) || isExternal(declared)) continue;
    const name = declared?.name ?? `${team}_${volume}`;
    const found = await engine.call('GET', `/volumes/${encodeURIComponent(name)}`);
    if (found.status !== 404) {
      expectGood(found, `look at the volume ${name}`);
      continue;
    }
    const labels = { 'com.docker.compose.project': team, 'com.docker.compose.volume': volume };
    const { driver, driver_opts: options } = declared ?? {};
    const body = { Name: name, Labels: labels, ...(driver ? { Driver: driver } : {}), DriverOpts: options ?? {} };
    expectGood(await engine.call('POST', '/volumes/create', body), `make the volume ${name}`);
  }
}

/** Makes infrastructure known to a colour, by the names it has in the compose file. */
export async function linkInfrastructure(scene: Scene, { team, infrastructure }: Survey): Promise<void> {
  for (const service of infrastructure)
    for (const container of await teamContainers(scene, team, service))
      if (container.isRunning) await joinNetwork(scene.engine, linkNetwork(scene.slot), container, [service]);
}

type Remedy = (services: readonly string[]) => string;

const notMade: Remedy = (services) =>
  `Try the same by hand ("docker compose up -d ${services.join(' ')}"), correct it, and deploy again.`;

const notWell: Remedy = ([service]) =>
  `Look at it ("docker compose logs ${service}"); a service that ends by itself is a job, not infrastructure.`;

function notUp(scene: Scene, services: readonly string[], reason: string, remedy: Remedy): never {
  fail({
    code: 'GR6448',
    message: `In the team's own project, what is needed does not run: ${services.join(', ')}. ${reason}`,
    where: scene.slot.config.file.join(', '),
    do: remedy(services),
  });
}

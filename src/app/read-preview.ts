import { fail } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import { previewCookie, previewHeader } from '../kinds/beside.ts';
import type { Colour } from '../kinds/driver.ts';
import { environmentOf } from './plan-deployment.ts';
import { openTraffic, publicAddresses } from './site.ts';
import type { World } from './world.ts';

export interface Preview {
  readonly release: string | null;
  readonly colour: Colour;
  readonly header: string;
  readonly cookie: string;
  /** Public addresses by service. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** How the previewed version of an environment is asked for, read from its proxy. Throws `GR7438` when nothing is previewed there. */
export async function readPreview(world: World, project: Project, name: string): Promise<Preview> {
  const environment = environmentOf(project, name);
  const beside = (await openTraffic(world, project, environment).current())?.beside;
  if (beside?.gets.kind !== 'preview')
    return fail({
      code: 'GR7438',
      message: `Nothing is previewed in ${name}.`,
      where: `environments.${name}.preview`,
      do: environment.preview
        ? 'A new version is previewed from its step "preview" to its cut-over, beside one that serves: look at "greenroom status".'
        : `Say "preview: true" at the environment, and deploy.`,
    });
  const { release, colour, gets } = beside;
  const addresses = Object.entries(publicAddresses(project, environment)).map(
    ([service, { host, port }]) => [service, `http://${host}:${port}/`] as const,
  );
  return {
    ...{ release, colour, header: `${previewHeader}: ${gets.secret}`, cookie: `${previewCookie}=${gets.secret}` },
    addresses: Object.fromEntries(addresses),
  };
}

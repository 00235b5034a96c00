import path from 'node:path';
import { maintain, type MaintenanceOrder } from '../app/maintain.ts';
import { environmentOf } from '../app/plan-deployment.ts';
import type { World } from '../app/world.ts';
import { readSmallFile } from '../config/source-text.ts';
import { fail } from '../domain/failure.ts';
import { readUntil } from '../domain/maintenance.ts';
import type { Project } from '../domain/project.ts';
import { exit } from './exit-code.ts';
import type { Session } from './session.ts';

export interface PageOptions {
  readonly notice?: string;
  readonly until?: string;
}

/** What the page is to say; read before anything is begun. */
export async function askedPage(
  project: Project,
  name: string,
  { notice, until }: PageOptions,
): Promise<NonNullable<MaintenanceOrder['page']>> {
  const untilAt = until === undefined ? null : readUntil(until, Date.now());
  if (until !== undefined && untilAt === null)
    fail({
      code: 'GR4337',
      message: `"${until}" is not a time that lies ahead.`,
      do: 'Use 22:30 by the clock of this machine, or an instant with its zone, such as 2026-11-21T22:30+01:00.',
    });
  const { maintenancePage } = environmentOf(project, name);
  return { notice: notice ?? null, untilAt, ownHtml: ownPage(project, name, maintenancePage) };
}

/** Read to the end; how large a page may be is said where it is shown. */
const mostPageBytes = 1024 * 1024;

function ownPage(project: Project, name: string, file: string | undefined): string | null {
  if (file === undefined) return null;
  const read = readSmallFile(path.join(project.directory, file), mostPageBytes);
  if (typeof read === 'string') return read;
  return fail({
    code: 'GR4335',
    message: `The page for maintenance of ${name} cannot be read: ${file} ${read.says}.`,
    where: `environments.${name}.maintenance-page`,
    do: 'Put the file there, or take the line out: the plain page needs none.',
  });
}

/** What no page covers, always said: who closes an environment must not learn it from a reader. */
export function sayOpen(out: Session['out'], paths: readonly string[]): void {
  out.line(`  open   ${paths.join(', ')}: asked for health and by "bake.probes", and answered as without a page`);
  if (paths.includes('/'))
    out.line(
      '         / is one of them, so whoever comes to the front page sees no page: probe another path in "bake.probes".',
    );
}

/** Closes an environment for as long as `work` takes, and opens it again only where that ended well. */
export async function closedMeanwhile(
  { out }: Pick<Session, 'out'>,
  world: World,
  order: MaintenanceOrder,
  work: () => Promise<number>,
): Promise<number> {
  const { environment } = order;
  const shown = await maintain(world, order);
  if (shown) {
    out.line(`${out.style('yellow', 'closed')}  everybody who comes to ${environment} gets the page`);
    sayOpen(out, shown.open);
  }
  const code = await work();
  if (code === exit.ok) {
    await maintain(world, { ...order, page: null });
    out.line(`${out.style('green', 'open')}  ${environment} is verified, and the page is gone`);
  } else
    out.note(
      `The page stays: ${environment} is not verified. Look at "greenroom status"; "greenroom maintenance off ${environment}" opens it.`,
    );
  return code;
}

import { maintain } from '../../app/maintain.ts';
import { untilWords } from '../../domain/maintenance.ts';
import type { MaintenancePage } from '../../kinds/maintenance.ts';
import { askedPage, sayOpen, type PageOptions } from '../closing.ts';
import { exit } from '../exit-code.ts';
import type { CommandBody, Session } from '../session.ts';

export const maintenance =
  (wanted: 'on' | 'off', environment: string, options: PageOptions): CommandBody =>
  async (session) => {
    const { project } = session.load();
    const page = wanted === 'on' ? await askedPage(project, environment, options) : null;
    const world = await session.world();
    const shown = await maintain(world, { project, environment, actor: await session.actor(), page });
    if (session.out.isJson) session.out.json({ ok: true, environment, maintenance: shown && told(shown) });
    else if (shown === null) session.out.line(`${environment} is open.`);
    else sayClosed(session, environment, shown);
    return exit.ok;
  };

const told = ({ by, since, notice, until, open }: MaintenancePage): object => ({ by, since, notice, until, open });

function sayClosed({ out }: Session, environment: string, { until, open }: MaintenancePage): void {
  const planned = until === null ? '' : `, planned until ${untilWords(until, Date.now())}`;
  out.line(`${out.style('yellow', 'closed')}  everybody who comes to ${environment} gets the page${planned}`);
  sayOpen(out, open);
  out.line(`  do     "greenroom maintenance off ${environment}" opens it again; nothing else does.`);
}

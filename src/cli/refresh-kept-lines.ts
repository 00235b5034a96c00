// Old databases that a refresh has kept, with the command that goes back to the newest, or could not drop, with the one that does.
import type { Kept } from '../refresh/kept.ts';
import type { Left } from '../refresh/tidy.ts';
import { when } from './data-lines.ts';
import type { Session } from './session.ts';

const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Whom the statements are for. */
export interface Server {
  /** `host:port/database`. */
  readonly target: string;
  /** Empty: whoever psql says. */
  readonly role: string;
}

export function psqlCommand(statements: readonly string[], { target, role }: Server): string {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)\//.exec(target) ?? [];
  const as = role === '' ? '' : ` -U ${shellWord(role)}`;
  const asked = statements.map((statement) => `-c ${shellWord(statement)}`).join(' ');
  return `psql -v ON_ERROR_STOP=1 -h ${host} -p ${port}${as} -d postgres ${asked}`;
}

export function sayKept({ out }: Session, kept: readonly Kept[], server: Server): void {
  for (const { name, replacedAt } of kept) out.line(`  kept       ${name}, replaced ${when(Date.parse(replacedAt))}`);
  if (kept[0]) out.line(`  go back    ${psqlCommand(kept[0].back, server)}`);
}

export function sayLeft({ out }: Session, left: readonly Left[], server: Server): void {
  for (const { name, because, removal } of left) {
    out.line(
      `  ${out.style('yellow', 'left')}       ${name} has replaced data and could not be dropped (${because}); the next refresh tries again`,
    );
    out.line(`  remove     ${psqlCommand([removal], server)}`);
  }
}

// Old databases that a refresh has kept, and the command that goes back to the newest.
import type { Kept } from '../refresh/kept.ts';
import { when } from './data-lines.ts';
import type { Session } from './session.ts';

const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** `target`: `host:port/database`. */
export function backCommand({ back }: Kept, target: string): string {
  const [, host, port] = /^(.*):(\d+)\//.exec(target) ?? [];
  const asked = back.map((statement) => `-c ${shellWord(statement)}`).join(' ');
  return `psql -v ON_ERROR_STOP=1 -h ${host} -p ${port} -d postgres ${asked}`;
}

export function sayKept({ out }: Session, kept: readonly Kept[], target: string): void {
  for (const { name, replacedAt } of kept) out.line(`  kept       ${name}, replaced ${when(Date.parse(replacedAt))}`);
  if (kept[0]) out.line(`  go back    ${backCommand(kept[0], target)}`);
}

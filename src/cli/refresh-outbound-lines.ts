// What a refresh says of settings that reach outside. Names and counts; values never.
import type { OutboundVariables } from '../app/outbound-variables.ts';
import { writtenRule } from '../config/refresh-lines.ts';
import { isSunk } from '../domain/refresh/outbound-columns.ts';
import { counted } from '../kinds/wording.ts';
import type { OutboundCount } from '../refresh/count-outbound.ts';
import type { Session } from './session.ts';

/** For programs. */
export const outboundColumns = ({ outbound }: { readonly outbound: readonly OutboundCount[] }) =>
  outbound.map(({ table, name, rule, valueCount, replacedCount }) => ({
    ...{ column: `${table}.${name}`, rule: writtenRule(rule), valueCount, replacedCount },
  }));

export function sayOutbound(
  { out }: Session,
  isDryRun: boolean,
  columns: readonly OutboundCount[],
  { shared, unreadCount }: OutboundVariables,
  environments: { readonly here: string; readonly there: string },
): void {
  const warn = (line: string): void => out.line(`  ${out.style('yellow', 'outbound')}   ${line}`);
  for (const { table, name, rule, valueCount, replacedCount } of columns) {
    const rows = isDryRun ? '' : `${replacedCount} of ${counted(valueCount, 'value')} replaced, `;
    if (rule.kind === 'keep') warn(`${table}.${name} reaches outside and is kept: ${writtenRule(rule)}`);
    else if (!isSunk(rule)) warn(`${table}.${name} reaches outside, and its rule may leave that: ${writtenRule(rule)}`);
    else out.line(`  outbound   ${table}.${name}: ${rows}${writtenRule(rule)}`);
  }
  const { here, there } = environments;
  for (const { name, there: other, purpose } of shared)
    warn(
      `${name} of ${here} is ${other === name ? `that of ${there}` : `${other} of ${there}`} (${purpose}): what is sent there reaches the same people`,
    );
  if (unreadCount > 0)
    warn(
      `${counted(unreadCount, 'variable')} of ${here} and ${there} cannot be read here and ${unreadCount === 1 ? 'was' : 'were'} not compared`,
    );
}

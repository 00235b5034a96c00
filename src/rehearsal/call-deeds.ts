// Functions called anywhere in a tree, and settings changed by one.
import type { FuncCall } from 'libpg-query';
import type { Deed } from '../domain/rehearsal/statement.ts';
import { functionName } from './names.ts';

export function callDeeds(tree: unknown): readonly Deed[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const own = 'FuncCall' in tree ? [callDeed(tree.FuncCall as FuncCall)] : [];
  return [...own, ...Object.values(tree).flatMap(callDeeds)];
}

/** A setting whose name is not written out may be any. */
function callDeed({ funcname, args }: FuncCall): Deed {
  const name = functionName(funcname);
  if (name !== 'set_config') return { kind: 'call', function: name };
  const first = args?.[0];
  const said = first !== undefined && 'A_Const' in first ? first.A_Const.sval?.sval : undefined;
  return { kind: 'set', setting: said ?? 'all' };
}

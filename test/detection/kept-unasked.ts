// What is personal and would be kept without anybody being asked: the one mistake of a proposal that nothing stops later.
import { propose, type Proposal } from '../../src/domain/refresh/propose.ts';
import type { SourceTable } from '../../src/domain/refresh/source-schema.ts';
import { readPublicSchema } from './schemas.ts';

export type ProposalsOf = (tables: readonly SourceTable[]) => readonly Proposal[];

export const ofProduct: ProposalsOf = (tables) => propose(tables, { columns: {}, patterns: [], types: {} });

/** Keeps whatever it does not know. */
export const trusting: ProposalsOf = (tables) =>
  ofProduct(tables).map((each) =>
    each.confidence === 'unknown'
      ? { ...each, rule: { kind: 'keep', because: 'who knows' }, confidence: 'sure' }
      : each,
  );

export function keptUnasked(names: readonly string[], proposalsOf: ProposalsOf): readonly string[] {
  return names.flatMap((name) => {
    const { tables, truth } = readPublicSchema(name);
    const personal = new Set([...truth].flatMap(([place, { isOpen }]) => (isOpen ? [] : [place.split(' > ')[0]!])));
    return proposalsOf(tables)
      .filter(({ rule, confidence, column }) => confidence === 'sure' && rule?.kind === 'keep' && personal.has(column))
      .map(({ column, because }) => `${name}: ${column} (${because})`);
  });
}

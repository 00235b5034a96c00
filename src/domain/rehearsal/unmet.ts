import type { AskedRelation, UnmetChange } from './facts.ts';
import type { Need, ShapeChange, ShapeFact } from './shape.ts';
import type { StatementUses } from './statement-use.ts';

interface Met {
  /** Of before. */
  readonly shape: readonly ShapeFact[];
  readonly asked: readonly AskedRelation[];
  readonly statements: StatementUses;
  /** Whether the role is declared by which the old version logs in. */
  readonly isNamed: boolean;
  /** Whether all of its statements are captured: then those that only planning would not meet have reasons of their own. */
  readonly isCaptured: boolean;
}

/** Changes that no statement of the old version met as it would meet them in use. Of a table that none asks for, only what nobody but its role could meet. */
export function unmetChanges(changes: readonly ShapeChange[], met: Met): readonly UnmetChange[] {
  const known = new Set([...met.asked, ...met.statements.uses].map(({ relation }) => relation));
  return changes.flatMap(({ relation, what, need, bindsOwner }): readonly UnmetChange[] => {
    if (!bindsOwner && !met.isNamed) return [{ relation, what, by: 'role' }];
    if (!known.has(relation) || (met.isCaptured && need.by !== 'nothing' && need.by !== 'filled')) return [];
    return isMet(relation, need, met) ? [] : [{ relation, what, by: 'statement' }];
  });
}

function isMet(relation: string, need: Need, { shape, asked, statements: { uses, compared } }: Met): boolean {
  const own = uses.filter((use) => use.relation === relation);
  const names =
    (column: string) =>
    ({ written }: (typeof own)[number]) =>
      written === null || written.includes(column);
  switch (need.by) {
    case 'nothing':
      return false;
    case 'filled': {
      const inserts = own.filter(({ command }) => command === 'insert');
      return inserts.length > 0 && inserts.every(names(need.column));
    }
    case 'value': {
      const has = (each: string) =>
        shape.some(({ kind, relation, name }) => kind === 'type' && relation === each && name === need.column);
      const isCompared = compared.some(({ column, among }) => {
        const owners = column === need.column ? among.filter(has) : [];
        return owners.length === 1 && owners[0] === relation;
      });
      return (
        isCompared || own.some((use) => use.command !== 'select' && use.command !== 'delete' && names(need.column)(use))
      );
    }
    case 'command': {
      const { commands, columns } = need;
      const isRead = asked.some((each) => each.relation === relation && each.modes.includes('AccessShareLock'));
      if (commands.includes('select') && isRead) return true;
      // What is inserted gets a value in every column; what is updated only where it says so.
      return own.some(
        (use) =>
          commands.includes(use.command) &&
          (use.command !== 'update' || columns.length === 0 || columns.some((column) => names(column)(use))),
      );
    }
  }
}

// What a statement of the old version writes and compares, as it is written; what it reaches through views and functions is told by its locks.
import { hasSqlDetails, parse, type Node, type RangeVar } from 'libpg-query';
import type { Command, StatementUses } from '../domain/rehearsal/statement-use.ts';
import { relationName } from './names.ts';

/** Relations by the names that stand in it. Empty of what the parser does not read. */
export async function statementUses(text: string): Promise<StatementUses> {
  try {
    const { stmts = [] } = await parse(`${text}\n`);
    const each = stmts.flatMap(({ stmt }) => (stmt === undefined ? [] : [usesOf(stmt)]));
    return { uses: each.flatMap(({ uses }) => uses), compared: each.flatMap(({ compared }) => compared) };
  } catch (error) {
    if (hasSqlDetails(error)) return { uses: [], compared: [] };
    throw error;
  }
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (given: unknown): given is Tree => typeof given === 'object' && given !== null;

/** Where columns are compared with something. */
const comparing = [
  'whereClause',
  'quals',
  'sortClause',
  'groupClause',
  'havingClause',
  'joinCondition',
  'distinctClause',
];

function usesOf(statement: Node): StatementUses {
  const [read, written]: [RangeVar[], RangeVar[]] = [[], []];
  const uses: StatementUses['uses'][number][] = [];
  const references: (readonly string[])[] = [];
  const walk = (given: unknown, isComparing: boolean): void => {
    if (!isTree(given)) return;
    for (const [name, part] of Object.entries(given)) {
      if (!isTree(part)) continue;
      if (name === 'RangeVar') read.push(part as RangeVar);
      if (name === 'ColumnRef' && isComparing) references.push(namesIn(part.fields));
      if (isWriting(name)) {
        written.push(part.relation as RangeVar);
        uses.push(...writesOf(name, part));
      }
      walk(part, isComparing || comparing.includes(name));
    }
  };
  walk(statement, false);
  const reads = read.map((each) => ({ relation: relationName(each), command: 'select' as const, written: [] }));
  const compared = references.flatMap((names) => {
    const [column, owner] = names.toReversed();
    const among = [...read, ...written].filter(
      (each) => owner === undefined || (each.alias?.aliasname ?? each.relname) === owner,
    );
    return column === undefined ? [] : [{ column, among: [...new Set(among.map(relationName))] }];
  });
  return { uses: [...uses, ...reads], compared };
}

const namesIn = (nodes: unknown): readonly string[] =>
  ((nodes ?? []) as readonly Node[]).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));

const writing: Readonly<Record<string, Command>> = {
  ...{ InsertStmt: 'insert', UpdateStmt: 'update', DeleteStmt: 'delete' },
};
const isWriting = (name: string): boolean => name in writing || name === 'MergeStmt';

const targets = (list: unknown): readonly string[] =>
  ((list ?? []) as readonly Node[]).flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []));

function writesOf(name: string, tree: Tree): StatementUses['uses'] {
  const relation = relationName(tree.relation as RangeVar);
  // PostgreSQL reads the rows that it updates or deletes.
  const read = { relation, command: 'select' as const, written: [] };
  if (name === 'MergeStmt')
    return [read, ...((tree.mergeWhenClauses ?? []) as readonly Tree[]).flatMap((each) => mergeWrites(relation, each))];
  const command = writing[name]!;
  if (command === 'delete') return [read, { relation, command, written: [] }];
  if (command === 'update') return [read, { relation, command, written: targets(tree.targetList) }];
  const columns = targets(tree.cols);
  const conflict = tree.onConflictClause as Tree | undefined;
  const updated = targets(conflict?.targetList);
  return [
    { relation, command, written: columns.length === 0 ? null : columns },
    ...(updated.length === 0 ? [] : [{ relation, command: 'update' as const, written: updated }]),
  ];
}

function mergeWrites(relation: string, { MergeWhenClause: clause }: Tree): StatementUses['uses'] {
  if (!isTree(clause)) return [];
  const command = ({ CMD_INSERT: 'insert', CMD_UPDATE: 'update', CMD_DELETE: 'delete' } as const)[
    String(clause.commandType)
  ];
  const columns = targets(clause.targetList);
  if (command === undefined) return [];
  return [{ relation, command, written: command === 'insert' && columns.length === 0 ? null : columns }];
}

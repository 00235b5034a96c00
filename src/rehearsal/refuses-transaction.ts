import type { Node } from 'libpg-query';

/** What PostgreSQL answers with 25001 inside of a transaction, as far as the text says; of the rest the answer itself tells. */
export function refusesTransaction(statement: Node): boolean {
  if ('IndexStmt' in statement) return statement.IndexStmt.concurrent === true;
  if ('DropStmt' in statement) return statement.DropStmt.concurrent === true;
  if ('ReindexStmt' in statement) {
    const { kind, params } = statement.ReindexStmt;
    const isWide = kind !== 'REINDEX_OBJECT_INDEX' && kind !== 'REINDEX_OBJECT_TABLE';
    return isWide || (params ?? []).some((each) => 'DefElem' in each && each.DefElem.defname === 'concurrently');
  }
  if ('AlterTableStmt' in statement)
    return (statement.AlterTableStmt.cmds ?? []).some((each) => {
      const detached = 'AlterTableCmd' in each ? each.AlterTableCmd.def : undefined;
      return detached !== undefined && 'PartitionCmd' in detached && detached.PartitionCmd.concurrent === true;
    });
  if ('VacuumStmt' in statement) return statement.VacuumStmt.is_vacuumcmd === true;
  return alone.some((name) => name in statement);
}

const alone = ['CreatedbStmt', 'DropdbStmt', 'CreateTableSpaceStmt', 'DropTableSpaceStmt', 'AlterSystemStmt'];

// One statement's tree to deeds. What no rule asks about is `other`.
import type { Node, VariableSetStmt } from 'libpg-query';
import { lockModes } from '../domain/rehearsal/lock-mode.ts';
import type { Administered, Deed } from '../domain/rehearsal/statement.ts';
import { alterDeeds } from './alter-deeds.ts';
import { bodyDeeds } from './body-deeds.ts';
import { callDeeds } from './call-deeds.ts';
import { listedName, relationName } from './names.ts';

/** At least one; those of a DO block's body in its place. */
export async function deedsOf(statement: Node): Promise<readonly Deed[]> {
  const deeds = 'DoStmt' in statement ? await bodyDeeds(statement.DoStmt, deedsOf) : plainDeeds(statement);
  // A function may be called anywhere: in a default, in the query of a view, in what is copied.
  const all = [...deeds, ...callDeeds(statement)];
  return all.length > 0 ? all : [{ kind: 'other' }];
}

function plainDeeds(statement: Node): readonly Deed[] {
  return [...tableDeeds(statement), ...sessionDeeds(statement), ...administered(statement)];
}

function tableDeeds(statement: Node): readonly Deed[] {
  if ('AlterTableStmt' in statement) return alterDeeds(statement.AlterTableStmt);
  if ('CreateStmt' in statement) {
    const { relation, partbound, inhRelations } = statement.CreateStmt;
    const parent = inhRelations?.[0];
    const partitionOf =
      partbound !== undefined && parent !== undefined && 'RangeVar' in parent ? relationName(parent.RangeVar) : null;
    return [{ kind: 'create-table', relation: relationName(relation!), partitionOf }];
  }
  if ('CreateTableAsStmt' in statement) {
    const made = statement.CreateTableAsStmt.into?.rel;
    return made === undefined ? [] : [{ kind: 'create-table', relation: relationName(made), partitionOf: null }];
  }
  if ('IndexStmt' in statement) {
    const { idxname, relation, indexParams, concurrent } = statement.IndexStmt;
    const columns = (indexParams ?? []).map((each) => ('IndexElem' in each ? (each.IndexElem.name ?? '') : ''));
    return [
      {
        ...{ kind: 'create-index', name: idxname ?? '', relation: relationName(relation!), columns },
        ...{ isConcurrent: concurrent === true, isOnly: relation!.inh !== true },
      },
    ];
  }
  if ('DropStmt' in statement && statement.DropStmt.removeType === 'OBJECT_INDEX') {
    const { objects, concurrent } = statement.DropStmt;
    return (objects ?? []).map((each) => {
      const name = 'List' in each ? listedName(each.List.items) : '';
      return { kind: 'drop-index', name, isConcurrent: concurrent === true };
    });
  }
  if ('ReindexStmt' in statement) {
    const { relation, name, params } = statement.ReindexStmt;
    const isConcurrent = (params ?? []).some((each) => 'DefElem' in each && each.DefElem.defname === 'concurrently');
    return [{ kind: 'reindex', name: relation === undefined ? (name ?? '') : relationName(relation), isConcurrent }];
  }
  if ('RefreshMatViewStmt' in statement) {
    const { relation, concurrent } = statement.RefreshMatViewStmt;
    return [{ kind: 'refresh', relation: relationName(relation!), isConcurrent: concurrent === true }];
  }
  return maintenanceDeeds(statement);
}

function maintenanceDeeds(statement: Node): readonly Deed[] {
  if ('ClusterStmt' in statement) {
    const { relation } = statement.ClusterStmt;
    return relation === undefined ? [] : [{ kind: 'cluster', relation: relationName(relation) }];
  }
  if ('VacuumStmt' in statement) {
    const { options, rels } = statement.VacuumStmt;
    if (!(options ?? []).some((each) => 'DefElem' in each && each.DefElem.defname === 'full')) return [];
    return (rels ?? []).flatMap((each): Deed[] => {
      const relation = 'VacuumRelation' in each ? each.VacuumRelation.relation : undefined;
      return relation === undefined ? [] : [{ kind: 'vacuum-full', relation: relationName(relation) }];
    });
  }
  if ('LockStmt' in statement) {
    const mode = lockModes[(statement.LockStmt.mode ?? 0) - 1] ?? 'AccessExclusiveLock';
    return (statement.LockStmt.relations ?? []).flatMap((each): Deed[] =>
      'RangeVar' in each ? [{ kind: 'lock-table', relation: relationName(each.RangeVar), mode }] : [],
    );
  }
  return [];
}

function sessionDeeds(statement: Node): readonly Deed[] {
  if ('TransactionStmt' in statement) return transactionDeeds(statement.TransactionStmt.kind ?? '');
  if ('VariableSetStmt' in statement) return [settingDeed(statement.VariableSetStmt)];
  if ('AlterRoleSetStmt' in statement) return [settingDeed(statement.AlterRoleSetStmt.setstmt)];
  if ('AlterDatabaseSetStmt' in statement) return [settingDeed(statement.AlterDatabaseSetStmt.setstmt)];
  if ('CopyStmt' in statement) {
    const { is_program: isProgram, filename } = statement.CopyStmt;
    return [{ kind: 'copy', with: isProgram ? 'program' : filename ? 'file' : 'client' }];
  }
  return [];
}

/** A savepoint begins and ends nothing that another session sees. */
function transactionDeeds(kind: string): readonly Deed[] {
  const word = {
    ...{ TRANS_STMT_BEGIN: 'begin', TRANS_STMT_START: 'begin', TRANS_STMT_COMMIT: 'commit' },
    ...{ TRANS_STMT_ROLLBACK: 'rollback', TRANS_STMT_PREPARE: 'commit' },
    ...{ TRANS_STMT_COMMIT_PREPARED: 'commit', TRANS_STMT_ROLLBACK_PREPARED: 'rollback' },
  }[kind];
  return word === undefined ? [] : [{ kind: 'transaction', word: word as 'begin' | 'commit' | 'rollback' }];
}

const settingDeed = (set: VariableSetStmt | undefined): Deed => ({
  kind: 'set',
  setting: set === undefined || set.kind === 'VAR_RESET_ALL' ? 'all' : (set.name ?? 'all'),
});

const administering: Readonly<Record<string, Administered>> = {
  ...{ CreateExtensionStmt: 'extension', AlterExtensionStmt: 'extension', AlterExtensionContentsStmt: 'extension' },
  ...{ CreateForeignServerStmt: 'server', AlterForeignServerStmt: 'server', CreateUserMappingStmt: 'server' },
  ...{ AlterUserMappingStmt: 'server', CreateFdwStmt: 'server', ImportForeignSchemaStmt: 'server' },
  ...{ CreateSubscriptionStmt: 'subscription', AlterSubscriptionStmt: 'subscription' },
  ...{ CreateRoleStmt: 'role', AlterRoleStmt: 'role', DropRoleStmt: 'role', GrantRoleStmt: 'role' },
  ...{ AlterSystemStmt: 'system-setting', CreatedbStmt: 'database', DropdbStmt: 'database' },
  ...{ CreateTableSpaceStmt: 'database', DropTableSpaceStmt: 'database' },
};

function administered(statement: Node): readonly Deed[] {
  if ('DropStmt' in statement && statement.DropStmt.removeType === 'OBJECT_EXTENSION')
    return [{ kind: 'administer', object: 'extension' }];
  if ('CreateFunctionStmt' in statement) {
    const said = (statement.CreateFunctionStmt.options ?? []).flatMap((each) =>
      'DefElem' in each && each.DefElem.defname === 'language' ? [each.DefElem.arg] : [],
    )[0];
    const language = said !== undefined && 'String' in said ? (said.String.sval ?? '').toLowerCase() : 'sql';
    return ['sql', 'plpgsql'].includes(language) ? [] : [{ kind: 'administer', object: 'untrusted-function' }];
  }
  return Object.entries(administering).flatMap(([tag, object]): Deed[] =>
    tag in statement ? [{ kind: 'administer', object }] : [],
  );
}

// ALTER TABLE, command by command.
import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint, Node } from 'libpg-query';
import type { Deed } from '../domain/rehearsal/statement.ts';
import { functionName, relationName, wordsOf } from './names.ts';

/** Indexes are altered without anybody waiting for their table's rows. */
export function alterDeeds({ relation, cmds, objtype }: AlterTableStmt): readonly Deed[] {
  if (relation === undefined || objtype === 'OBJECT_INDEX') return [];
  const name = relationName(relation);
  return (cmds ?? []).flatMap((each) => ('AlterTableCmd' in each ? commandDeeds(name, each.AlterTableCmd) : []));
}

function commandDeeds(relation: string, { subtype, def }: AlterTableCmd): readonly Deed[] {
  switch (subtype) {
    case 'AT_AddColumn':
      return def !== undefined && 'ColumnDef' in def ? columnDeeds(relation, def.ColumnDef) : [];
    case 'AT_AddConstraint':
      return def !== undefined && 'Constraint' in def ? constraintDeeds(relation, def.Constraint, []) : [];
    case 'AT_SetExpression':
      return [{ kind: 'set-expression', relation }];
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
      return [{ kind: 'set-logged', relation }];
    case 'AT_DropNotNull':
      return [{ kind: 'drop-not-null', relation }];
    case 'AT_DropConstraint':
      return [{ kind: 'drop-constraint', relation }];
    case 'AT_DisableTrig':
    case 'AT_DisableTrigAll':
    case 'AT_DisableTrigUser':
    case 'AT_DisableRule':
      return [{ kind: 'disable-trigger', relation }];
    case 'AT_DetachPartition': {
      const isConcurrent = def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
      return [{ kind: 'detach-partition', relation, isConcurrent }];
    }
    default:
      return [];
  }
}

/** Constraints that a column brings along are read for every row but NOT NULL and references, which an empty column meets at once. */
function columnDeeds(relation: string, column: ColumnDef): readonly Deed[] {
  const constraints = (column.constraints ?? []).flatMap((each) => ('Constraint' in each ? [each.Constraint] : []));
  const reference = constraints.find(({ contype }) => contype === 'CONSTR_FOREIGN')?.pktable;
  const name = column.colname ?? '';
  const references = reference === undefined ? null : relationName(reference);
  return [
    { kind: 'add-column', relation, column: name, fill: fillOf(column, constraints), references },
    ...constraints
      .filter(({ contype }) => ['CONSTR_UNIQUE', 'CONSTR_PRIMARY', 'CONSTR_CHECK'].includes(contype ?? ''))
      .flatMap((constraint) => constraintDeeds(relation, constraint, [name])),
  ];
}

type Fill = (Deed & { readonly kind: 'add-column' })['fill'];

function fillOf({ typeName }: ColumnDef, constraints: readonly Constraint[]): Fill {
  const isOf = (type: string) => constraints.find(({ contype }) => contype === type);
  if (/serial/.test(wordsOf(typeName?.names).join('.')) || isOf('CONSTR_IDENTITY')) return 'sequence';
  const generated = isOf('CONSTR_GENERATED') as (Constraint & { readonly generated_kind?: string }) | undefined;
  if (generated !== undefined) return generated.generated_kind === 'v' ? 'virtual' : 'stored';
  const preset = isOf('CONSTR_DEFAULT')?.raw_expr;
  if (preset === undefined) return 'none';
  return isConstant(preset) ? 'constant' : isStable(preset) ? 'stable' : 'volatile';
}

function isConstant(expression: Node): boolean {
  if ('A_Const' in expression) return true;
  if ('TypeCast' in expression) return expression.TypeCast.arg !== undefined && isConstant(expression.TypeCast.arg);
  if ('A_ArrayExpr' in expression) return (expression.A_ArrayExpr.elements ?? []).every(isConstant);
  if (!('A_Expr' in expression)) return false;
  const { lexpr, rexpr } = expression.A_Expr;
  return (lexpr === undefined || isConstant(lexpr)) && rexpr !== undefined && isConstant(rexpr);
}

/** One value for all rows, found when the column is added; of functions that nobody knows it is not assumed. */
const stableFunctions = ['now', 'transaction_timestamp', 'statement_timestamp', 'current_setting'];

const isStable = (expression: Node): boolean =>
  'SQLValueFunction' in expression ||
  ('FuncCall' in expression && stableFunctions.includes(functionName(expression.FuncCall.funcname)));

type ConstraintWord = (Deed & { readonly kind: 'add-constraint' })['constraint'];
const constraintWords: Readonly<Record<string, ConstraintWord>> = {
  ...{ CONSTR_CHECK: 'check', CONSTR_NOTNULL: 'not-null', CONSTR_FOREIGN: 'foreign-key' },
  ...{ CONSTR_UNIQUE: 'unique', CONSTR_PRIMARY: 'primary-key', CONSTR_EXCLUSION: 'exclusion' },
};

function constraintDeeds(
  relation: string,
  { contype, fk_attrs, keys, skip_validation, indexname, pktable }: Constraint,
  column: readonly string[],
): readonly Deed[] {
  const constraint = constraintWords[contype ?? ''];
  if (constraint === undefined) return [];
  const named = wordsOf(fk_attrs ?? keys);
  return [
    {
      ...{ kind: 'add-constraint', relation, constraint, columns: named.length > 0 ? named : column },
      ...{ isValid: skip_validation !== true, usesIndex: indexname !== undefined },
      references: pktable === undefined ? null : relationName(pktable),
    },
  ];
}

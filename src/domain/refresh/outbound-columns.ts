// Columns through which a copy would reach outside: settings by name, servers of mail, webhooks. Proposed for, and listed after each refresh.
import type { PlannedTable } from './compile.ts';
import { tellingOf, type Detected } from './detect.ts';
import type { DetectedLeaf } from './detect-leaves.ts';
import { named, namesHost, nameWords, reachOf, type Reach } from './outbound.ts';
import type { Rule } from './rules.ts';
import { columnName, familyOf, type SourceColumn, type SourceTable } from './source-schema.ts';
import { surroundingsOf } from './surroundings.ts';

const isNaming = /(?:^|_)(?:key|name|option|code|setting|variable|property|parameter|param)$/;
const isValue = /(?:^|_)(?:value|val)$/;

/** The column of a table of settings that says which one a row is, beside the one that holds its value. */
export function namingColumn({ columns }: SourceTable, { name }: SourceColumn): SourceColumn | null {
  if (!isValue.test(nameWords(name))) return null;
  const isText = ({ type, isGenerated }: SourceColumn): boolean => familyOf(type) === 'text' && !isGenerated;
  return columns.find((each) => each.name !== name && isText(each) && isNaming.test(nameWords(each.name))) ?? null;
}

/** More of a value than this is no setting. */
const LONGEST_SETTING = 4000;

/** How the sampled values reach outside, each by the name of its setting. */
function reachesOf(column: SourceColumn, by: SourceColumn | null): readonly Reach[] {
  return column.samples.flatMap((sample, i) => {
    const name = by === null ? column.name : (by.samples[i] ?? '');
    const reach = sample === null ? null : reachOf(name, sample.slice(0, LONGEST_SETTING));
    return reach === null ? [] : [reach];
  });
}

/** What is kept there is somebody's. */
const ofSomebody = /user|customer|client|member|person|people|profile|employee|contact/i;

/** What the masker `outbound` is proposed for: other maskers would leave a host, or make every setting useless. */
export function outboundIn(table: SourceTable, column: SourceColumn, leaves: readonly DetectedLeaf[]): Detected | null {
  const family = familyOf(column.type);
  if (family !== 'text' && family !== 'json') return null;
  const by = namingColumn(table, column);
  const reaches = reachesOf(column, by);
  const valueCount = column.samples.filter((sample) => sample !== null && sample.trim() !== '').length;
  const because = `${reaches.length} of ${valueCount} values reach outside (${[...new Set(reaches)].toSorted().join(', ')})`;
  const around = surroundingsOf(table.name, []);
  if (by !== null && !around.isAboutPeople && !ofSomebody.test(table.name)) {
    const isTold = around.isOfSettings || reaches.some((reach) => reach !== 'url' && reach !== 'email');
    return reaches.length > 0 && isTold ? { masker: 'outbound', confidence: 'likely', because } : null;
  }
  if (family === 'json' ? !column.samples.some((json) => namesHost(json ?? '')) : !reaches.includes('host'))
    return null;
  if (family === 'text' && new RegExp(named.host).test(nameWords(column.name)))
    return { masker: 'outbound', confidence: 'sure', because: `its name "${column.name}", and ${because}` };
  const isOfPeople = leaves.some(({ detected }) => !['url', 'email', 'token', 'ip'].includes(detected.masker));
  return family === 'json' && !isOfPeople ? { masker: 'outbound', confidence: 'likely', because } : null;
}

const calledOutside =
  /(?:^|_)(?:webhooks?|callbacks?|notif\w*|ipn|postback|smtp|push|payload|target|hook)_?(?:url|uri|endpoint|address|host)s?$|^(?:webhook|endpoint|callback)s?$/;
const outward =
  /(?:^|_)(?:webhook|integration|endpoint|hook|smtp|mailer|mail|connector|channel|payment|gateway|provider)s?(?:_|$)/;

function isOutbound(table: SourceTable, column: SourceColumn): boolean {
  const family = familyOf(column.type);
  if (family !== 'text' && family !== 'text-array' && family !== 'json') return false;
  if (calledOutside.test(nameWords(column.name))) return true;
  const own = nameWords(table.name.split('.').at(-1)!.replaceAll('"', ''));
  if (!outward.test(own) && !surroundingsOf(table.name, []).isOfSettings) return false;
  const by = namingColumn(table, column);
  return family === 'text-array'
    ? tellingOf(column.samples, family).some((text) => reachOf(column.name, text) !== null)
    : reachesOf(column, by).length > 0;
}

export interface ReachingColumn {
  readonly table: string;
  readonly name: string;
  readonly rule: Rule;
}

/** What is listed: every column of the masker `outbound`, and whatever else looks like a setting that reaches outside, with the rule it has. */
export const reachingColumns = (
  tables: readonly SourceTable[],
  plan: readonly PlannedTable[],
): readonly ReachingColumn[] => {
  const rules = new Map(
    plan.flatMap((table) => table.columns.map(({ name, rule }): [string, Rule] => [`${table.name}.${name}`, rule])),
  );
  return tables.flatMap((table) =>
    table.columns.flatMap((column): readonly ReachingColumn[] => {
      const rule = rules.get(columnName(table, column));
      if (!rule || (!isOfOutbound(rule) && !isOutbound(table, column))) return [];
      return [{ table: table.name, name: column.name, rule }];
    }),
  );
};

export const isOfOutbound = (rule: Rule): boolean => rule.kind === 'mask' && rule.masker === 'outbound';

const sinking: readonly string[] = ['outbound', 'url', 'email', 'token', 'digits'];
/** Whether nothing of a value reaches anybody after its rule. Running text and JSON by path keep what no rule meets, a URL as well. */
export const isSunk = (rule: Rule): boolean =>
  rule.kind === 'null' || rule.kind === 'constant' || (rule.kind === 'mask' && sinking.includes(rule.masker));

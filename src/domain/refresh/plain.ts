// What is known to say nothing of anybody, and why: only then is `keep` proposed for a text or for JSON. The reasons hold counts, never a value.
import { leavesIn } from './detect-leaves.ts';
import { tellingOf } from './detect.ts';
import { familyOf, type SourceColumn } from './source-schema.ts';
import { asWords, nowhere } from './surroundings.ts';
import { isEmail, isIp, isPhone, isRandom, isUuid } from './value-shapes.ts';

/** Numbers, times, switches: what of them is somebody's has a name that tells. */
const plainTypes: ReadonlySet<string> = new Set(
  [
    ...['bool', 'int2', 'int4', 'int8', 'oid', 'numeric', 'float4', 'float8', 'money', 'bit', 'varbit', 'uuid', 'enum'],
    ...['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'],
  ].flatMap((type) => [type, `_${type}`]),
);
export const isPlainType = (type: string): boolean => plainTypes.has(type);

/** Fewer values than this tell nothing of those that were not looked at. */
const FEWEST_VALUES = 20;
const MOST_CODES = 24;

const codeName =
  /(?:^|_)(?:status|state|type|kind|locale|lang|language|languages|currency|country|mode|level|role|format|mime_?type|mimetype|content_type|colou?r|time_?zone|tz|visibility|scopes?|provider|method|protocol|action|event|category|priority|severity|stage|unit|theme|encoding|charset|extension|model|driver|engine|interval|strategy|algorithm|algo|source|channel|icon|layout)$|(?:^|_)(?:country|currency|language|status)_code$/;
const isCode = (text: string): boolean =>
  text.length <= 40 && /^[\w+#./:*-]+$/.test(text) && ![isEmail, isIp, isPhone, isRandom].some((test) => test(text));

/** Why a column may be kept, from its values; null when nothing is known of it. */
export function plainReason(column: SourceColumn): string | null {
  const family = familyOf(column.type);
  if (family === 'json') return plainJson(column);
  if (family !== 'text' && family !== 'text-array') return null;
  return plainTexts(column.name, tellingOf(column.samples, family));
}

function plainTexts(name: string, values: readonly string[]): string | null {
  if (values.length < FEWEST_VALUES) return null;
  if (values.every(isUuid)) return `all of ${values.length} values are UUIDs`;
  const codes = new Set(values);
  const areFew = codes.size <= MOST_CODES && codes.size <= values.length / 3;
  if (!areFew || !codeName.test(asWords(name)) || !values.every(isCode)) return null;
  return `its name, and ${codes.size === 1 ? 'one code' : `${codes.size} different codes`} in ${values.length} values`;
}

/** Every leaf a number, a switch, a time or a code. */
function plainJson({ samples }: SourceColumn): string | null {
  const leaves = leavesIn(samples, nowhere);
  const values = leaves.reduce((sum, { texts }) => sum + texts.length, 0);
  if (values < FEWEST_VALUES || leaves.some((leaf) => !isPlainLeaf(leaf))) return null;
  return `all of ${values} values in it are numbers, switches, times and codes`;
}

export const isPlainLeaf = ({ key, texts }: { readonly key: string; readonly texts: readonly string[] }): boolean =>
  texts.every((text) => /^(?:true|false|-?\d{1,6}(?:\.\d+)?|\d{4}-\d\d-\d\d(?:[T ][\d:.+Z-]+)?)$/.test(text)) ||
  plainTexts(key, texts) !== null;

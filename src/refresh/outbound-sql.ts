// What a column of outbound settings is read as: the source itself puts sinks into the values, in the query that is copied, so none of them leaves it.
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import * as out from '../domain/refresh/outbound.ts';
import { literal, quoted } from './connect.ts';

/** As `nameWords` has it. */
const wordsOf = (name: string): string =>
  `regexp_replace(lower(regexp_replace(${name}, '([a-z0-9])([A-Z])', ${literal(String.raw`\1_\2`)}, 'g')), '[^a-z0-9]+', '_', 'g')`;

const replaced = (value: string, pattern: string, by: string, flags = 'g'): string =>
  `regexp_replace(${value}, ${literal(pattern)}, ${literal(by)}, '${flags}')`;

const insideReplaced = (value: string): string => {
  const urls = replaced(value, out.inside.url, String.raw`\1${out.SINK_HOST}\2/`);
  return replaced(replaced(urls, out.inside.email, out.SINK_EMAIL), out.inside.key, out.SINK_KEY);
};

export interface OutboundColumn {
  readonly name: string;
  readonly type: string;
  /** The column that says which setting a row is; null: the column's own name says it. */
  readonly by: string | null;
}

/** An expression over the columns of the table. */
export function outboundExpression({ name, type, by }: OutboundColumn): string {
  const isJson = type === 'json' || type === 'jsonb';
  const value = `${quoted(name)}${type === 'json' ? '::jsonb' : ''}::text`;
  const words = by === null ? literal(out.nameWords(name)) : wordsOf(`${quoted(by)}::text`);
  // A text of JSON is looked at without its quotes, and gets them back.
  const bare = isJson ? `CASE WHEN ${value} ~ '^"' THEN btrim(${value}, '"') END` : value;
  const put = (sink: string): string => (isJson ? `'"' || ${sink} || '"'` : sink);
  const host = `${literal(out.SINK_HOST)} || coalesce(substring(${bare} from ${literal(out.whole.port)}), '')`;
  const is = (kind: keyof typeof out.named): string =>
    `${words} ~ ${literal(out.named[kind])} AND ${bare} ~ ${literal(out.whole[kind])}`;
  const rest = isJson ? membersReplaced(insideReplaced(value)) : insideReplaced(value);
  const text = [
    `CASE WHEN ${is('secret')} THEN ${put(literal(out.SINK_KEY))}`,
    `WHEN ${is('host')} OR ${bare} ~ ${literal(out.whole.mailHost)} THEN ${put(host)}`,
    `WHEN ${is('phone')} THEN ${put(literal(out.SINK_PHONE))} ELSE ${rest} END`,
  ].join(' ');
  return isJson ? `(${text})::${type}` : text;
}

/** How a column of the plan is read from the source. */
export const selectedAs = ({ name, type, rule }: PlannedColumn): string =>
  rule.kind === 'mask' && rule.masker === 'outbound'
    ? `${outboundExpression({ name, type, by: rule.by })} AS ${quoted(name)}`
    : quoted(name);

const membersReplaced = (value: string): string =>
  replaced(
    replaced(value, out.member.secret, String.raw`\1"${out.SINK_KEY}"`, 'gi'),
    out.member.host,
    String.raw`\1"${out.SINK_HOST}\2"`,
    'gi',
  );

const sinks = [out.SINK_HOST, out.SINK_KEY, out.SINK_PHONE].map((sink) => sink.replace(/[.+]/g, String.raw`\$&`));

/** Of the copy: how many values hold a sink. */
export const holdsSink = (column: string): string => `${quoted(column)}::text ~ ${literal(sinks.join('|'))}`;

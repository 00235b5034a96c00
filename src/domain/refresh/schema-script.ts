// What pg_dump wrote of a schema, taken apart at its own headings, so that rows can come between and indexes can be built side by side.

export interface SchemaEntry {
  /** As pg_dump names it: `users users_email_key`. */
  readonly name: string;
  /** `TABLE`, `INDEX`, `FK CONSTRAINT` … */
  readonly type: string;
  readonly sql: string;
}

export interface SchemaScript {
  /** Settings of a session, one statement each; some are unknown to older servers. */
  readonly settings: readonly string[];
  /** In this order, before the rows. */
  readonly before: readonly SchemaEntry[];
  /** After the rows, in any order and at once: indexes, keys, statistics. */
  readonly indexes: readonly SchemaEntry[];
  /** After those, in this order: indexes of partitions become parts of their parent's. */
  readonly attached: readonly SchemaEntry[];
  /** After those, in any order and at once. */
  readonly references: readonly SchemaEntry[];
  /** After those, in this order: triggers, rules, policies, comments. */
  readonly last: readonly SchemaEntry[];
  /** When nobody needs to see every row any more: row security may bind the owner of a table too. */
  readonly security: readonly SchemaEntry[];
  /** What is never taken along, because it reaches out of the database. */
  readonly leftOut: readonly SchemaEntry[];
}

const heading = /^--\n-- Name: (.*); Type: ([A-Z ]+); Schema: .*\n--\n/gm;
const together = ['CONSTRAINT', 'INDEX', 'STATISTICS', 'CHECK CONSTRAINT'];
const afterRows = [
  ...together,
  ...['INDEX ATTACH', 'FK CONSTRAINT', 'RULE', 'TRIGGER', 'EVENT TRIGGER', 'POLICY', 'ROW SECURITY'],
];
/** With passwords of production, or with a way back to it. */
const reachingOut = ['USER MAPPING', 'SUBSCRIPTION', 'SUBSCRIPTION TABLE', 'PUBLICATION', 'PUBLICATION TABLE'];

/** Null when it is not the plain text of `pg_dump --schema-only`. */
export function readScript(text: string): SchemaScript | null {
  const found = [...text.matchAll(heading)];
  const end = text.indexOf('\n--\n-- PostgreSQL database dump complete\n');
  if (end < 0 || !text.startsWith('--\n-- PostgreSQL database dump\n--\n')) return null;
  const entries = found.map((match, i): SchemaEntry => {
    const until = found[i + 1]?.index ?? end + 1;
    return { name: match[1]!, type: match[2]!, sql: text.slice(match.index + match[0].length, until).trim() };
  });
  const settings = text
    .slice(0, found[0]?.index ?? end)
    .split('\n')
    .filter((line) => /^(?:SET|SELECT pg_catalog\.set_config) ?/.test(line));
  const all = entries.filter(({ type }) => !reachingOut.includes(type));
  const first = all.findIndex(({ type }) => afterRows.includes(type));
  const [before, after] = first < 0 ? [all, []] : [all.slice(0, first), all.slice(first)];
  const special = [...together, 'INDEX ATTACH', 'FK CONSTRAINT', 'ROW SECURITY'];
  return {
    ...{ settings, before },
    indexes: after.filter(({ type }) => together.includes(type)),
    attached: after.filter(({ type }) => type === 'INDEX ATTACH'),
    references: after.filter(({ type }) => type === 'FK CONSTRAINT'),
    last: after.filter(({ type }) => !special.includes(type)),
    security: after.filter(({ type }) => type === 'ROW SECURITY'),
    leftOut: entries.filter(({ type }) => reachingOut.includes(type)),
  };
}

// Personal data planted in every hiding place of a source, each marker its own text, so that each that is found says where it came from.

export interface Hiding {
  readonly kind: string;
  /** SQL that plants the marker; `i` is another number for each of a kind. */
  readonly plant: (marker: string, i: number) => string;
  /** A line of `columns` that the plant needs. */
  readonly rule?: string;
}

type Planted = readonly [Hiding['kind'], Hiding['plant'], string?];
const hiding = ([kind, plant, rule]: Planted): Hiding => ({ kind, plant, ...(rule !== undefined && { rule }) });

/** A word that no dictionary has, and that says which it is. */
export const markerOf = (kind: number, i: number): string =>
  `zq${String(kind).padStart(2, '0')}x${String(i).padStart(2, '0')}kvw${((kind * 7919 + i * 104729) % 99991).toString(36)}`;
export const mailOf = (marker: string): string => `${marker}@sea.example`;

/** Values in columns that the rules mask. */
const values: readonly Planted[] = [
  ['a text', (m) => `INSERT INTO hidden (c_text) VALUES ('${mailOf(m)}')`],
  [
    'inside running text',
    (m) => `INSERT INTO hidden (c_note) VALUES ('ask <${mailOf(m)}>, please; or "${mailOf(m)}".')`,
  ],
  ['a varchar', (m) => `INSERT INTO hidden (c_varchar) VALUES ('${mailOf(m)}')`],
  ['a citext', (m) => `INSERT INTO hidden (c_citext) VALUES ('${mailOf(m).toUpperCase()}')`],
  ['a domain', (m) => `INSERT INTO hidden (c_domain) VALUES ('${mailOf(m)}')`],
  ['a leaf of jsonb', (m) => `INSERT INTO hidden (c_jsonb) VALUES ('{"a": {"b": [["${mailOf(m)}"]]}}')`],
  ['a leaf of json, escaped', (m) => `INSERT INTO hidden (c_json) VALUES ('{"a": "\\u007a${mailOf(m).slice(1)}"}')`],
  ['json twice under one key', (m) => `INSERT INTO hidden (c_json) VALUES ('{"a": "${mailOf(m)}", "a": 1}')`],
  ['an array', (m) => `INSERT INTO hidden (c_array) VALUES (ARRAY[NULL, '${mailOf(m)}'])`],
  ['an array of two dimensions', (m) => `INSERT INTO hidden (c_array) VALUES (ARRAY[['x', '${mailOf(m)}']])`],
  ['bytes', (m) => `INSERT INTO hidden (c_bytes) VALUES ('${mailOf(m)}'::bytea)`],
  [
    'a large object',
    (m) => `INSERT INTO hidden (c_object) VALUES (lo_from_bytea(0, convert_to('of ${mailOf(m)}', 'UTF8')))`,
  ],
  ['a token', (m) => `INSERT INTO hidden (c_token) VALUES ('${m}')`],
  ['a name of two words', (m) => `INSERT INTO hidden (c_name) VALUES ('${m} Bergmann')`],
  ['a street', (m) => `INSERT INTO hidden (c_street) VALUES ('${m} 12')`],
  ['an address of the web', (m) => `INSERT INTO hidden (c_url) VALUES ('https://${m}.sea.example/${m}')`],
  ['a company', (m) => `INSERT INTO hidden (c_company) VALUES ('${m} works')`],
  ['an upper partition', (m, i) => `INSERT INTO parted (k, mail) VALUES (${i}, '${mailOf(m)}')`],
  ['a default partition', (m) => `INSERT INTO parted (k, mail) VALUES (NULL, '${mailOf(m)}')`],
  ['a child of another table', (m) => `INSERT INTO child (mail) VALUES ('${mailOf(m)}')`],
  ['what PostgreSQL generates', (m) => `INSERT INTO generating (mail) VALUES ('${mailOf(m)}')`],
  ['a materialised view', (m) => `INSERT INTO seen_by_view (mail) VALUES ('${mailOf(m)}')`],
  [
    'a value out of line',
    (m) =>
      `INSERT INTO hidden (c_note) SELECT string_agg(md5(i::text), ' ') || ' ${mailOf(m)}' FROM generate_series(1, 400) i`,
  ],
  ['a dropped column', (m) => `INSERT INTO dropping (gone) VALUES ('${mailOf(m)}')`],
  ['a row that was deleted', (m) => `INSERT INTO deleting (mail) VALUES ('${mailOf(m)}'); DELETE FROM deleting`],
  [
    'a row that was updated',
    (m) => `INSERT INTO updating (mail) VALUES ('${mailOf(m)}'); UPDATE updating SET mail = 'nobody'`,
  ],
  ['a column that is emptied', (m) => `INSERT INTO hidden (c_gone) VALUES ('${mailOf(m)}')`],
  ['a column that gets a constant', (m) => `INSERT INTO hidden (c_constant) VALUES ('${mailOf(m)}')`],
  ['the most common value', (m) => `INSERT INTO hidden (c_common) SELECT '${mailOf(m)}' FROM generate_series(1, 5)`],
  [
    'a unique key and who points at it',
    (m) => `INSERT INTO keyed VALUES ('${mailOf(m)}'); INSERT INTO keying VALUES ('${mailOf(m)}')`,
  ],
  ['an expression in an index', (m) => `INSERT INTO indexed (mail) VALUES ('${mailOf(m)}')`],
];
export const inValues = values.map(hiding);

/** What a schema says of itself: copied as it is, so the refresh must stop, and publish none of it. */
const schemas: readonly Planted[] = [
  ['a comment of a table', (m) => `COMMENT ON TABLE plain IS 'of ${mailOf(m)}'`],
  ['a comment of a column', (m) => `COMMENT ON COLUMN plain.a IS 'of ${mailOf(m)}'`],
  ['a comment of a schema', (m) => `COMMENT ON SCHEMA public IS 'of ${mailOf(m)}'`],
  ['a default', (m) => `ALTER TABLE plain ALTER a SET DEFAULT '${mailOf(m)}'`],
  ['a label', (m) => `CREATE TYPE who AS ENUM ('${mailOf(m)}')`],
  ['the name of a table', (m) => `CREATE TABLE "${mailOf(m)}" ()`],
  ['the name of a column', (m) => `ALTER TABLE plain ADD "${mailOf(m)}" int`],
  ['the name of an index', (m) => `CREATE INDEX "${mailOf(m)}" ON plain (a)`],
  ['the condition of an index', (m) => `CREATE INDEX ON plain (a) WHERE a = '${mailOf(m)}'`],
  ['a constraint', (m) => `ALTER TABLE plain ADD CHECK (a <> '${mailOf(m)}')`],
  ['a view', (m) => `CREATE VIEW looked AS SELECT '${mailOf(m)}'::text AS e`],
  ['a function', (m) => `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '${mailOf(m)}'::text $$`],
  ['a policy', (m) => `CREATE POLICY p ON plain USING (a = '${mailOf(m)}')`],
  ['a rule', (m) => `CREATE RULE r AS ON DELETE TO plain DO INSTEAD SELECT '${mailOf(m)}'::text`],
  [
    'a trigger',
    (m) =>
      `CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION n('${mailOf(m)}')`,
  ],
  [
    'a bound of a partition',
    (m) =>
      `CREATE TABLE listed (k text) PARTITION BY LIST (k); CREATE TABLE one PARTITION OF listed FOR VALUES IN ('${mailOf(m)}')`,
    '  public.listed.k: { keep: true, because: made up }\n',
  ],
  [
    'a large object that is kept',
    (m) =>
      `CREATE TABLE scans (content oid); INSERT INTO scans VALUES (lo_from_bytea(0, '\\x0001' || convert_to('see ${mailOf(m)}', 'UTF8')))`,
    '  public.scans.content: { keep: true, because: made up }\n',
  ],
  [
    'bytes that are kept',
    (m) =>
      `CREATE TABLE bodies (body bytea, bodies bytea[]); INSERT INTO bodies VALUES ('\\x0001' || convert_to('see ${mailOf(m)}', 'UTF8'), NULL)`,
    '  public.bodies.body: { keep: true, because: made up }\n  public.bodies.bodies: { keep: true, because: made up }\n',
  ],
  ['a column that is kept', (m) => `INSERT INTO plain VALUES ('see ${mailOf(m)}')`],
];
export const inSchema = schemas.map(hiding);

export const markerTables = `CREATE EXTENSION citext; CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE hidden (id serial PRIMARY KEY, c_text text, c_note text, c_varchar varchar(60), c_citext citext, c_domain mail, c_jsonb jsonb, c_json json, c_array text[], c_bytes bytea, c_object oid, c_token text, c_name text, c_street text, c_url text, c_company text, c_gone text, c_constant text, c_common text);
CREATE TABLE parted (k int, mail text) PARTITION BY RANGE (k); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000); CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
CREATE TABLE parent (mail text); CREATE TABLE child () INHERITS (parent); CREATE TABLE generating (mail text, loud text GENERATED ALWAYS AS (upper(mail)) STORED, words tsvector GENERATED ALWAYS AS (to_tsvector('simple', mail)) STORED);
CREATE TABLE seen_by_view (mail text); CREATE MATERIALIZED VIEW seen AS SELECT upper(mail) AS e, ARRAY[mail] AS es FROM seen_by_view; CREATE TABLE dropping (a int, gone text); CREATE TABLE deleting (mail text); CREATE TABLE updating (mail text);
CREATE TABLE keyed (mail text PRIMARY KEY); CREATE TABLE keying (mail text REFERENCES keyed); CREATE TABLE indexed (mail text); CREATE INDEX ON indexed (lower(mail)); CREATE STATISTICS of_common ON c_common, c_text FROM hidden;
CREATE TABLE plain (a text); CREATE TABLE people (id bigint, email text); `;
export const markersMade = `ALTER TABLE dropping DROP gone; REFRESH MATERIALIZED VIEW seen; ANALYZE;`;

import { expect, test } from 'vitest';
import { readScript } from './schema-script.ts';

const entry = (name: string, type: string, sql: string): string =>
  `--\n-- Name: ${name}; Type: ${type}; Schema: public; Owner: -\n--\n\n${sql}\n\n\n`;
const whole = (...entries: string[]): string =>
  `--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n${entries.join('')}--\n-- PostgreSQL database dump complete\n--\n\n`;

test('before the rows, after them side by side, and at the end in order', () => {
  const script = readScript(
    whole(
      entry('f()', 'FUNCTION', 'CREATE FUNCTION f() …\n-- Name: no heading\n;'),
      entry('a', 'TABLE', 'CREATE TABLE a ();'),
      entry('TABLE a', 'COMMENT', 'COMMENT ON TABLE a;'),
      entry('x', 'USER MAPPING', "… password 'of production'"),
      entry('a a_pkey', 'CONSTRAINT', 'PRIMARY KEY'),
      entry('i', 'INDEX', 'CREATE INDEX i'),
      entry('INDEX i', 'COMMENT', 'COMMENT ON INDEX i'),
      entry('i', 'INDEX ATTACH', 'ATTACH'),
      entry('v', 'VIEW', 'of a primary key'),
      entry('t', 'TRIGGER', 'CREATE TRIGGER t'),
      entry('a a_fkey', 'FK CONSTRAINT', 'FOREIGN KEY'),
      entry('p', 'POLICY', 'CREATE POLICY p'),
      entry('a', 'ROW SECURITY', 'ALTER TABLE a ENABLE ROW LEVEL SECURITY'),
    ),
  )!;
  const told = Object.fromEntries(
    Object.entries(script).map(([part, list]) => [
      part,
      list.map((each: string | { type: string; name: string }) =>
        typeof each === 'string' ? each : `${each.type} ${each.name}`,
      ),
    ]),
  );
  expect(told).toEqual({
    settings: ['SET statement_timeout = 0;', "SELECT pg_catalog.set_config('search_path', '', false);"],
    before: ['FUNCTION f()', 'TABLE a', 'COMMENT TABLE a'],
    indexes: ['CONSTRAINT a a_pkey', 'INDEX i'],
    attached: ['INDEX ATTACH i'],
    references: ['FK CONSTRAINT a a_fkey'],
    last: ['COMMENT INDEX i', 'VIEW v', 'TRIGGER t', 'POLICY p'],
    security: ['ROW SECURITY a'],
    leftOut: ['USER MAPPING x'],
  });
  expect(script.before[0]!.sql).toBe('CREATE FUNCTION f() …\n-- Name: no heading\n;');
});

test('nothing to copy, and what is no dump or was cut', () => {
  expect(readScript(whole())).toMatchObject({ before: [], indexes: [], last: [] });
  const text = whole(entry('a', 'TABLE', 'CREATE TABLE a ();'));
  expect(readScript(text.slice(0, -60))).toBeNull();
  expect(readScript('pg_dump: error')).toBeNull();
});

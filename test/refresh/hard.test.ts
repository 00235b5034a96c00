// The hard schema through a whole refresh between two servers: everything comes, or is refused or listed by name.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { embeddedTools, openServers, type Servers } from '../../bench/refresh-servers.ts';
import { ask, differences, hardSql, largeObjects, makeEnds, refreshHard, schemaOf, sumsOf } from './hard.ts';

vi.setConfig({ testTimeout: 240_000 });

let home: string;
let servers: Servers;
const keepAll = {
  ...{ columns: {}, types: {} },
  patterns: [{ pattern: '**', rule: { kind: 'keep', because: 'made up' } as const }],
};

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'greenroom-hard-'));
  const tools = embeddedTools(home);
  servers = await openServers(tools, tools);
}, 240_000);
afterAll(() => {
  servers?.close();
  rmSync(home, { recursive: true, force: true });
});

test('F098 every construct comes as it is, row for row; what is masked is another', async () => {
  const { source, target } = servers;
  await makeEnds(servers, hardSql('hard') + hardSql('hard-18'));
  const done = await refreshHard(servers, { isProven: false });
  expect(done.notes).toEqual(['copied as they are: 3 large objects']);
  const [there, wanted] = [await sumsOf(source.url('prod')), await schemaOf(source.url('prod'))];
  expect(there.size).toBeGreaterThan(40);
  expect(wanted.length).toBeGreaterThan(150);
  expect(differences(there, await sumsOf(target.url('stage')))).toEqual([]);
  expect(await schemaOf(target.url('stage'))).toEqual(wanted);
  expect(
    await ask(
      target.url('stage'),
      "SELECT count(*)::int AS n, count(*) FILTER (WHERE p::text ~ 'sea\\.example|Anna|Berger|170 1')::int AS left FROM people p",
    ),
  ).toEqual([{ n: 3000, left: 0 }]);
  // Control: one row without a column less is seen, and so are one byte of a large object and one comment.
  await ask(target.url('stage'), 'DELETE FROM no_columns WHERE ctid = (SELECT min(ctid) FROM no_columns)');
  await ask(target.url('stage'), "SELECT lo_put(700001, 119999, '\\x28')");
  await ask(target.url('stage'), 'COMMENT ON TABLE people IS NULL');
  expect(differences(there, await sumsOf(target.url('stage'))).map((each) => each.split(':')[0])).toEqual([
    'public.no_columns (0)',
    largeObjects,
  ]);
  expect(await schemaOf(target.url('stage'))).not.toEqual(wanted);
});

test('row security that binds the owner too lets a role that is no superuser build the copy, and stands in it', async () => {
  const { source, target } = servers;
  await makeEnds(
    servers,
    `CREATE TABLE kept (a int, b text); INSERT INTO kept SELECT i, 'x' FROM generate_series(1, 100) i; CREATE MATERIALIZED VIEW seen AS SELECT * FROM kept;
     ALTER TABLE kept ENABLE ROW LEVEL SECURITY; ALTER TABLE kept FORCE ROW LEVEL SECURITY; CREATE POLICY none ON kept USING (a < 0)`,
  );
  await ask(target.url('stage'), 'DROP TABLE people');
  await ask(target.url('postgres'), 'CREATE ROLE stager LOGIN CREATEDB; ALTER DATABASE stage OWNER TO stager');
  await refreshHard(servers, { targetUrl: target.url('stage', 'stager'), rules: keepAll });
  expect(differences(await sumsOf(source.url('prod')), await sumsOf(target.url('stage')))).toEqual([]);
  expect(await ask(target.url('stage', 'stager'), 'SELECT * FROM kept')).toEqual([]);
});

test('what is left out is named', async () => {
  const { source, target } = servers;
  await makeEnds(
    servers,
    `CREATE TABLE people (id int); CREATE PUBLICATION news FOR ALL TABLES; CREATE EXTENSION citext; CREATE TABLE settings (a int); INSERT INTO settings VALUES (1), (5);
     ALTER EXTENSION citext ADD TABLE settings; UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass::oid], extcondition = ARRAY['WHERE a > 1'] WHERE extname = 'citext'`,
  );
  await ask(
    source.url('prod'),
    "CREATE SUBSCRIPTION mine CONNECTION 'host=nowhere' PUBLICATION x WITH (connect = false)",
  );
  await ask(
    target.url('stage'),
    `CREATE ROLE app; ALTER ROLE app IN DATABASE stage SET work_mem = '7MB'; ALTER DATABASE stage CONNECTION LIMIT 33; ALTER TABLE people DROP email;
     CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; REVOKE ALL ON FUNCTION f FROM PUBLIC; GRANT EXECUTE ON FUNCTION f TO app;
     CREATE ROLE viewer; SELECT lo_create(800001); GRANT SELECT ON LARGE OBJECT 800001 TO viewer`,
  );
  const { notes } = await refreshHard(servers, { rules: keepAll });
  expect(notes).toEqual([
    'publication news was left out',
    'subscription mine was left out',
    'rows of public.settings, a table of the extension citext, were left out',
    'rights of app inside the database are not carried over',
    'rights of viewer inside the database are not carried over',
    'settings of app in the database are not carried over',
  ]);
  expect(await ask(target.url('postgres'), "SELECT datconnlimit FROM pg_database WHERE datname = 'stage'")).toEqual([
    { datconnlimit: 33 },
  ]);
});

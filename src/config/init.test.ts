import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { schema as rehearsalSchema } from '../checks/migration-rehearsal/schema.ts';
import { firstFile } from './init-first-file.ts';
import { openRepository } from './init-repository.ts';
import { inspectRepository, writeFirstFile } from './init.ts';
import { loadProject, type LoadedProject } from './load.ts';
import { folderOf } from './testing/folder.ts';
import { testRegistries } from './testing/plugs.ts';

const kinds = new Set(testRegistries.checks.keys());

function init(files: Record<string, string>): { readonly text: string; readonly loaded: LoadedProject } {
  const folder = folderOf(files);
  const text = firstFile(inspectRepository(openRepository(folder)), kinds);
  const written = writeFirstFile(folder, text);
  if (!written.ok) throw new Error(JSON.stringify(written.failures));
  const loaded = loadProject(written.value, testRegistries);
  if (!loaded.ok) throw new Error(`${text}\n${JSON.stringify(loaded.failures, null, 1)}`);
  return { text, loaded: loaded.value };
}
const manifest = (more: object) =>
  JSON.stringify({ name: '@team/shop', scripts: { start: 'node server.js' }, ...more });

it.each([
  ['prisma', { 'prisma/schema.prisma': '' }, 'npx prisma migrate deploy', null],
  ['alembic', { 'alembic.ini': '', 'requirements.txt': 'psycopg\n' }, 'alembic upgrade head', 'alembic downgrade -1'],
  [
    'flask-migrate',
    { 'migrations/alembic.ini': '', 'requirements.txt': 'Flask==3\nFlask-Migrate\n', 'app.py': '' },
    'flask db upgrade',
    'flask db downgrade',
  ],
  ['knex', { 'knexfile.cjs': '' }, 'npx knex migrate:latest', 'npx knex migrate:rollback'],
  ['drizzle', { 'drizzle.config.ts': '' }, 'npx drizzle-kit migrate', null],
  [
    'node-pg-migrate',
    { 'package.json': manifest({ dependencies: { 'node-pg-migrate': '7' } }) },
    'npx node-pg-migrate up',
    'npx node-pg-migrate down',
  ],
  [
    'script',
    {
      'package.json': manifest({
        scripts: { start: 'node a.js', 'db:migrate': 'node m.js', 'db:rollback': 'node r.js' },
      }),
      'db/001.sql': '',
    },
    'npm run db:migrate',
    'npm run db:rollback',
  ],
])('finds %s and writes a file that is valid', (tool, files, migrate, back) => {
  const found = inspectRepository(openRepository(folderOf(files)));
  expect(found.migrations).toMatchObject({ tool, migrate, back });
  const { loaded } = init(files);
  expect(loaded.project.databases[0]?.migrate?.join(' ')).toBe(migrate);
  expect(loaded.project.databases[0]?.back?.join(' ') ?? null).toBe(back);
});

const shape = (...files: readonly string[]) => Object.fromEntries(files.map((file) => [file, '']));

// Shapes of folders as the tools write them.
it.each([
  [
    'prisma',
    shape(
      'prisma/schema.prisma',
      'prisma/migrations/migration_lock.toml',
      'prisma/migrations/20240101_a/migration.sql',
    ),
    'prisma/migrations/*/migration.sql',
  ],
  ['knex', shape('knexfile.js', 'migrations/20240101_a.js'), 'migrations/*.js'],
  [
    'knex',
    {
      ...shape('db/changes/20240101_a.ts'),
      'knexfile.ts': `export default { migrations: { directory: './db/changes' } };`,
    },
    'db/changes/*.ts',
  ],
  ['drizzle', shape('drizzle.config.ts', 'drizzle/0000_a.sql', 'drizzle/meta/_journal.json'), 'drizzle/*.sql'],
  [
    'drizzle',
    { ...shape('db/out/20240101_a/migration.sql'), 'drizzle.config.ts': `export default { out: "./db/out" }` },
    'db/out/*/migration.sql',
  ],
  [
    'node-pg-migrate',
    { ...shape('migrations/1_a.cjs'), 'package.json': manifest({ devDependencies: { 'node-pg-migrate': '8' } }) },
    'migrations/*.cjs',
  ],
  [
    'alembic',
    { ...shape('db/alembic/versions/ab12_a.py'), 'alembic.ini': '[alembic]\nscript_location = %(here)s/db/alembic\n' },
    'db/alembic/versions/*.py',
  ],
  ['alembic', shape('alembic.ini', 'alembic/env.py', 'alembic/versions/ab12_a.py'), 'alembic/versions/*.py'],
  ['flask-migrate', shape('migrations/alembic.ini', 'migrations/versions/ab12_a.py'), 'migrations/versions/*.py'],
  ['flyway', { ...shape('sql/V1__a.sql'), 'flyway.conf': 'flyway.locations=filesystem:./sql\n' }, 'sql/V*.sql'],
  ['flyway', { ...shape('db/V1__a.sql'), 'flyway.toml': '[flyway]\nlocations = ["filesystem:db"]\n' }, 'db/V*.sql'],
  ['flyway', shape('pom.xml', 'src/main/resources/db/migration/V1__a.sql'), 'src/main/resources/db/migration/V*.sql'],
  ['sql', shape('db/migrations/001_a.sql'), 'db/migrations/*.sql'],
  ['prisma', shape('prisma/schema.prisma'), null],
  ['knex', { ...shape('m/a.js'), 'knexfile.js': `directory: '../../m'` }, null],
])('knows the files that make the migrations of %s, and how they are rehearsed', (tool, files, glob) => {
  const found = inspectRepository(openRepository(folderOf(files)));
  expect(found.migrations).toMatchObject({ tool, files: glob });
  const line = /^# {3}migration-on-a-copy: (.*)$/m.exec(firstFile(found, new Set(['migration-rehearsal'])))?.[1];
  expect(line === undefined).toBe(glob === null);
  if (line === undefined) return;
  const { kind, timeout, ...config } = parse(line) as Record<string, unknown>;
  expect([kind, timeout]).toEqual(['migration-rehearsal', '20m']);
  expect(rehearsalSchema.parse(config).files).toBe(glob);
});

it('runs Flyway by its command, on the folder of Spring where nothing else says one', () => {
  const migrate = (files: Record<string, string>) =>
    inspectRepository(openRepository(folderOf(files))).migrations?.migrate;
  expect(migrate({ 'flyway.conf': '' })).toBe('flyway migrate');
  expect(migrate(shape('src/main/resources/db/migration/V1__a.sql'))).toBe(
    'flyway -locations=filesystem:src/main/resources/db/migration migrate',
  );
});

it('leaves the choice to the team where there are only SQL files', () => {
  const { text, loaded } = init({ 'db/migrations/001_users.sql': 'create table users ();' });
  expect(text).toContain('# db/migrations/*.sql was found, but no tool');
  expect(loaded.project.databases[0]?.migrate).toBeNull();
});

it('finds services, ports, health, variables, suites and Compose', () => {
  const { text, loaded } = init({
    'package.json': manifest({
      scripts: {
        start: 'node backend/server.mjs',
        'start:frontend': 'node web.mjs',
        test: 'vitest',
        'test:smoke': 'node s.js',
        'test:perf': 'k6',
      },
      dependencies: { pg: '8', ioredis: '5' },
    }),
    'backend/server.mjs': 'const port = process.env.PORT ?? 4001',
    'backend/routes.mjs': "app.get('/api/health', x)",
    'web.mjs': 'const port = Number(process.env.PORT || 3001)',
    '.env.staging': 'DATABASE_URL=postgres://u:p@h/d\n',
    '.env.production': 'A=1\n',
    '.env.example': '',
    'env.schema.yaml': 'variables: {}\n',
    'docker-compose.yml': 'services: {}\n',
  });
  const { project } = loaded;
  expect(project.name).toBe('shop');
  expect(
    project.services.map((service) => [service.name, service.run.join(' '), service.port, service.health.path]),
  ).toEqual([
    ['backend', 'node backend/server.mjs', 4001, '/api/health'],
    ['frontend', 'node web.mjs', 3001, '/health'],
  ]);
  expect(project.environments.map((one) => [one.name, one.ports, one.variableFiles, one.variableSchema])).toEqual([
    ['staging', { backend: 4001, frontend: 3001 }, ['.env.staging'], 'env.schema.yaml'],
    ['production', { backend: 4101, frontend: 3101 }, ['.env.production'], 'env.schema.yaml'],
  ]);
  expect(project.databases[0]?.source).toEqual({ kind: 'url', url: '${DATABASE_URL}' });
  expect(project.phases.flatMap((phase) => phase.checks.map((check) => `${phase.name}:${check.name}`))).toEqual([
    'preflight:ports-free',
    'preflight:tests',
    'health:backend-answers',
    'health:frontend-answers',
    'health:smoke',
    'performance:performance',
  ]);
  expect(text).toContain('docker-compose.yml was found');
  expect(text).not.toContain('postgres://');
});

it.each([
  [
    'Procfile',
    { Procfile: 'web: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: python work.py\nrelease: flask db upgrade\n' },
    [
      ['web', 'sh'],
      ['worker', 'python'],
    ],
  ],
  ['FastAPI', { 'requirements.txt': 'fastapi\nuvicorn\n', 'main.py': '' }, [['app', 'sh']]],
  ['Django', { 'requirements.txt': 'django\n', 'manage.py': '' }, [['app', 'sh']]],
  ['nothing at all', {}, [['app', 'node']]],
])('writes a valid first file for %s', (_, files, services) => {
  const { loaded } = init(files);
  expect(loaded.project.services.map((service) => [service.name, service.run[0]])).toEqual(services);
});

it('never overwrites', () => {
  const folder = folderOf({ 'greenroom.yaml': 'mine' });
  expect(writeFirstFile(folder, 'theirs')).toMatchObject({ ok: false, failures: [{ code: 'GR1601' }] });
  expect(readFileSync(path.join(folder, 'greenroom.yaml'), 'utf8')).toBe('mine');
  expect(writeFirstFile(path.join(folder, 'nowhere'), 'x')).toMatchObject({ ok: false });
});

it('writes a valid file whatever package.json and Procfile say', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      'node a.js && b',
      "node 'x",
      'a: b # c',
      '$PORT',
      'node "a b".js',
      'constructor',
      '123',
      'NODE_ENV=production node a.js',
      'a_1=',
    ),
  );
  fc.assert(
    fc.property(word, word, word, (name, start, process) => {
      const fromManifest = init({
        'package.json': JSON.stringify({ name, scripts: { start, 'start:web': process, 'db:migrate': start } }),
      });
      const fromProcfile = init({ Procfile: `web: ${start.replaceAll(/[\r\n]/g, ' ')}\n${name}: ${process}\n` });
      for (const { loaded } of [fromManifest, fromProcfile]) {
        expect(loaded.project.services.length).toBeGreaterThan(0);
        expect(loaded.project.path).toEqual(['staging', 'production']);
      }
    }),
    { numRuns: 60 },
  );
});

it.each([
  ['node --test test/a.js', 'node --test-reporter=spec --test-reporter-destination=stdout'],
  ['vitest', 'npm run test -- --run'],
  ['jest --ci', 'npm run test -- --reporters=default'],
  ['mocha src', 'npm run test -- --reporter xunit'],
  ['playwright test', 'npm run test -- --reporter=junit'],
])('has the tests of "%s" counted', (line, start) => {
  const { loaded } = init({
    'package.json': manifest({ scripts: { test: line }, devDependencies: { 'jest-junit': '1' } }),
  });
  const check = loaded.project.phases.flatMap((phase) => phase.checks).find((one) => one.name === 'tests');
  const { run, report, 'at-least': atLeast } = check!.config as { run: string; report: string; 'at-least': number };
  expect(check!.kind).toBe('suite');
  expect(run.startsWith(start)).toBe(true);
  expect([report, atLeast]).toEqual(['junit-tests.xml', 1]);
});

it.each(['prototype', '__proto__', 'constructor'])('finds another name for a service called %s', (name) => {
  const { loaded } = init({ Procfile: `${name}: node server.js\n` });
  expect(loaded.project.services.map((service) => service.run)).toEqual([['node', 'server.js']]);
  expect(loaded.project.services[0]!.name).not.toBe('prototype');
});

it('counts the tests of pytest', () => {
  const { text } = init({ 'requirements.txt': 'flask\npytest==8\n' });
  expect(text).toContain('run: python3 -m pytest --junitxml=junit-tests.xml, report: junit-tests.xml');
});

it.each(['node test.js', 'vitest && echo', 'jest', 'node --test --test-reporter=tap'])(
  'says that "%s" is judged by its exit code',
  (line) => {
    const scripts = { start: 'node a.js', test: line };
    const { text } = init({ 'package.json': JSON.stringify({ scripts }) });
    expect(text).toContain('tests: { kind: command, run: npm run test } # judged by its exit code alone');
  },
);

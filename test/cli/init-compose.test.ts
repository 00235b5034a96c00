// `greenroom init` beside a compose file: what it writes is a file of the driver compose that the product itself takes for valid.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { firstFile } from '../../src/config/init-first-file.ts';
import { openRepository } from '../../src/config/init-repository.ts';
import { inspectRepository, writeFirstFile } from '../../src/config/init.ts';
import { loadProject } from '../../src/config/load.ts';
import { folderOf } from '../../src/config/testing/folder.ts';
import * as plugs from '../../src/plugs.ts';

vi.setConfig({ testTimeout: 60_000 });
const program = path.resolve(import.meta.dirname, '../../bin/greenroom');

function init(files: Record<string, string>) {
  const folder = folderOf(files);
  const found = inspectRepository(openRepository(folder));
  const text = firstFile(found, new Set(plugs.checks.keys()));
  const written = writeFirstFile(folder, text);
  if (!written.ok) throw new Error(JSON.stringify(written.failures));
  const loaded = loadProject(written.value, plugs);
  if (!loaded.ok) throw new Error(`${text}\n${JSON.stringify(loaded.failures, null, 1)}`);
  return { found, text, project: loaded.value.project };
}

const shop = `
x-common: &common
  restart: always
services:
  web:
    <<: *common
    image: team/web:1
    ports: ["127.0.0.1:8080:80"]
  api:
    build: .
    ports: ["\${API_PORT:-3000}:3000"]
    healthcheck: { test: ["CMD", "curl", "-f", "http://localhost:3000/api/healthz"] }
  admin:
    build: ./admin
    expose: ["9229", "4000"]
    healthcheck: { test: "wget -qO- 127.0.0.1:4000/up || exit 1" }
  worker: { build: ., command: node worker.js }
  my_jobs: { build: ., ports: ["5000"] }
  db: { image: "postgres:16", ports: ["5433:5432"] }
  cache: { image: "registry.example:5000/library/redis:7", ports: [{ target: 6379, published: "6380" }] }
  mail: { image: axllent/mailpit, ports: ["8025:8025"] }
`;

test.for(['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'])(
  'services, ports, health, database and cache come from %s',
  (file) => {
    const { text, project, found } = init({ [file]: shop, 'package.json': '{"scripts":{"start":"node a.js"}}' });
    expect(project.services.map((one) => [one.name, one.port, one.health.path])).toEqual([
      ['web', 8080, '/health'],
      ['api', 3000, '/api/healthz'],
      ['admin', 4000, '/up'],
    ]);
    expect(project.environments.map((one) => [one.name, one.driver])).toMatchObject([
      ['staging', { kind: 'compose', config: { file: [file], ports: { admin: 4000 } } }],
      ['production', { kind: 'compose', config: { file: [file], project: expect.stringMatching(/-production$/) } }],
    ]);
    expect(project.databases.map((one) => one.source)).toEqual([{ kind: 'url', url: '${DATABASE_URL}' }]);
    expect(text).toContain(
      `${file} runs db (postgres:16) once, beside both colours; from this machine it is at 127.0.0.1:5433`,
    );
    expect(project.caches.map((one) => one.name)).toEqual(['main']);
    expect(project.phases.flatMap((phase) => phase.checks.map((check) => check.name))).toContain('cache-answers');
    expect(found.notes.map((note) => note.split(' ')[0])).toEqual(['worker', '"my_jobs"', 'mail']);
    for (const note of found.notes) expect(text).toContain(`# Note: ${note}`);
  },
);

test('what no port leads to from this machine is told and not asked', () => {
  const { text, project } = init({
    'compose.yaml':
      'services: { api: { build: ., ports: [3000] }, db: { image: postgres }, cache: { image: valkey/valkey } }',
  });
  expect([project.databases, project.caches]).toEqual([[], []]);
  expect(text).toContain('runs db (postgres) once, beside both colours; it publishes no port');
  expect(text).toMatch(/^# databases:$/m);
  expect(text).toContain('#   main: { redis: "${REDIS_URL}" }');
});

test('a service of another image does not take the place of what starts from this tree', () => {
  const { project } = init({
    'compose.yaml': 'services: { docs: { image: team/docs, ports: ["8090:80"] }, db: { image: postgres } }',
    Procfile: 'web: node server.js\n',
  });
  expect(project.services.map((one) => one.name)).toEqual(['web']);
  expect(project.environments.map((one) => one.driver.kind)).toEqual(['process', 'process']);
});

test.for([
  [{ 'compose.yaml': 'services:\n  web: [\n' }, 'compose.yaml is no YAML that can be read'],
  [{ 'compose.yaml': 'volumes: {}\n' }, 'compose.yaml names no services'],
  [{ 'package.json': '{"name": "shop",\n' }, 'package.json is no JSON that can be read'],
  [{ 'compose.yaml': 'services: { "a\\nb: c": { build: ., ports: [1] } }' }, '"a b: c" of compose.yaml is no name'],
] as const)('%o is said, in the file and at once', ([files, said]) => {
  const { text, found } = init(files);
  expect(found.notes).toEqual([expect.stringContaining(said)]);
  expect(text).toContain(`# Note: ${said}`);
  const ended = spawnSync(program, ['init', '--json', '--dry-run'], { cwd: folderOf(files), encoding: 'utf8' });
  expect(JSON.parse(ended.stdout)).toMatchObject({ found: { notes: [expect.stringContaining(said)] } });
  expect(spawnSync(program, ['init'], { cwd: folderOf(files), encoding: 'utf8' }).stdout).toContain(said);
});

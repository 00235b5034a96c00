import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const common = { testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks', setupFiles: ['test/repeatable.ts'] };
/** The whole product through its command line: each test has a project, a database and processes of its own. */
const product = ['test/kill/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/cli/**/*.test.ts'];
/** Every release of the sample's shelf, which drives load and compares latencies: nothing else may run beside it. Asked for with `long`. */
const alone = ['test/shelf/**/*.test.ts'];
/**
 * What takes minutes and is touched by few changes: drivers for other platforms than processes of this machine, the disturbances of the
 * kill loop, the mutants of the rules, the first start of PostgreSQL, several HAProxys as one, the copy of data, migrations on a copy, backups. CI asks for them by name, `GREENROOM_TEST_LONG=1`, so that `npm test` stays short; so does who changes one.
 */
const long = [
  ...['command', 'http', 'github-workflow', 'command/bad-programs', 'wish/starts'].map(
    (name) => `src/drivers/${name}.test.ts`,
  ),
  ...[
    ...['driver-command', 'driver-http', 'origins', 'under-way'],
    ...['refresh', 'refresh-plan', 'refresh-migrate', 'rehearse', 'migrate-run', 'backup'],
  ].map((name) => `test/cli/${name}.test.ts`),
  ...[
    'kill/disturbances',
    'cli/held-and-queued',
    'kill/drivers',
    'kill/looks',
    'faults/bake',
    'faults/other-version',
    'faults/stray',
    'explorer/mutants',
  ].map((name) => `test/${name}.test.ts`),
  'src/embedded/postgres-start.test.ts',
  ...['haproxy/several', 'traffic/haproxy-several'].map((name) => `src/${name}.test.ts`),
  ...[
    'copy-table',
    'read-schema',
    'read-storage',
    'outbound',
    'migrate-beside',
    'placeholder',
    'bytes',
    'large-objects',
    'throttle',
    'lasting-copy',
    'kept',
    'run-refresh',
    'prove',
    'prove-open',
    'find-subset',
    'run-subset',
  ].map((name) => `src/refresh/${name}.test.ts`),
  'src/refresh/seed/run-seed.test.ts',
  'test/cli/seed.test.ts',
  ...['truth', 'rehearsed'].map((name) => `test/migrations/${name}.test.ts`),
  'src/rehearsal/versions-query.test.ts',
  'test/refresh/hard.test.ts',
  ...[
    'session',
    'scratch',
    'canary',
    'schema-mark',
    'captured',
    'reading',
    'plain-schema',
    'new-session-settings',
    'application',
    'locked-rows',
    'shape-watch',
  ].map((name) => `src/rehearsal/${name}.test.ts`),
  'src/haproxy/machines.test.ts',
  ...['migration-rehearsal', 'migration-rehearsal/squawk', 'data-age', 'backup', 'backup/hostile'].map(
    (name) => `src/checks/${name}.test.ts`,
  ),
  'src/app/migrated-databases.test.ts',
  'src/app/steps/give-back.test.ts',
];
/** On real containers: `GREENROOM_TEST_DOCKER=1`. */
const docker = [
  ...['drift', 'images', 'kills', 'refusals', 'registry', 'take-over', 'two-colours'].map(
    (name) => `src/drivers/compose/${name}.test.ts`,
  ),
  'src/drivers/compose.test.ts',
  'src/drivers/swarm.test.ts',
  ...['drift', 'kills', 'refusals', 'registry'].map((name) => `src/drivers/swarm/${name}.test.ts`),
  ...[
    ...['cli/driver-compose', 'cli/driver-swarm', 'cli/compose-haproxy', 'cli/take-over', 'cli/sample-compose'],
    'kill/compose',
  ].map((name) => `test/${name}.test.ts`),
];
/** Minutes each: one that begins last would leave the other worker idle. */
const longest = ['kill/kill', 'faults/cut-over', 'cli/commands', 'faults/before-traffic', 'faults/evidence'].map(
  (name) => `test/${name}.test.ts`,
);
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(name));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
/** Pure, or of nothing but files. */
const rules = ['app', 'cli', 'config', 'domain', 'host', 'kinds', 'report', 'store'].map(
  (room) => `src/${room}/**/*.test.ts`,
);
const byName = [...long, ...docker];
const fixtures = 'test/architecture/fixtures/**';

const group = (name: string, order: number, maxWorkers: number, include: string[], exclude: string[] = []) => ({
  test: {
    ...common,
    // Rules keep nothing between two files, so these need no process each.
    ...(name === 'rules' && { isolate: false }),
    ...{ name, include, exclude: [...exclude, fixtures], maxWorkers, fileParallelism: maxWorkers > 1 },
    sequence: { groupOrder: order },
  },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      group('rules', 0, 2, rules, byName),
      group('house', 0, 2, ['src/**/*.test.ts', 'test/**/*.test.ts'], [...rules, ...product, ...alone, ...byName]),
      group('product', 1, 2, product, byName),
      ...(process.env['GREENROOM_TEST_LONG'] ? [group('alone', 2, 1, alone), group('long', 3, 2, long)] : []),
      ...(process.env['GREENROOM_TEST_DOCKER'] ? [group('docker', 4, 1, docker)] : []),
    ],
  },
});

import { defineConfig } from 'vitest/config';

const common = { testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks', setupFiles: ['test/repeatable.ts'] };
/** The whole product through its command line: each test has a project, a database and processes of its own. */
const product = ['test/kill/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/cli/**/*.test.ts'];
/** Drives load and compares latencies: nothing else may run beside it. */
const alone = ['test/shelf/**/*.test.ts'];
/** On real containers, minutes long. They are asked for by name, `GREENROOM_TEST_DOCKER=1`, so that `npm test` needs no Docker and stays short. */
const docker = [
  ...['images', 'kills', 'refusals', 'two-colours'].map((name) => `src/drivers/compose/${name}.test.ts`),
  ...['src/drivers/compose.test.ts', 'test/cli/driver-compose.test.ts'],
];
/** Pure, or of nothing but files. */
const rules = ['app', 'cli', 'config', 'domain', 'host', 'kinds', 'report', 'store'].map(
  (room) => `src/${room}/**/*.test.ts`,
);
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
    projects: [
      group('rules', 0, 4, rules),
      group('house', 0, 4, ['src/**/*.test.ts', 'test/**/*.test.ts'], [...rules, ...product, ...alone, ...docker]),
      group('product', 0, 4, product, docker),
      group('alone', 1, 1, alone),
      ...(process.env['GREENROOM_TEST_DOCKER'] ? [group('docker', 2, 1, docker)] : []),
    ],
  },
});

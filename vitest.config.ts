import { defineConfig } from 'vitest/config';

const common = { testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks', setupFiles: ['test/repeatable.ts'] };
/** The whole product through its command line: each test has a project, a database and processes of its own. */
const product = ['test/kill/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/cli/**/*.test.ts'];
/** Drives load and compares latencies: nothing else may run beside it. */
const alone = ['test/shelf/**/*.test.ts'];
const fixtures = 'test/architecture/fixtures/**';

const group = (name: string, order: number, maxWorkers: number, include: string[], exclude: string[] = []) => ({
  test: {
    ...common,
    ...{ name, include, exclude: [...exclude, fixtures], maxWorkers, fileParallelism: maxWorkers > 1 },
    sequence: { groupOrder: order },
  },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      group('house', 0, 2, ['src/**/*.test.ts', 'test/**/*.test.ts'], [...product, ...alone]),
      group('product', 1, 2, product),
      group('alone', 2, 1, alone),
    ],
  },
});

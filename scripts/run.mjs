// The door behind `npm start`, `npm test`, `npm run build|check|bench|new`: installs what is missing, then runs on the pinned Node.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { install, pinnedNode, root } from './install.mjs';

const [, , task, ...rest] = process.argv;
const local = (name) => path.join(root, 'node_modules', name);
const build = ['scripts/build.mjs'];
const tasks = {
  start: () => [build, ['scripts/start.ts', ...rest]],
  test: () => [build, [local('vitest/vitest.mjs'), 'run', ...rest]],
  bench: () => [build, ['bench/run.ts', ...rest]],
  build: () => [build],
  new: () => [['scripts/new-plug.ts', ...rest]],
  reference: () => [['scripts/reference.ts', ...rest]],
  check: () => [
    [local('typescript/bin/tsc'), '-p', 'tsconfig.domain.json'],
    [local('typescript/bin/tsc'), '-p', 'tsconfig.json'],
    [local('oxlint/bin/oxlint'), '--deny-warnings'],
    [local('oxfmt/bin/oxfmt'), '--check'],
    [local('knip/bin/knip.js')],
    [local('vitest/vitest.mjs'), 'run', 'src', 'test/architecture.test.ts', ...rest],
  ],
};

if (!Object.hasOwn(tasks, task)) {
  console.error(`There is no task "${task}".\n  do     Use one of: ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}
await install();
const node = pinnedNode();
const env = { ...process.env, PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}` };
for (const args of tasks[task]()) {
  const code = await new Promise((resolve) => {
    const child = spawn(
      node,
      ['--disable-warning=DeprecationWarning', '--disable-warning=ExperimentalWarning', ...args],
      { cwd: root, stdio: 'inherit', env },
    );
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    process.on('SIGINT', () => {}); // the terminal sends it to the child as well; its exit code is ours
    child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 70)));
  });
  if (code !== 0) process.exit(code);
}

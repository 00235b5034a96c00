// What README.md says must become of each release of the shelf: the one place, read by the demonstration and by the tests.
import { readFileSync } from 'node:fs';

const readme = new URL('../README.md', import.meta.url);
const marker = '<!-- shelf:';

/** @returns {{ release: string, wrong: string, environment: string, phase: string, outcome: string, exitCode: number }[]} in the order of the table */
export function readExpectations() {
  const text = readFileSync(readme, 'utf8');
  const rows = text
    .slice(text.indexOf(marker))
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| release'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.map(([release, wrong, environment, phase, outcome, exitCode]) => ({
    release,
    wrong,
    environment,
    phase,
    outcome,
    exitCode: Number(exitCode),
  }));
}

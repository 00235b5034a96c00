/** `npm run bench [name …]`: runs the benches, prints a table, keeps the rows in bench/results.json. Exit 1 when a bar does not hold. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import type { BenchRow } from './row.ts';

type Bench = () => Promise<readonly BenchRow[]>;

const here = import.meta.dirname;
const resultsFile = path.join(here, 'results.json');
const known = benchNames();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown.join('", "')}".\n  do     Use one of: ${known.join(', ')}.`);
  process.exit(2);
}

let isGood = true;
for (const name of wanted.length > 0 ? wanted : known) {
  const startedMs = performance.now();
  console.log(`\n${styleText('bold', name)}`);
  try {
    const rows = await (await load(name))();
    printTable(rows);
    keep(name, rows);
    isGood &&= rows.length > 0 && rows.every((row) => row.holds);
  } catch (error) {
    isGood = false;
    console.log(
      styleText('red', `  ✗ it broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    );
  }
  console.log(styleText('dim', `  ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`));
}
console.log(`\n${isGood ? 'Every bar holds.' : 'Not every bar holds.'}  ${path.relative(process.cwd(), resultsFile)}`);
process.exit(isGood ? 0 : 1);

/** A bench is a file `<name>.ts` here that exports `bench<Name>`; told by its text, for some of the others act when imported. */
function benchNames(): readonly string[] {
  const stems = readdirSync(here)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3));
  return stems.filter((stem) =>
    readFileSync(path.join(here, `${stem}.ts`), 'utf8').includes(`export async function ${functionOf(stem)}(`),
  );
}

function functionOf(name: string): string {
  return `bench${name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}

async function load(name: string): Promise<Bench> {
  const module = (await import(`./${name}.ts`)) as Record<string, Bench>;
  return module[functionOf(name)]!;
}

function printTable(rows: readonly BenchRow[]): void {
  const cells = rows.map(({ measure, value, unit, bar, control }) => [
    measure + (control ? ' (control)' : ''),
    value.toLocaleString('en', { maximumFractionDigits: 3 }),
    unit,
    bar,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...cells.map((line) => line[column]!.length)));
  for (const [index, [measure = '', value = '', unit = '', bar = '']] of cells.entries()) {
    const mark = rows[index]!.holds ? styleText('green', '✓') : styleText('red', '✗');
    console.log(
      `  ${mark} ${measure.padEnd(widths[0]!)}  ${value.padStart(widths[1]!)} ${unit.padEnd(widths[2]!)}  ${styleText('dim', bar)}`,
    );
  }
}

/** Rows of other benches stay as they were measured last. */
function keep(name: string, rows: readonly BenchRow[]): void {
  const others = readResults().filter((row) => row.bench !== name && rows.every(({ bench }) => bench !== row.bench));
  writeFileSync(resultsFile, `${JSON.stringify([...others, ...rows], null, 2)}\n`);
}

function readResults(): BenchRow[] {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8')) as BenchRow[];
  } catch {
    return [];
  }
}

/**
 * `npm run bench [name …]`: runs the benches, prints a table, keeps the rows in bench/results.json. Exit 1 when a bar does not hold.
 * `npm run bench <name> -- --part=a,b`: only these parts of a bench that has parts; `--rounds=2/4`: the second quarter of its rounds,
 * evenly spread, of a bench that can be done in several runs.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import type { BenchRow, Share } from './row.ts';

type Bench = (parts?: readonly string[] | undefined, share?: Share) => Promise<readonly BenchRow[]>;

const here = import.meta.dirname;
const resultsFile = path.join(here, 'results.json');
const known = benchNames();
const wanted = process.argv.slice(2).filter((word) => !/^--(?:part|rounds)=/.test(word));
const parts = partsOf(process.argv.slice(2));
const isWhole = parts === null && !process.argv.some((word) => word.startsWith('--rounds='));
const share = shareOf(process.argv.slice(2));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown.join('", "')}".\n  do     Use one of: ${known.join(', ')}.`);
  process.exit(2);
}
for (const name of parts === null ? [] : wanted.length > 0 ? wanted : known) {
  const has = (await open(name)).parts ?? [];
  const strange = parts!.filter((part) => !has.includes(part));
  if (strange.length === 0) continue;
  console.error(
    `The bench "${name}" has no part "${strange.join('", "')}".\n  do     Use one of: ${has.join(', ') || 'none, it has no parts'}.`,
  );
  process.exit(2);
}

for (const name of share === undefined ? [] : wanted.length > 0 ? wanted : known) {
  if ((await open(name)).isShared) continue;
  console.error(`The bench "${name}" is not done in several runs.\n  do     Leave "--rounds" out.`);
  process.exit(2);
}

let isGood = true;
for (const name of wanted.length > 0 ? wanted : known) {
  const startedMs = performance.now();
  console.log(`\n${styleText('bold', name)}`);
  try {
    const rows = await (await open(name)).bench(parts ?? undefined, share);
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

interface Opened {
  readonly bench: Bench;
  readonly parts?: readonly string[];
  readonly isShared: boolean;
}

async function open(name: string): Promise<Opened> {
  const { parts: has, isShared, [functionOf(name)]: bench } = (await import(`./${name}.ts`)) as Record<string, unknown>;
  return {
    ...{ bench: bench as Bench, isShared: isShared === true },
    ...(Array.isArray(has) && { parts: has as readonly string[] }),
  };
}

/** Undefined: all rounds. */
function shareOf(words: readonly string[]): Share | undefined {
  const said = words.find((word) => word.startsWith('--rounds='))?.slice('--rounds='.length);
  if (said === undefined) return undefined;
  const [number = 0, of = 0] = said.split('/').map(Number);
  if (Number.isInteger(number) && Number.isInteger(of) && number >= 1 && number <= of) return { number, of };
  console.error(`"--rounds=${said}" is no share of the rounds.\n  do     Say for example --rounds=2/4.`);
  process.exit(2);
}

/** Null: all of them. */
function partsOf(words: readonly string[]): readonly string[] | null {
  const named = words.filter((word) => word.startsWith('--part=')).flatMap((word) => word.slice(7).split(','));
  return named.length > 0 ? named : null;
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

/** Rows of other benches, and of parts that were not run, stay as they were measured last. */
function keep(name: string, rows: readonly BenchRow[]): void {
  const isReplaced = (old: BenchRow): boolean =>
    rows.some(({ bench, measure }) => bench === old.bench && (isWhole || measure === old.measure));
  const others = readResults().filter((row) => !isReplaced(row) && (!isWhole || row.bench !== name));
  writeFileSync(resultsFile, `${JSON.stringify([...others, ...rows], null, 2)}\n`);
}

function readResults(): BenchRow[] {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8')) as BenchRow[];
  } catch {
    return [];
  }
}

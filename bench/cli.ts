/** What a command costs beyond starting Node: paired with `node -e 0`, in turns, so that whatever else the machine does meets both. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { BenchRow } from './row.ts';

const root = path.resolve(import.meta.dirname, '..');
const launcher = path.join(root, 'bin/greenroom');
const sample = path.join(root, 'examples/medianest');
const pairs = 21;
const helpBarMs = 150;
const validateBarMs = 400;

export async function benchCli(): Promise<BenchRow[]> {
  // The first run of each fills the caches of file system and compiler, as every run after an update does.
  const help = paired([launcher, '--help']);
  const validate = paired([launcher, 'validate', '--project', sample]);
  // Blindness: a command that is known to take longer must be seen to.
  const slow = paired([process.execPath, '-e', `setTimeout(() => {}, ${helpBarMs + 30})`]);
  return [
    row('greenroom --help beyond node -e 0', help.beyondMs, `<= ${helpBarMs}`, help.beyondMs <= helpBarMs),
    row(
      'greenroom validate beyond node -e 0',
      validate.beyondMs,
      `<= ${validateBarMs}`,
      validate.beyondMs <= validateBarMs,
    ),
    row('greenroom --help beyond node -e 0, processor time', help.processorBeyondMs, 'reported', true),
    row('greenroom validate beyond node -e 0, processor time', validate.processorBeyondMs, 'reported', true),
    row('greenroom --help, whole', help.wholeMs, 'reported', true),
    row('greenroom validate, whole', validate.wholeMs, 'reported', true),
    row('node -e 0', help.nodeMs, 'reported', true),
    {
      ...row(
        `a command that waits ${helpBarMs + 30} ms beyond node -e 0`,
        slow.beyondMs,
        `> ${helpBarMs}`,
        slow.beyondMs > helpBarMs,
      ),
      control: true,
    },
  ];
}

interface Took {
  readonly wallMs: number;
  /** User and system time: what it costs on a machine that does other things as well. */
  readonly processorMs: number;
}

interface Cost {
  readonly beyondMs: number;
  readonly processorBeyondMs: number;
  readonly wholeMs: number;
  readonly nodeMs: number;
}

/** Medians over pairs run right after each other; the first pair is not counted. */
function paired(argv: readonly string[]): Cost {
  const costs = Array.from({ length: pairs + 1 }, () => ({
    node: took([process.execPath, '-e', '0']),
    whole: took(argv),
  })).slice(1);
  return {
    beyondMs: median(costs.map(({ node, whole }) => whole.wallMs - node.wallMs)),
    processorBeyondMs: median(costs.map(({ node, whole }) => whole.processorMs - node.processorMs)),
    wholeMs: median(costs.map(({ whole }) => whole.wallMs)),
    nodeMs: median(costs.map(({ node }) => node.wallMs)),
  };
}

/** Run below a shell, whose `times` tells what its children used. The shell's own start is in both of a pair. */
function took(argv: readonly string[]): Took {
  const script = '"$@" >/dev/null 2>&1; code=$?; times; exit $code';
  const startedMs = performance.now();
  const done = spawnSync('sh', ['-c', script, 'sh', ...argv], { encoding: 'utf8' });
  const wallMs = performance.now() - startedMs;
  if (done.status !== 0) throw new Error(`${argv.join(' ')} ended with ${done.status}`);
  const children = done.stdout.trim().split('\n').at(-1) ?? '';
  const spent = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return { wallMs, processorMs: spent.reduce((sum, seconds) => sum + seconds * 1_000, 0) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const row = (measure: string, valueMs: number, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'cli', measure, value: Math.round(valueMs * 10) / 10, unit: 'ms', bar, holds, control: false },
});

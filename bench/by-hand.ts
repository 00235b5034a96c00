/** Runs bench/handbook.sh beside a playground: the same release and database server, services of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '../src/edge/testing/free-ports.ts';
import type { Playground } from '../test/rig/playground.ts';

export interface ByHand {
  readonly asked: readonly { readonly name: string; readonly passed: boolean; readonly tookMs: number }[];
  /** From the first question to the decision; NaN when none was reached. */
  readonly verdictMs: number;
  /** What was said to the questions that failed, for whoever has to see why. */
  readonly log: string;
}

/** Proves the release in folder `fresh` against the one in `old`, question by question. */
export async function proveByHand(play: Playground, fresh: string, old: string): Promise<ByHand> {
  const work = play.beside(`by-hand-${path.basename(fresh)}`);
  mkdirSync(work);
  const database = 'by_hand';
  await play.rows(`create database ${database}`);
  const [a, b, c, d] = await freePorts(4);
  const child = spawn(path.join(import.meta.dirname, 'handbook.sh'), [fresh, old], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: process.env['HOME'] ?? '/' },
      ...{ WORK: work, DATABASE_URL: play.databaseUrl(database) },
      ...{ BACKEND_PORT: `${a}`, FRONTEND_PORT: `${b}`, OLD_BACKEND_PORT: `${c}`, OLD_FRONTEND_PORT: `${d}` },
    },
  });
  const asked: { name: string; passed: boolean; tookMs: number }[] = [];
  let beganMs = Number.NaN;
  let lastMs = Number.NaN;
  let verdictMs = Number.NaN;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [what, name = '', outcome] = line.split(' ');
    const atMs = performance.now();
    if (what === 'begin') beganMs = atMs;
    if (what === 'asked') asked.push({ name, passed: outcome === 'pass', tookMs: atMs - lastMs });
    if (what === 'verdict') verdictMs = atMs - beganMs;
    lastMs = atMs;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const log = readFileSync(path.join(work, 'handbook.log'), 'utf8');
  if (Number.isNaN(verdictMs)) throw new Error(`handbook.sh reached no verdict (exit ${code}):\n${log.slice(-3_000)}`);
  return { asked, verdictMs, log };
}

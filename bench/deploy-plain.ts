/** What a team does without Greenroom: `docker compose up -d` with the next image, under the same load. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openComposeProject } from '../test/rig/compose-project.ts';
import { freePorts } from '../src/edge/testing/free-ports.ts';
import { until } from '../test/rig/tiny.ts';
import { writeComposeFiles } from './deploy-platform.ts';
import { failedOf, lossOf } from './load-figures.ts';
import { MixedLoad } from './mixed-load.ts';
import type { BenchRow } from './row.ts';

const recreations = 3;
const betweenMs = 6_000;
const lostBar = 0.05;
const darkBarMs = 2_000;
const now = (): number => performance.timeOrigin + performance.now();
const run = promisify(execFile);

type Row = (measure: string, value: number, unit: string, bar: string, holds: boolean) => BenchRow;

/** A harness that sees no loss here would see none anywhere. */
export async function plainRows(row: Row): Promise<BenchRow[]> {
  const compose = openComposeProject();
  const directory = mkdtempSync(path.join(tmpdir(), 'greenroom-plain-'));
  try {
    const [port] = await freePorts(1);
    writeComposeFiles(directory, compose.base, port!);
    const composed = (release: string, ...argv: readonly string[]) =>
      run('docker', ['compose', '-p', compose.name, ...argv], {
        ...{ cwd: directory, env: { ...process.env, RELEASE: release } },
      });
    const build = async (release: string): Promise<void> => {
      writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ name: release, type: 'module' }));
      await composed(release, 'build');
    };
    const answers = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/`)).ok;
    await build('p0');
    await composed('p0', 'up', '-d');
    await until('it answers', () => answers().catch(() => false));
    const load = new MixedLoad(port!);
    const windows: { readonly fromAt: number; readonly toAt: number }[] = [];
    for (let i = 1; i <= recreations; i += 1) {
      await build(`p${i}`);
      await sleep(betweenMs);
      const fromAt = now();
      await composed(`p${i}`, 'up', '-d');
      await until('it answers again', () => answers().catch(() => false));
      windows.push({ fromAt, toAt: now() });
    }
    await sleep(betweenMs);
    const result = await load.stop();
    const lost = failedOf(result);
    const share = lost / result.issued;
    const darkMs = Math.round(
      Math.min(...windows.map(({ fromAt, toAt }) => lossOf(result.records, fromAt, toAt).darkMs)),
    );
    const rows = [
      row(
        `requests lost, ${lost} of ${result.issued} over ${recreations} recreations`,
        Math.round(share * 1_000) / 10,
        '%',
        `>= ${lostBar * 100}`,
        share >= lostBar,
      ),
      row('dark, shortest', darkMs, 'ms', `>= ${darkBarMs}`, darkMs >= darkBarMs),
    ];
    return rows.map((one) => ({ ...one, control: true }));
  } finally {
    compose.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Makes the pictures of the documentation from real runs: `node scripts/captures.ts`. Plays two releases of the sample project on a stage of
 * its own, keeps what the terminal showed as SVG, and photographs an HTML report where there is a Chromium.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeRelease } from '../examples/medianest/shelf/make.mjs';
import { terminalSvg } from './captures/terminal-svg.ts';
import { remove, setStage, strike } from './demonstration/stage.ts';

const root = path.resolve(import.meta.dirname, '..');
const pictures = path.join(root, 'docs/pictures');
const columns = 100;
const largestBytes = 300_000;
/** A busy machine cannot measure load: such a run says so (exit code 3) and is played again. */
const tries = 5;

process.exitCode = await capture();

async function capture(): Promise<number> {
  mkdirSync(pictures, { recursive: true });
  const { directory } = await setStage();
  try {
    await layOut(directory, '1.0.0');
    keep('run.svg', played(directory, ['deploy', 'staging'], 0));
    const bad = await layOut(directory, 'failing-test');
    keep('stopped.svg', played(directory, ['deploy', 'staging', '--release', bad], 1));
    const page = path.join(directory, 'report.html');
    greenroom(directory, ['report', 'staging', '--format', 'html', '--out', page]);
    photograph(page, 'report.png');
    return 0;
  } finally {
    await strike(directory);
    remove(directory);
  }
}

/** Pins a release of the shelf; answers its version. */
async function layOut(directory: string, name: string): Promise<string> {
  const from = path.join(directory, 'releases', name);
  const { version } = await makeRelease(name, from);
  const made = greenroom(directory, ['release', '--from', from]);
  if (made.code !== 0) throw new Error(`${name} could not be pinned:\n${made.text}`);
  return version;
}

interface Run {
  readonly command: string;
  readonly text: string;
  readonly code: number;
}

function played(directory: string, words: readonly string[], wanted: number): Run {
  for (let attempt = 1; ; attempt += 1) {
    const run = greenroom(directory, words);
    if (run.code === wanted) return run;
    if (run.code !== 3 || attempt === tries)
      throw new Error(`"greenroom ${words.join(' ')}" ended with ${run.code}, not ${wanted}:\n${run.text}`);
    console.error(`"greenroom ${words.join(' ')}" could not judge; once more`);
  }
}

function greenroom(directory: string, words: readonly string[]): Run {
  const { DATABASE_URL: _, GREENROOM_DATABASE_URL: __, GREENROOM_HOME: ___, ...variables } = process.env;
  const done = spawnSync(path.join(root, 'bin/greenroom'), [...words, '--as', 'Ada', '--project', directory], {
    env: { ...variables, FORCE_COLOR: '1', COLUMNS: String(columns), CI: '1' },
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  if (done.error) throw done.error;
  return { command: `greenroom ${words.join(' ')}`, text: done.stdout, code: done.status ?? 70 };
}

function keep(name: string, { command, text }: Run): void {
  const file = path.join(pictures, name);
  writeFileSync(file, terminalSvg(command, text, columns));
  said(file);
}

/** Without a Chromium the picture stays as it is. */
function photograph(page: string, name: string): void {
  const file = path.join(pictures, name);
  const home = mkdtempSync(path.join(os.tmpdir(), 'greenroom-chromium-'));
  try {
    for (const program of ['chromium', 'chromium-browser', 'google-chrome']) {
      const shot = spawnSync(program, [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${home}`],
        ...['--window-size=1100,1250', `--screenshot=${file}`, `file://${page}`],
      ]);
      if (shot.error) continue;
      if (shot.status !== 0) throw new Error(`${program}: ${shot.stderr.toString().slice(-500)}`);
      return said(file);
    }
    console.error(`There is no Chromium here; ${path.relative(root, file)} stays as it is.`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function said(file: string): void {
  const sizeBytes = statSync(file).size;
  if (sizeBytes > largestBytes) throw new Error(`${file} has ${sizeBytes} bytes, allowed are ${largestBytes}.`);
  console.log(`${path.relative(root, file)}  ${(sizeBytes / 1024).toFixed(0)} KiB`);
}

import path from 'node:path';
import type { Artifact, CheckContext } from '../../kinds/check.ts';
import { readJunit, type JunitReport } from './junit.ts';
import { readLcov, type LineCoverage } from './lcov.ts';
import { openRoll } from './roll.ts';
import type { SuiteConfig, SuiteData } from './schema.ts';

const MAX_REPORT_BYTES = 64 * 1024 * 1024;
/** Of all reports together: what they say is held in memory until all are read. */
const MAX_REPORTS_BYTES = 256 * 1024 * 1024;
const MAX_REPORTS = 200;
export const MAX_ARTIFACT_BYTES = 512 * 1024;
/** Of all reports that are kept as evidence. */
const MAX_ARTIFACTS_BYTES = 8 * 1024 * 1024;

/** Reports are looked for in the folder a check may write to, then in the one it runs in. */
const rootsOf = (config: SuiteConfig, context: CheckContext): readonly string[] => [
  context.workDirectory,
  `${context.directory}/${config.directory}`,
];

/** What an earlier run has left must not be taken for this one's; what cannot be removed is told by its age. */
export async function removeStale(config: SuiteConfig, context: CheckContext): Promise<void> {
  const globs = [...config.report, ...(config.coverage ? [config.coverage.file] : [])];
  for (const root of rootsOf(config, context)) {
    for (const glob of globs) {
      for (const file of await context.effects.files.find(root, glob))
        await context.effects.files.remove(file).catch(() => {});
    }
  }
}

async function filesOf(
  glob: string,
  config: SuiteConfig,
  context: CheckContext,
): Promise<readonly { file: string; label: string }[]> {
  const found: { file: string; label: string }[] = [];
  for (const root of rootsOf(config, context)) {
    const files = await context.effects.files.find(root, glob);
    found.push(...files.map((file) => ({ file, label: path.relative(root, file) })));
  }
  return found;
}

export async function readReports(config: SuiteConfig, context: CheckContext, beganAt: number) {
  const reports: SuiteData['reports'][number][] = [];
  const missing: string[] = [];
  const artifacts: Artifact[] = [];
  const roll = openRoll();
  const read = new Set<string>();
  let [bytesLeft, artifactsLeft] = [MAX_REPORTS_BYTES, MAX_ARTIFACTS_BYTES];
  for (const glob of config.report) {
    let fresh = 0;
    const files = await filesOf(glob, config, context);
    for (const { file, label } of files.slice(0, MAX_REPORTS)) {
      if (read.has(path.resolve(file))) {
        fresh += 1; // another glob, or the same one in the other folder, matches it as well
        continue;
      }
      const report = await context.effects.files.read(file, Math.min(MAX_REPORT_BYTES, bytesLeft));
      if (report === null || report.modifiedAt < beganAt) continue;
      fresh += 1;
      read.add(path.resolve(file));
      const { text, truncated } = report;
      bytesLeft -= text.length;
      if (text.length <= Math.min(MAX_ARTIFACT_BYTES, artifactsLeft)) {
        artifacts.push({ label, mediaType: 'application/xml', text });
        artifactsLeft -= text.length;
      }
      reports.push({ path: label, ...(truncated ? tooLong : readJunit(text, roll)) });
    }
    if (fresh === 0) missing.push(glob);
    // What is not read is not good: a test that failed may stand there.
    if (files.length > MAX_REPORTS) reports.push({ path: glob, ...tooMany(files.length) });
  }
  return { reports, missing, artifacts };
}

const tooLong: JunitReport = { status: 'malformed', reason: 'it is longer than 64 MiB, or all together than 256 MiB' };
const tooMany = (count: number): JunitReport => ({
  status: 'malformed',
  reason: `${count} files match it, and no more than ${MAX_REPORTS} are read`,
});

export async function readCoverage(
  glob: string,
  config: SuiteConfig,
  context: CheckContext,
  beganAt: number,
): Promise<LineCoverage | null> {
  for (const { file } of (await filesOf(glob, config, context)).slice(0, MAX_REPORTS)) {
    const read = await context.effects.files.read(file, MAX_REPORT_BYTES);
    if (read === null || read.modifiedAt < beganAt) continue;
    return read.truncated ? { status: 'malformed', reason: 'it is longer than 64 MiB' } : readLcov(read.text);
  }
  return null;
}

import { writeFile } from 'node:fs/promises';
import { readSmallFile } from '../config/source-text.ts';
import { fail, FailureError } from '../domain/failure.ts';
import type { Plan } from '../domain/plan.ts';
import { about, diskFailure } from '../host/full-disk.ts';

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'Make its folder first, or name a file in one that is there.',
  ENOTDIR: 'Part of the path is a file; name a place in a folder.',
  EISDIR: 'It is a folder: name a file inside it.',
  EACCES: 'Name a place that this user may write to.',
  EPERM: 'Name a place that this user may write to.',
  ENAMETOOLONG: 'Name a shorter path.',
};

/** Writes what somebody asked to have in a file of theirs. */
export async function writeAsked(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    if (diskFailure(error)) throw about(file, error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    fail({
      code: 'GR8104',
      message: `${file || 'A file without a name'} cannot be written (${code}).`,
      where: '--out',
      do: remedies[code] ?? 'Name a file in a folder that this user may write to.',
    });
  }
}

/** A plan is a few dozen kilobytes. */
const mostPlanBytes = 16 * 1024 * 1024;

/** The plan that somebody saved; whether it is as it was saved is not asked here. */
export function readPlan(file: string): Plan {
  const isNot = (reason: string): never =>
    fail({
      code: 'GR4205',
      message: `${file} is not a saved plan: ${reason}.`,
      where: file,
      do: 'Save one with "greenroom plan <environment> --out <file>".',
    });
  const text = readSmallFile(file, mostPlanBytes);
  if (typeof text !== 'string') return isNot(`it ${text.says}`);
  try {
    const plan = JSON.parse(text) as Partial<Plan> | null;
    if (
      typeof plan?.hash !== 'string' ||
      typeof plan.project !== 'string' ||
      typeof plan.environment !== 'string' ||
      typeof plan.release?.id !== 'string' ||
      typeof plan.standing !== 'object' ||
      plan.standing === null
    )
      return isNot('fields are missing');
    return plan as Plan;
  } catch (error) {
    if (error instanceof FailureError) throw error;
    return isNot(error instanceof Error ? error.message : String(error));
  }
}

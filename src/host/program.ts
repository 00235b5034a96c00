import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The file of a program that runs as a process or thread of its own, such as `edge/main`: in the sources it stands in that room, in a
 * build in a folder of that name. Either way it is one folder away from this code, with the same ending.
 */
export const programFile = (name: string): string =>
  fileURLToPath(new URL(`../${name}${extname(import.meta.filename)}`, import.meta.url));

/** Whether a process that was started with these words runs that program, from sources or from a build. */
export const runsProgram = (name: string, [, file = '']: readonly string[]): boolean =>
  /\.[jt]s$/.test(file) && file.slice(0, -'.js'.length).endsWith(`/${name}`);

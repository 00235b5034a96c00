import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, FailureError } from '../domain/failure.ts';

/**
 * Makes the folder of Greenroom's own files and writes down whose it is. Environments of two projects would share their state in
 * it, and each project would remove the bytes of the other's releases: throws GR4312 for one that belongs to another project,
 * GR4313 for one that cannot be written to.
 */
export async function openHome(home: string, project: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true });
    await writeFile(path.join(home, '.gitignore'), '*\n');
    await claim(home, project);
  } catch (error) {
    if (error instanceof FailureError || !(error instanceof Error && 'code' in error)) throw error;
    fail({
      code: 'GR4313',
      message: `Greenroom cannot keep its own files here (${String(error.code)}).`,
      where: home,
      do: 'See that the folder may be written to and its disk has room, or let GREENROOM_HOME name another one.',
    });
  }
}

async function claim(home: string, project: string): Promise<void> {
  const file = path.join(home, 'project');
  await writeFile(file, `${project}\n`, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const owner = (await readFile(file, 'utf8')).trim();
  if (owner === '') return await writeFile(file, `${project}\n`); // it was killed while it wrote, or is just writing
  if (owner === project) return;
  fail({
    code: 'GR4312',
    message: `This folder keeps what Greenroom knows of the project "${owner}", not of "${project}".`,
    where: home,
    do: `Give each project a GREENROOM_HOME of its own. Was "${owner}" renamed? Stop its environments under the old name first, then write the new one into ${file}.`,
  });
}

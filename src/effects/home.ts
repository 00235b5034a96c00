import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, FailureError } from '../domain/failure.ts';

/**
 * Makes the folder of Greenroom's own files and writes down whose it is. Environments of two projects would share their state in
 * it, and each project would remove the bytes of the other's releases: throws GR4312 for one that belongs to another project,
 * GR4313 for one that cannot be written to.
 */
export async function openHome(home: string, project: string): Promise<void> {
  const owner = await inHome(home, async () => {
    await makeFolder(path.resolve(home));
    await writeFile(path.join(home, '.gitignore'), '*\n');
    return claim(path.join(home, 'project'), project);
  });
  if (owner === project) return;
  fail({
    code: 'GR4312',
    message: `This folder keeps what Greenroom knows of the project "${owner}", not of "${project}".`,
    where: home,
    do: `Give each project a GREENROOM_HOME of its own. Was "${owner}" renamed? Stop its environments under the old name first, then write the new one into ${path.join(home, 'project')}.`,
  });
}

/**
 * Ties the folder to the database that has the record of what runs from it. In another one nothing serves, so a deployment would end
 * what serves, unproven: throws GR4314.
 */
export async function tieToStore(home: string, identity: string): Promise<void> {
  const file = path.join(home, 'store');
  if ((await inHome(home, () => claim(file, identity))) === identity) return;
  fail({
    code: 'GR4314',
    message: "The database that Greenroom was given is not the one that has this folder's record.",
    where: home,
    do: `Is DATABASE_URL or GREENROOM_DATABASE_URL set, and was not before, or the other way round? Put that back. To begin a new record, stop every environment under the old one first, then remove ${file}.`,
  });
}

async function inHome<T>(home: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
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

/** Parents first. Not `recursive`, which tries for ever where the system says that a folder is not there and cannot be made, as below /proc. */
async function makeFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await make();
  });
}

/** The first one that asks is written down for good. Answers who that was. */
async function claim(file: string, claimant: string): Promise<string> {
  const isNew = await writeFile(file, `${claimant}\n`, { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  const owner = isNew ? claimant : (await readFile(file, 'utf8')).trim();
  if (owner !== '') return owner;
  await writeFile(file, `${claimant}\n`); // who claimed it was killed while it wrote, or is just writing
  return claimant;
}

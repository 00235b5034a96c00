import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../domain/failure.ts';
import { readIfThere, syncFolderOf, writeDurably } from '../host/durable-file.ts';
import { noMaintenance, wishSchema, type MaintenanceWish } from '../kinds/maintenance.ts';
import { emptyState, type ProxyState, stateSchema } from './proxy-state.ts';

/** A name of its own: the edge keeps another `state.json` in the same folder, should an environment change between them. */
const stateFile = 'haproxy-state.json';

const pathOf = (directory: string): string => join(directory, stateFile);

/** Throws GR7436 when the file is not what Greenroom writes: a guess at the epoch would break the fence. */
export async function readState(directory: string): Promise<ProxyState> {
  const text = await readIfThere(pathOf(directory));
  if (text === null) return emptyState;
  try {
    return stateSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return fail({
      code: 'GR7436',
      message: 'What HAProxy was last pointed to cannot be read.',
      where: pathOf(directory),
      do: 'Put the file back as it was. Without it the epoch is lost: run "greenroom stop", remove the file, and deploy.',
    });
  }
}

export const writeState = (directory: string, state: ProxyState): Promise<void> =>
  writeDurably(pathOf(directory), `${JSON.stringify(state, null, 2)}\n`);

/** What is to be the state next. */
const nextFile = (directory: string): string => join(directory, 'haproxy-next.json');

/** On disk when it answers, so that it only needs its name to be the state. */
export const writeNext = (directory: string, state: ProxyState): Promise<void> =>
  writeDurably(nextFile(directory), `${JSON.stringify(state, null, 2)}\n`);

export const dropNext = (directory: string): Promise<void> => rm(nextFile(directory), { force: true });

/** Null when nothing that can be read was prepared. */
export async function readNext(directory: string): Promise<ProxyState | null> {
  const text = await readIfThere(nextFile(directory));
  try {
    return text && stateSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return null;
  }
}

/** What was prepared is the state, for every process from now on. The disk is waited for by `settleState`. */
export const takeNext = (directory: string): Promise<void> => rename(nextFile(directory), pathOf(directory));

/** The state as it is read now is the one that a power cut leaves. */
export const settleState = (directory: string): Promise<void> => syncFolderOf(pathOf(directory));

const wishFile = 'haproxy-maintenance.json';

/** Throws GR7436, as the state does. */
export async function readWish(directory: string): Promise<MaintenanceWish> {
  const path = join(directory, wishFile);
  const text = await readIfThere(path);
  if (text === null) return noMaintenance;
  try {
    return wishSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return fail({
      code: 'GR7436',
      message: 'Which page HAProxy was last told to show cannot be read.',
      where: path,
      do: 'Put the file back as it was, or remove it where no maintenance is under way.',
    });
  }
}

export const writeWish = (directory: string, wish: MaintenanceWish): Promise<void> =>
  writeDurably(join(directory, wishFile), `${JSON.stringify(wish, null, 2)}\n`);

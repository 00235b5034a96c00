import { join } from 'node:path';
import { fail } from '../domain/failure.ts';
import { readIfThere, writeDurably } from '../host/durable-file.ts';
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

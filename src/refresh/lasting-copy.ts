// Copying one piece of a table so that a lost connection is not the end: new ones see the same moment of the source as long as the connection lasts that has opened
// it. Each piece is a transaction of the target, which can be asked afterwards what became of it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { cut } from './borrowed-stream.ts';
import type { CopiedTable } from './copy-out.ts';
import { isLost } from './lost-connection.ts';

export interface Ends {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  readonly target: Client;
}

export interface LastingCopied extends CopiedTable {
  /** How often its connections were opened again. */
  readonly againCount: number;
}

const MOST_TRIES = 3;
const WAIT_MS = 300;
/** For a server that has not noticed yet that nobody is there any more. */
const MOST_WAITS = 30;

export type LastingCopy = (copy: (ends: Ends) => Promise<CopiedTable>) => Promise<LastingCopied>;

/** The connections are kept for the next piece. Throws what the last try threw; what could not be opened again is the loss that it was. */
export async function openLastingCopy(open: () => Promise<Ends>): Promise<LastingCopy> {
  let ends = await open();
  const again = async (lost: unknown, tries: number): Promise<void> => {
    for (const client of [ends.source, ends.target]) cut(client);
    if (tries === MOST_TRIES || !isLost(lost)) throw lost;
    await sleep(WAIT_MS * tries);
    ends = await open().catch(() => {
      throw lost;
    });
  };
  return async (copy) => {
    for (let tries = 1; ; tries += 1) {
      let unsure: Unsure | null = null;
      try {
        await ends.target.query('BEGIN');
        const { rows } = await ends.target.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
        const copied = { ...(await copy(ends)), againCount: tries - 1 };
        unsure = { id: rows[0]!.id, copied };
        await ends.target.query('COMMIT');
        return copied;
      } catch (error) {
        await again(error, tries);
        if (unsure !== null && (await isCommitted(ends.target, unsure, error))) return unsure.copied;
      }
    }
  };
}

interface Unsure {
  readonly id: string;
  readonly copied: LastingCopied;
}

/** What became of a transaction whose end was asked for, and not heard of. */
async function isCommitted(target: Client, { id }: Unsure, lost: unknown): Promise<boolean> {
  for (let waits = 0; waits < MOST_WAITS; waits += 1) {
    const { rows } = await target.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [id]);
    const status = rows[0]!.status;
    if (status === 'committed') return true;
    if (status === 'aborted') return false;
    await sleep(WAIT_MS);
  }
  throw lost;
}

import { fail } from '../domain/failure.ts';
import { placeOf } from './entrance.ts';

export interface Patience {
  readonly url: string;
  /** Called when the database cannot be reached, before the next try. */
  readonly revive?: () => Promise<void>;
  readonly sleep: (durationMs: number) => Promise<void>;
  /** How long a broken connection is retried; a minute unless it is said. */
  readonly patienceMs?: number;
}

/**
 * Classes of SQLSTATE that mean "the connection, not the statement": 08 connection, 57P operator intervention, 53300 too many clients,
 * 25P03 a transaction that idled for too long, as that of a process which was paused in it.
 */
const connectionLost = /^(08|57P|53300|25P03)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;
/** Without a code; the last is what the rollback says, in the place of why it was needed. */
const sayings = /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/;
/** Serialisation failure and deadlock: PostgreSQL took one of two back, so that the other could go on. */
const inTheWay = /^(40001|40P01)$/;

const lookAgainMs = 250;
const mostContended = 20;
/** A wait of up to this long; those who met once should not meet again. */
const jitterMs = (contended: number): number => Math.random() * Math.min(1_000, 20 * 2 ** contended);

/** Runs the work until it ends in another way than by a lost connection or by somebody in its way, within bounds. */
export async function persist<T>(work: () => Promise<T>, options: Patience): Promise<T> {
  const mostLost = (options.patienceMs ?? 60_000) / lookAgainMs;
  for (let [lost, contended] = [0, 0]; ;) {
    try {
      return await work();
    } catch (error) {
      const { code, message } = causeOf(error);
      if (inTheWay.test(code)) {
        contended += 1;
        if (contended >= mostContended) giveWay(options, `${code} ${message}`);
        await options.sleep(jitterMs(contended));
      } else if (connectionLost.test(code) || sayings.test(String(error))) {
        lost += 1;
        if (lost >= mostLost) giveUp(options, `${code} ${message}`.trim());
        await options.revive?.().catch(() => {});
        await options.sleep(lookAgainMs);
      } else throw error;
    }
  }
}

const giveWay = ({ url }: Patience, cause: string): never =>
  fail({
    code: 'GR3104',
    message: `Greenroom's database took one transaction back ${mostContended} times, because others were in its way (${cause}).`,
    where: placeOf(url),
    do: 'Run the command again. When it stays so, another program holds locks there: look into pg_stat_activity.',
  });

const giveUp = ({ url, patienceMs = 60_000 }: Patience, cause: string): never =>
  fail({
    code: 'GR3105',
    message: `Greenroom's database could not be reached for ${Math.round(patienceMs / 1000)} s (${cause}).`,
    where: placeOf(url),
    do: 'Start it, or mend the address in DATABASE_URL; then run the command again, and what was in progress goes on.',
  });

/** Of several addresses that were tried, what the first one said. */
function causeOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AggregateError) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  return { code: 'code' in error ? String(error.code) : '', message: error.message };
}

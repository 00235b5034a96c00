// PostgreSQL behind a pool that outlives the server's restarts: a connection that broke is thrown away, a reading
// question is asked once more, and the health endpoint never waits longer than its own limit.
import { Pool } from 'pg';

const lostConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

export function isConnectionLoss(error) {
  if (lostConnection.has(error?.code) || error?.code?.startsWith?.('08')) return true;
  return /terminated|timeout exceeded|not queryable/i.test(error?.message ?? '');
}

export function openDatabase({ databaseUrl, poolSize }, log) {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: 'medianest-backend',
    max: poolSize,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5_000,
    keepAlive: true,
  });
  // Without a listener an idle connection cut by the server would end this process.
  pool.on('error', (error) => log.info('database connection lost', { reason: error.message }));

  const ask = async (text, values) => (await pool.query(text, values)).rows;

  return {
    write: ask,
    async read(text, values) {
      try {
        return await ask(text, values);
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        return ask(text, values);
      }
    },
    async isUp(timeoutMs = 400) {
      let timer;
      const tooLate = new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs, false);
      });
      const answer = this.read('SELECT 1', []).then(
        () => true,
        () => false,
      );
      return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
    },
    inUse: () => pool.totalCount - pool.idleCount,
    close: () => pool.end(),
  };
}

// A process that joins, says how, and stays until it is told to leave or killed. Used by the tests.
import { joinPostgres } from '../postgres.ts';

const began = performance.now();
const postgres = await joinPostgres({ homeDir: process.argv[2] ?? '', label: 'test process' });
const { adminUrl, port, version } = postgres;
process.stdout.write(`${JSON.stringify({ adminUrl, port, version, tookMs: Math.round(performance.now() - began) })}\n`);
process.stdin.once('data', async () => {
  await postgres.leave();
  process.exit(0);
});

// Keeps the PostgreSQL of a test run up from its first file to its last, and removes it when the run has ended, however it ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPostgres } from '../../embedded/postgres.ts';
import { removeHome } from '../../embedded/testing/postgres-processes.ts';
import { identify, isAlive } from '../../host/process-identity.ts';

const [home = '', pid = ''] = process.argv.slice(2);
const run = identify(Number(pid));
const isRunning = () => run !== null && isAlive(run);
const postgres = await joinPostgres({ homeDir: home, label: 'test janitor' }).catch(() => null);
while (isRunning()) await sleep(250);
await postgres?.leave();
await removeHome(home);

// Tries to become the keeper for half a second, says how often it did, and lives until its input ends. Used by the tests.
import { claimKeeperLock } from '../keeper-lock.ts';
import { openHome } from '../postgres-home.ts';

const home = openHome(process.argv[2] ?? '');
const beginAtMs = Number(process.argv[3]);
while (Date.now() < beginAtMs);
let won = 0;
while (Date.now() < beginAtMs + 500) if (claimKeeperLock(home) !== null) won += 1;
process.stdout.write(`${won}\n`);
process.stdin.resume();

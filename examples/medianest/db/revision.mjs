// Prints the newest applied migration on one line, or "none". With --files: the newest this version brings.
import { readApplied, readMigrations, withDatabase } from './migrations.mjs';

if (process.argv[2] === '--files') {
  console.log(readMigrations().at(-1)?.revision ?? 'none');
} else {
  await withDatabase(async (client) => {
    console.log((await readApplied(client)).at(-1)?.revision ?? 'none');
  });
}

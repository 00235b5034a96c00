// Makes a clone, says its name and waits to be killed.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeScratch } from '../scratch.ts';

const [adminUrl, copy] = process.argv.slice(2);
const scratch = await makeScratch({ adminUrl: adminUrl!, copy: copy! });
console.log(scratch.name);
await sleep(600_000);

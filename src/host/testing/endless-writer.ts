import { writeDurably } from '../durable-file.ts';

/** Replaces a file by turns with one letter and another, until it is killed. */
const [, , path = '', size = '0'] = process.argv;
process.send?.('begins');
for (let round = 0; ; round += 1) await writeDurably(path, (round % 2 === 0 ? 'b' : 'a').repeat(Number(size)));

import { connect } from 'node:net';
import type { Address } from './deploy-place.ts';
import { percentile } from './load-figures.ts';

const connections = 16;
const question = Buffer.from('GET / HTTP/1.1\r\nHost: bench\r\n\r\n');

/** Counted; the middle of an even number would lean to one side. */
const rounds = 9;

/** Through each proxy / direct to those behind it: in turns, so that whatever else the machine does meets all; the middle of the ratios of the rounds. */
export async function throughputRatios<Name extends string>(
  direct: readonly Address[],
  proxies: Readonly<Record<Name, Address>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(proxies) as Name[];
  const counted = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  const round = async (durationMs: number, count: boolean): Promise<void> => {
    const plain = await requestsPerSecond(direct, durationMs);
    for (const name of names) {
      const ratio = (await requestsPerSecond([proxies[name]], durationMs)) / plain;
      if (count) counted[name].push(ratio);
    }
  };
  // The first round warms up.
  await round(400, false);
  for (let number = 0; number < rounds; number += 1) await round(700, true);
  return Object.fromEntries(names.map((name) => [name, percentile(counted[name], 0.5)])) as Record<Name, number>;
}

/**
 * How many GETs a second addresses answer together on 16 busy connections. Speaks bare sockets, since an HTTP client would cost more
 * than what is measured. Answers must have a Content-Length and status 200.
 */
async function requestsPerSecond(addresses: readonly Address[], durationMs: number): Promise<number> {
  const startedMs = performance.now();
  const untilMs = startedMs + durationMs;
  const each = Array.from({ length: connections }, (_, index) => addresses[index % addresses.length]!);
  const counts = await Promise.all(each.map((address) => oneConnection(address, untilMs)));
  return (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - startedMs);
}

function oneConnection({ host, port }: Address, untilMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    let pending: Buffer = Buffer.alloc(0);
    /** Of the answers so far: they are alike, and to read each head would cost as much as what is measured. */
    let usualSize = -1;
    const socket = connect({ port, host, noDelay: true }, () => socket.write(question));
    socket.on('error', reject);
    socket.on('close', () => resolve(answers));
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const size = pending.length === usualSize && beginsWell(pending) ? usualSize : answerSize(pending);
      if (size === null || pending.length < size) return;
      usualSize = size;
      pending = pending.subarray(size);
      answers += 1;
      if (performance.now() < untilMs) socket.write(question);
      else socket.destroy();
    });
  });
}

const good = Buffer.from('HTTP/1.1 200');
const beginsWell = (bytes: Buffer): boolean => bytes.compare(good, 0, good.length, 0, good.length) === 0;

/** Bytes of the first answer, null while its head is incomplete. Throws when it is not a 200 with a length. */
function answerSize(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200') || length === undefined)
    throw new Error(`unexpected answer: ${head.slice(0, 80)}`);
  return end + 4 + Number(length);
}

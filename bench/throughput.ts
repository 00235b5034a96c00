import { connect } from 'node:net';
import { percentile } from './load-figures.ts';

const connections = 16;
const question = Buffer.from('GET / HTTP/1.1\r\nHost: bench\r\n\r\n');

/** Counted pairs; the middle of an even number would lean to one side. */
const pairs = 9;

/** Through a proxy / direct: in turns, so that whatever else the machine does meets both; the middle of the paired ratios. */
export async function throughputRatio(proxyPort: number, directPort: number): Promise<number> {
  const pair = async (durationMs: number): Promise<number> => {
    const direct = await requestsPerSecond(directPort, durationMs);
    return (await requestsPerSecond(proxyPort, durationMs)) / direct;
  };
  // The first pair warms up.
  await pair(400);
  const ratios: number[] = [];
  while (ratios.length < pairs) ratios.push(await pair(700));
  return percentile(ratios, 0.5);
}

/**
 * How many GETs a second an address answers on 16 busy connections. Speaks bare sockets, since an HTTP client would cost more
 * than what is measured. Answers must have a Content-Length and status 200.
 */
async function requestsPerSecond(port: number, durationMs: number): Promise<number> {
  const startedMs = performance.now();
  const untilMs = startedMs + durationMs;
  const counts = await Promise.all(Array.from({ length: connections }, () => oneConnection(port, untilMs)));
  return (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - startedMs);
}

function oneConnection(port: number, untilMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    let pending: Buffer = Buffer.alloc(0);
    /** Of the answers so far: they are alike, and to read each head would cost as much as what is measured. */
    let usualSize = -1;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(question));
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

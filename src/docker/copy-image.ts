import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fail } from '../domain/failure.ts';

/** No byte for this long: the other side has died. */
const SILENCE_MS = 120_000;

/** Brings an image by its tag from one daemon to another, as `docker save | docker load` does. Throws `GR7452`. */
export async function copyImage(fromSocket: string, toSocket: string, tag: string): Promise<void> {
  try {
    const saved = await open(fromSocket, 'GET', `/images/${encodeURIComponent(tag)}/get`, null);
    if (saved.statusCode !== 200) return notCopied(toSocket, tag, await text(saved));
    const loaded = await open(toSocket, 'POST', '/images/load?quiet=1', saved);
    const said = await text(loaded);
    if (loaded.statusCode !== 200 || said.includes('"errorDetail"')) notCopied(toSocket, tag, said);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return notCopied(toSocket, tag, error.message);
    throw error;
  }
}

function open(
  socketPath: string,
  method: string,
  path: string,
  body: IncomingMessage | null,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/x-tar' } : {};
    const asked = request({ socketPath, method, path, headers, agent: false }, resolve);
    asked.setTimeout(SILENCE_MS, () => asked.destroy(new Error(`no answer within ${SILENCE_MS} ms`)));
    asked.on('error', reject);
    if (body) pipeline(body, asked).catch(reject);
    else asked.end();
  });
}

const notCopied = (socketPath: string, tag: string, reason: string): never =>
  fail({
    code: 'GR7452',
    message: `The image ${tag} could not be brought to another node: ${reason.trim().slice(0, 500)}`,
    where: socketPath,
    do: 'Look at both daemons ("docker info", disk space), then run this again; what is there already is not brought again.',
  });

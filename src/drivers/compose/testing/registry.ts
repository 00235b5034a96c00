import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

/** As `docker`, while the registry in this process goes on answering. Throws with what it said. */
export const dockerBeside = async (...argv: readonly string[]): Promise<string> =>
  (await promisify(execFile)('docker', argv, { encoding: 'utf8' })).stdout.trim();

interface Manifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** A registry of images that takes what is pushed and may give out something else. Docker speaks plain HTTP to loopback, and where it is told to. */
export async function openRegistry(host = '127.0.0.1') {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Manifest>();
  const uploads = new Map<string, Buffer[]>();
  let count = 0;
  const server = createServer(async (request, response) => {
    const say = (status: number, headers: Record<string, string | number> = {}, body?: Buffer): void => {
      response.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const { pathname, searchParams } = new URL(request.url!, 'http://registry');
    const [, kind, reference = ''] = /^\/v2\/.+\/(manifests|blobs|uploads)\/([^/]*)$/.exec(pathname) ?? [];
    if (kind === undefined) return say(200);
    if (kind === 'manifests' && request.method === 'PUT') {
      const bytes = await bodyOf(request);
      const manifest = { bytes, mediaType: request.headers['content-type']! };
      for (const name of [reference, digestOf(bytes)]) manifests.set(name, manifest);
      return say(201, { 'docker-content-digest': digestOf(bytes) });
    }
    if (kind === 'manifests') {
      const found = manifests.get(reference);
      if (!found) return say(404);
      const digest = reference.startsWith('sha256:') ? reference : digestOf(found.bytes);
      const headers = { 'content-type': found.mediaType, 'content-length': found.bytes.length };
      return say(200, { ...headers, 'docker-content-digest': digest }, found.bytes);
    }
    if (kind === 'blobs') {
      const found = blobs.get(reference);
      return found ? say(200, { 'content-length': found.length }, found) : say(404);
    }
    const id = reference || String((count += 1));
    const parts = [...(uploads.get(id) ?? []), await bodyOf(request)];
    uploads.set(id, parts);
    const written = Buffer.concat(parts);
    const digest = searchParams.get('digest');
    if (digest !== null) blobs.set(digest, written);
    const location = pathname.replace(/uploads\/[^/]*$/, `uploads/${id}`);
    say(digest === null ? 202 : 201, { location, range: `0-${Math.max(0, written.length - 1)}` });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    ...{ blobs, manifests },
    address: `${host}:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

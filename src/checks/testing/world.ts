import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { createEffects } from '../../effects/effects.ts';
import type { Certificate } from '../../effects/testing/certificate.ts';
import type { CheckContext, ServiceInstance } from '../../kinds/check.ts';
import type { Load } from '../../kinds/effects.ts';

/** For worlds of checks that never drive load. */
const noLoad: Load = { run: () => Promise.reject(new Error('this check may not drive load')) };

/** Digest of the release under test. */
export const TREE = `tree:sha256:${'7'.repeat(64)}`;
export const SECRET = 'correct-horse-battery-staple';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
/** Runs after the test, whatever becomes of it. */
export const afterThis = (close: () => unknown): number => closing.push(close);

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-check-'));
  afterThis(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Real effects, an empty environment; whatever a test needs is laid over it. */
export function testContext(over: Partial<CheckContext> & { readonly load?: Load } = {}): CheckContext {
  const { load = noLoad, ...rest } = over;
  return {
    effects: createEffects({ secrets: [SECRET], load }),
    project: 'medianest',
    environment: 'staging',
    release: { id: 'rel_0123456789ab', revision: '0'.repeat(64), version: '1.0.0', digest: TREE },
    projectDirectory: temporaryFolder(),
    directory: temporaryFolder(),
    workDirectory: temporaryFolder(),
    variables: {},
    declaredVariables: {},
    variableSchema: null,
    services: [],
    running: [],
    ports: [],
    databases: [],
    caches: [],
    deploymentBeganAt: Date.now(),
    expand: (text) => text,
    hashedVariables: async () => null,
    ...rest,
  };
}

export interface Served {
  readonly url: string;
  readonly port: number;
  readonly service: ServiceInstance;
}

/** A real server on a free port, as the service `backend`; closed after the test. */
export async function serve(listener: RequestListener, certificate?: Certificate): Promise<Served> {
  const server: Server = certificate ? (createTlsServer(certificate, listener) as Server) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThis(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { url, port, service: { name: 'backend', url, host: '127.0.0.1', port, log: null } };
}

/** A service where nothing listens. */
export const deadService: ServiceInstance = {
  name: 'backend',
  url: 'http://127.0.0.1:1',
  host: '127.0.0.1',
  port: 1,
  log: null,
};

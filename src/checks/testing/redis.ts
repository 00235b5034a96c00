import { spawn, spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterThis, temporaryFolder } from './world.ts';

/** Null when this machine has no redis-server; with GREENROOM_REQUIRE_TOOLS=1 that is a failure. */
export function redisProgram(): string | null {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found && process.env['GREENROOM_REQUIRE_TOOLS'] === '1')
    throw new Error('redis-server is not installed, and GREENROOM_REQUIRE_TOOLS=1');
  return found ? 'redis-server' : null;
}

/** A real Redis on a free port, ended after the test. */
export async function startRedis(password: string): Promise<{ port: number }> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--requirepass', password];
  const child = spawn('redis-server', options, { cwd: temporaryFolder(), stdio: ['ignore', 'pipe', 'inherit'] });
  afterThis(() => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  for (let waits = 0; waits < 100 && !printed.includes('Ready to accept connections'); waits += 1) await wait(50);
  return { port };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

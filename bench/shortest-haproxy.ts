import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, until } from '../src/edge/testing/rig.ts';
import { withSbin } from '../src/haproxy/testing/rig.ts';
import type { Address } from './deploy-place.ts';

/** As few lines as pass a request on over connections that are kept; one thread, as ours. */
const configText = (port: number, copies: readonly Address[]): string => `global
  nbthread 1
defaults
  mode http
  http-reuse safe
  timeout connect 2s
  timeout client 30s
  timeout server 30s
listen app
  bind 127.0.0.1:${port}
${copies.map(({ host, port: at }, index) => `  server app${index} ${host}:${at}\n`).join('')}`;

export async function startShortestHaproxy(
  copies: readonly Address[],
): Promise<{ address: Address; stop(): Promise<void> }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenroom-bench-'));
  const port = await freePort();
  const file = path.join(directory, 'haproxy.cfg');
  writeFileSync(file, configText(port, copies));
  const child = spawn('haproxy', ['-db', '-f', file], {
    env: { PATH: withSbin },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
    rmSync(directory, { recursive: true });
  };
  try {
    await until(() =>
      fetch(`http://127.0.0.1:${port}/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return { address: { host: '127.0.0.1', port }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

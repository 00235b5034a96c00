import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, until } from '../src/edge/testing/rig.ts';
import { withSbin } from '../src/haproxy/testing/rig.ts';

/** As few lines as pass a request on over connections that are kept; one thread, as ours. */
const configText = (port: number, directPort: number): string => `global
  nbthread 1
defaults
  mode http
  http-reuse safe
  timeout connect 2s
  timeout client 30s
  timeout server 30s
listen app
  bind 127.0.0.1:${port}
  server app 127.0.0.1:${directPort}
`;

export async function startShortestHaproxy(directPort: number): Promise<{ port: number; stop(): Promise<void> }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenroom-bench-'));
  const port = await freePort();
  const file = path.join(directory, 'haproxy.cfg');
  writeFileSync(file, configText(port, directPort));
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
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

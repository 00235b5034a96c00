// A control: the HAProxy that Greenroom has started, once more, without what it knows of machines that are lost.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../../src/edge/testing/free-ports.ts';
import { until } from './tiny.ts';

export interface BlindProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Asks no machine whether it is there, sends nothing to another one, and does not notice silence. `edge`: folder of the proxy it copies. */
export async function openBlindProxy(edge: string): Promise<BlindProxy> {
  const home = mkdtempSync(path.join(tmpdir(), 'greenroom-blind-'));
  const [port = 0] = await freePorts(1);
  for (const map of ['target.map', 'page.map']) copyFileSync(path.join(edge, map), path.join(home, map));
  const seeing = readFileSync(path.join(edge, 'haproxy.cfg'), 'utf8');
  writeFileSync(path.join(home, 'haproxy.cfg'), blinded(seeing, port));
  const env = { PATH: `${process.env['PATH']}:/usr/sbin` };
  const child = spawn('haproxy', ['-db', '-f', 'haproxy.cfg'], {
    cwd: home,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const answers = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/`)).ok;
  await until('the blind proxy answers', () => answers().catch(() => false));
  return {
    port,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function blinded(text: string, port: number): string {
  const sight = /^ {2}(option (httpchk|redispatch|srvtcpka)|srvtcpka-|http-check|timeout check)/;
  const lines = text.split('\n').filter((line) => !sight.test(line));
  const blind = lines.join('\n').replaceAll(/ (tcp-ut \S+|track \S+|check inter .* mark-down)/g, '');
  if (lines.length === text.split('\n').length || / (check|track) /.test(blind)) throw new Error('it sees as before');
  return blind.replaceAll(/^( {2}bind [^:]+):\d+/gm, `$1:${port}`);
}

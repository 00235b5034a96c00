// Two nodes of a real swarm in network namespaces of this machine, made and ended by .ci/swarm.sh.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const script = path.resolve(import.meta.dirname, '../../.ci/swarm.sh');
const WITHIN_MS = 240_000;

export interface Swarm {
  /** Of the manager. */
  readonly socket: string;
  readonly otherSocket: string;
  /** Host names of the two nodes. */
  readonly manager: string;
  readonly other: string;
  /** Address of the second node, as the swarm tells it. */
  addressOfOther(): string;
  /** The docker CLI on a node: 1 is the manager. */
  docker(node: 1 | 2, ...argv: readonly string[]): string;
  /** The second node falls silent, and everything on it is killed. Answers when it was silent at the latest. */
  lose(): Promise<number>;
  back(): void;
  close(): void;
}

/** Why there can be none here, or null; with GREENROOM_REQUIRE_TOOLS=1 that is a failure. */
export function noSwarm(): string | null {
  const missing = ['dockerd', 'docker', 'ip', 'nsenter'].filter((tool) => spawnSync('which', [tool]).status !== 0);
  const why = [...(process.getuid?.() === 0 ? [] : ['root']), ...missing].join(', ');
  if (why === '') return null;
  if (process.env['GREENROOM_REQUIRE_TOOLS'] === '1')
    throw new Error(`a swarm needs ${why}, and GREENROOM_REQUIRE_TOOLS=1`);
  return why;
}

/** From now on `docker` in this process means the manager. */
export function openSwarm(): Swarm {
  const home = mkdtempSync(path.join(tmpdir(), 'greenroom-swarm-'));
  const run = (what: string): string =>
    execFileSync('bash', [script, what, home], {
      encoding: 'utf8',
      timeout: WITHIN_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  let name: string;
  try {
    name = run('start').split(' ')[0]!;
  } catch (error) {
    run('stop');
    throw error;
  }
  const socketOf = (node: 1 | 2): string => path.join(home, String(node), 'docker.sock');
  const docker: Swarm['docker'] = (node, ...argv) =>
    execFileSync('docker', ['-H', `unix://${socketOf(node)}`, ...argv], {
      ...{ encoding: 'utf8', timeout: WITHIN_MS, stdio: ['ignore', 'pipe', 'pipe'] },
    }).trim();
  const before = process.env['DOCKER_HOST'];
  process.env['DOCKER_HOST'] = `unix://${socketOf(1)}`;
  return {
    ...{ socket: socketOf(1), otherSocket: socketOf(2), manager: `${name}-1`, other: `${name}-2` },
    docker,
    addressOfOther: () => docker(1, 'node', 'inspect', '-f', '{{.Status.Addr}}', `${name}-2`),
    lose: async () =>
      Number((await promisify(execFile)('bash', [script, 'lose', home], { timeout: WITHIN_MS })).stdout),
    back: () => void run('back'),
    close: () => {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
      run('stop');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

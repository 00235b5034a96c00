import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The two generations of the compose CLI. */
export const clis = [['docker', 'compose'], ['docker-compose']] as const;

const answers = (...argv: readonly string[]): boolean => spawnSync(argv[0]!, argv.slice(1)).status === 0;

/** Null when this machine has no daemon or not both generations of the CLI; with GREENROOM_REQUIRE_TOOLS=1 that is a failure. */
export function dockerProgram(): string | null {
  const missing = [['docker'], ...clis].filter((program) => !answers(...program, 'version'));
  if (missing.length > 0 && process.env['GREENROOM_REQUIRE_TOOLS'] === '1')
    throw new Error(`${missing.map((each) => each.join(' ')).join(', ')} missing, and GREENROOM_REQUIRE_TOOLS=1`);
  return missing.length > 0 ? null : 'docker';
}

export const docker = (...argv: readonly string[]): string =>
  execFileSync('docker', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

export const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

const maker = fileURLToPath(new URL('../../../../scripts/base-images/make.sh', import.meta.url));

/** An image with this node and the libraries that it is linked to, and nothing else: no registry is needed. */
export function importBase(tag: string): void {
  const env = { ...process.env, NODE: process.execPath };
  execFileSync('bash', [maker, 'node', tag], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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

/** An image with this node and the libraries that it is linked to, and nothing else: no registry is needed. */
export function importBase(tag: string): void {
  const root = mkdtempSync(join(tmpdir(), 'greenroom-base-'));
  try {
    const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).match(/\/[^\s)]+/g) ?? [];
    mkdirSync(join(root, 'tmp'));
    for (const [from, to] of [
      [process.execPath, '/usr/local/bin/node'] as const,
      ...libraries.map((l) => [l, l] as const),
    ]) {
      mkdirSync(join(root, dirname(to)), { recursive: true });
      copyFileSync(from, join(root, to));
      chmodSync(join(root, to), 0o755);
    }
    const packed = join(root, 'base.tar');
    execFileSync('tar', ['-C', root, '--exclude=./base.tar', '-cf', packed, '.']);
    docker('import', '--change', 'ENV PATH=/usr/local/bin', packed, tag);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

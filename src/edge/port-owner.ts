import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The process that listens on a TCP port, as far as /proc lets us see; null when it cannot be found. */
export function findPortOwner(port: number): { readonly pid: number; readonly command: string } | null {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return null;
  for (const entry of listOr('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    for (const descriptor of listOr(`/proc/${entry}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readOr(() => readlinkSync(`/proc/${entry}/fd/${descriptor}`)))?.[1];
      if (inode && inodes.has(inode)) return { pid: Number(entry), command: commandOf(entry) };
    }
  }
  return null;
}

function listeningInodes(port: number): Set<string> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOr(() => readFileSync(table, 'utf8'))
      .split('\n')
      .slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      // 0A is LISTEN.
      if (state === '0A' && inode && Number.parseInt(local?.split(':')[1] ?? '', 16) === port) inodes.add(inode);
    }
  }
  return inodes;
}

/** Only the program's name: arguments may hold secrets. */
function commandOf(pid: string): string {
  return readOr(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).trim();
}

function listOr(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

import { createServer } from 'node:net';

/** Below the range from which the system takes ports for outgoing connections, and that from which drivers do: a port found free there stays free until it is used. */
const lowest = 10_000;
const count = 10_000;
const given = new Set<number>();

export async function freePorts(wanted: number): Promise<readonly number[]> {
  const found: number[] = [];
  while (found.length < wanted) {
    const port = lowest + Math.floor(Math.random() * count);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

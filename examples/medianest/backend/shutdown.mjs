// Leaving without dropping anybody: no new connections, requests under way are finished, WebSockets are told to come
// back (1012), and at the deadline whatever is left is cut. Connections that were dialled in advance and never sent a
// request are not idle to Node, hence the last closeAllConnections.
import { setTimeout as wait } from 'node:timers/promises';

const settleMs = 25;

export async function shutDown({ server, sockets, inFlight, close, graceMs }) {
  const deadline = performance.now() + graceMs;
  server.close();
  server.closeIdleConnections();
  for (const client of sockets.clients) client.close(1012, 'service restart');
  await wait(settleMs);
  while (inFlight() > 0 && performance.now() < deadline) await wait(10);
  const finished = inFlight() === 0;
  server.closeAllConnections();
  for (const client of sockets.clients) client.terminate();
  await Promise.race([close(), wait(1_000, undefined, { ref: false })]);
  return finished;
}

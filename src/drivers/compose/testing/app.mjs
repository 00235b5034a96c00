// A small real service: says which release and container it is, what it was told, and what its neighbours answer.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const { GREENROOM_RELEASE: release, GREENROOM_COLOUR: colour, CALLS, TOLD } = process.env;
const version = readFileSync(new URL('./VERSION', import.meta.url), 'utf8');
const conf = existsSync('/conf/VERSION') ? readFileSync('/conf/VERSION', 'utf8') : null;
let hits = 0;

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://app');
  if (pathname === '/slow') await new Promise((resolve) => setTimeout(resolve, Number(searchParams.get('ms'))));
  hits += 1;
  const neighbours = {};
  if (pathname === '/neighbours')
    for (const url of (CALLS ?? '').split(' ').filter(Boolean))
      neighbours[url] = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
        (answer) => answer.json(),
        (error) => ({ error: String(error.cause?.code ?? error) }),
      );
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ release, colour, version, conf, told: TOLD, container: hostname(), hits, neighbours }));
});
server.listen(3000);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

// A small real service: says which release it is, what it was told, and behaves badly when asked to by a variable.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const { PORT, HOST, GREENROOM_RELEASE: release, GREENROOM_COLOUR: colour, ON_TERM, LEAVES_CHILD } = process.env;
console.log(`${release} begins on ${PORT}`);
if (LEAVES_CHILD) spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'app-child'], { stdio: 'ignore' });

const server = createServer((request, response) => {
  const urls = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.endsWith('_URL')));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ release, colour, pid: process.pid, node: process.version, urls, path: request.url }));
});
server.listen(Number(PORT), HOST);

process.on('SIGTERM', () => {
  console.log(`${release} was asked to end`);
  if (ON_TERM === 'ignore') return;
  server.close();
  server.closeAllConnections();
  process.exit(0);
});

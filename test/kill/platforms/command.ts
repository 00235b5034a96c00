// The program that the driver's page shows, with a toll around what it does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { listening } from '../../../src/drivers/wish/testing/machine.ts';
import type { Lab } from '../lab.ts';
import { allProcesses } from '../processes.ts';
import type { Platform } from './platform.ts';
import { openToll } from './toll.ts';

const example = path.resolve(import.meta.dirname, '../../../src/drivers/command/testing/example.mjs');
const answer = 'console.log(JSON.stringify(await actions[asked.action]()));';

export async function command(lab: Lab): Promise<Platform> {
  const toll = openToll();
  const server = createServer((request, response) => {
    const [, act = '', side] = decodeURIComponent(request.url ?? '').split('/');
    void toll.pass(act, side === 'before' ? 'before' : 'after').then(() => response.end());
  });
  const port = await listening(server);
  writeFileSync(path.join(lab.project, 'driver.mjs'), tolled(port));
  const folder = path.join(lab.home, 'environments/staging/command');
  return {
    ...{ staging: { driver: { kind: 'command', run: ['node', 'driver.mjs'] } }, toll },
    leftovers: () => [
      ...(isSettled(path.join(folder, 'call.json')) ? [] : ['a call is still open']),
      ...allProcesses().flatMap(({ argv }) =>
        argv.some((word) => word.startsWith(folder)) ? [`a process of a call: ${argv.join(' ')}`] : [],
      ),
    ],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A question about the state changes nothing, and pays no toll. */
function tolled(port: number): string {
  const program = readFileSync(example, 'utf8');
  if (!program.includes(answer)) throw new Error(`the example does not say any more: ${answer}`);
  const pass = (side: string): string =>
    `if (asked.action !== 'state') await fetch('http://127.0.0.1:${port}/' + encodeURIComponent(act) + '/${side}');`;
  return program.replace(
    answer,
    [
      `const act = [asked.action, ...(asked.action === 'prepare' ? [] : asked.services.map(({ name }) => name))].join(' ');`,
      pass('before'),
      'const answered = JSON.stringify(await actions[asked.action]());',
      pass('after'),
      'console.log(answered);',
    ].join('\n'),
  );
}

const isSettled = (file: string): boolean =>
  !existsSync(file) || (JSON.parse(readFileSync(file, 'utf8')) as { isSettled: boolean }).isSettled;

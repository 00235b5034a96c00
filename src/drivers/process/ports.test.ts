import { expect, test } from 'vitest';
import { settlePorts } from './ports.ts';

const service = (name: string) => ({ name, argv: [], variables: {}, stopGraceMs: 0 });
const slot = {
  ...{ stateDirectory: '/state', colour: 'blue' as const, host: '127.0.0.1', publicPorts: [20_001] },
  services: [service('api'), service('web')],
};

/** Every port is free, and is given in order from 20,000. */
function hostWith(kept: string | null) {
  return {
    read: async (file: string) => (file.includes('blue') ? kept : null),
    write: async () => {},
    isPortFree: async () => true,
    async freePort(_host: string, avoid: ReadonlySet<number>) {
      let port = 20_000;
      while (avoid.has(port)) port += 1;
      return port;
    },
  };
}

test('no service has a port that users come to, though nothing may listen there yet', async () => {
  expect(await settlePorts(hostWith(null), slot, false)).toEqual({ api: 20_000, web: 20_002 });
  expect(await settlePorts(hostWith('{"api":20001,"web":20005}'), slot, false)).toEqual({ api: 20_000, web: 20_005 });
  // One that runs keeps what it was told.
  expect(await settlePorts(hostWith('{"api":20001,"web":20005}'), slot, true)).toEqual({ api: 20_001, web: 20_005 });
});

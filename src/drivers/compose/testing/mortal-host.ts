import type { ComposeHost } from '../host.ts';

/** A host that falls before the call to the daemon or the CLI that changes something with this number, counted from one. */
export function mortalHost(real: ComposeHost, fallAt: number, fall: () => void) {
  let count = 0;
  const point = (): void => {
    count += 1;
    if (count === fallAt) fall();
  };
  const host: ComposeHost = {
    ...real,
    run(request, signal) {
      const answer = real.run(request, signal);
      // The program is already on its way, and outlives us.
      if (request.argv.includes('up')) setImmediate(point);
      return answer;
    },
    engine(socketPath) {
      const engine = real.engine(socketPath);
      return {
        call(method, path, body) {
          if (method !== 'GET') point();
          return engine.call(method, path, body);
        },
      };
    },
    write(path, text) {
      point();
      return real.write(path, text);
    },
  };
  return { host, points: () => count };
}

import { z } from 'zod';
import type { Traffic, TrafficHandle, TrafficPlace } from '../kinds/traffic.ts';

const other = z
  .strictObject({
    host: z.string().min(1).optional().describe("Address on which it listens. Default: the environment's."),
    ports: z
      .record(z.string(), z.int().min(1).max(65_535))
      .default({})
      .describe("Its public ports by service, where they differ from the environment's."),
  })
  .refine(({ host, ports }) => host !== undefined || Object.keys(ports).length > 0, {
    error: 'expected "host" or "ports": it cannot listen where the first one does',
  });

const schema = z.strictObject({
  program: z
    .string()
    .min(1)
    .default('haproxy')
    .describe('The HAProxy to start, 2.6 or newer: a name to be found on PATH or in /usr/sbin, or a path.'),
  machines: z
    .int()
    .min(2)
    .max(8)
    .optional()
    .describe('Most machines that a service is on at once, where the driver spreads it (`swarm`). Default: one.'),
  check: z
    .string()
    .regex(/^\/[A-Za-z0-9/._~-]*$/, { error: 'expected a path of letters, digits and / . _ ~ -' })
    .optional()
    .describe(
      'With `machines`: path that every service answers with less than 500 on each machine that can serve. Default: `/`.',
    ),
  proxies: z
    .record(z.string().regex(/^(?!main$)[a-z][a-z0-9-]{0,30}$/), other)
    .default({})
    .describe(
      "More HAProxys by name, beside the one at the environment's address, which is called `main`. All of them are pointed together.",
    ),
});

type Config = z.infer<typeof schema>;
/** See `machines` and `check`. */
interface Reach {
  readonly machines: number;
  readonly check: string;
}

interface HaproxyPlace extends Pick<TrafficPlace, 'stateDirectory' | 'services'>, Pick<Config, 'program'> {
  readonly reach?: Reach | undefined;
  readonly more: readonly { readonly name: string; readonly services: TrafficPlace['services'] }[];
}

/** HAProxys of ours for one environment: static backends for both colours, and one map entry that says who gets the requests. */
export function haproxyTraffic(openHaproxy: (place: HaproxyPlace) => TrafficHandle): Traffic<Config> {
  return {
    kind: 'haproxy',
    summary: 'HAProxy for each environment, one or several: faster than the edge, one fenced switch for all services.',
    schema,
    open: ({ stateDirectory, services }, { program, proxies, machines, check = '/' }) => {
      const reach = machines === undefined ? {} : { reach: { machines, check } };
      return openHaproxy({ stateDirectory, services, program, more: othersOf(services, proxies), ...reach });
    },
  };
}

const othersOf = (services: TrafficPlace['services'], proxies: Config['proxies']): HaproxyPlace['more'] =>
  Object.entries(proxies).map(([name, { host, ports }]) => ({
    name,
    services: Object.fromEntries(
      Object.entries(services).map(([service, place]) => [
        service,
        { host: host ?? place.host, port: ports[service] ?? place.port },
      ]),
    ),
  }));

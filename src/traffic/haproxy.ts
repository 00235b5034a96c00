import { z } from 'zod';
import type { Traffic, TrafficHandle, TrafficPlace } from '../kinds/traffic.ts';

const schema = z.strictObject({
  program: z
    .string()
    .min(1)
    .default('haproxy')
    .describe('The HAProxy to start, 2.6 or newer: a name to be found on PATH or in /usr/sbin, or a path.'),
});

type Config = z.infer<typeof schema>;
type HaproxyPlace = Pick<TrafficPlace, 'stateDirectory' | 'services'> & Config;

/** An HAProxy of ours, one per environment: static backends for both colours, and one map entry that says who gets the requests. */
export function haproxyTraffic(openHaproxy: (place: HaproxyPlace) => TrafficHandle): Traffic<Config> {
  return {
    kind: 'haproxy',
    summary: 'An HAProxy of its own for each environment: faster than the edge, one fenced switch for all services.',
    schema,
    open: ({ stateDirectory, services }, { program }) => openHaproxy({ stateDirectory, services, program }),
  };
}

import { z } from 'zod';
import type { Traffic, TrafficHandle, TrafficPlace } from '../kinds/traffic.ts';

const schema = z.strictObject({});

/** The embedded edge: a proxy process of its own under a watchdog, one per environment; it outlives the control plane. */
export function edgeTraffic(
  openEdge: (place: Pick<TrafficPlace, 'stateDirectory' | 'services'>) => TrafficHandle,
): Traffic<z.infer<typeof schema>> {
  return {
    kind: 'edge',
    summary: 'The embedded edge proxy: HTTP and WebSocket, no package to install, one fenced switch for all services.',
    schema,
    open: ({ stateDirectory, services }) => openEdge({ stateDirectory, services }),
  };
}

import { fallOf, obey, ordered } from '../../../kinds/testing/plane.ts';
import { mortalHost } from '../../compose/testing/mortal-host.ts';
import { swarmDriver } from '../../swarm.ts';
import type { SwarmConfig } from '../scene.ts';
import { realHost } from './world.ts';

/** Falls before a call to a daemon that changes something, or beside the CLI. */
const order = ordered<SwarmConfig>();
const real = realHost();
const { host, points } = mortalHost(real, order.fallAt ?? -1, fallOf(order));
await obey(swarmDriver({ ...real, ...host }), order, points);

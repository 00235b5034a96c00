import { fallOf, obey, ordered } from '../../../kinds/testing/plane.ts';
import { composeDriver } from '../../compose.ts';
import type { ComposeConfig } from '../scene.ts';
import { mortalHost } from './mortal-host.ts';
import { realHost } from './world.ts';

/** Falls before a call to the daemon or the CLI. */
const order = ordered<ComposeConfig>();
const { host, points } = mortalHost(realHost(), order.fallAt ?? -1, fallOf(order));
await obey(composeDriver(host), order, points);

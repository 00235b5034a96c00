import { supervisedHost } from '../../../effects/supervised-host.ts';
import type { Json } from '../../../domain/json.ts';
import { fallOf, obey, ordered } from '../../../kinds/testing/plane.ts';
import { processDriver } from '../../process.ts';
import { mortalHost } from './mortal-host.ts';

/** Falls before a call to the host. */
const order = ordered<Json>();
const { host, points } = mortalHost(supervisedHost(), order.fallAt ?? -1, fallOf(order));
await obey(processDriver(host), order, points);

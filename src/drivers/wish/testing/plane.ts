import { remoteHost } from '../../../effects/remote-host.ts';
import type { Driver } from '../../../kinds/driver.ts';
import { obey, ordered, type PlaneOrder } from '../../../kinds/testing/plane.ts';
import { githubWorkflowDriver } from '../../github-workflow.ts';
import { httpDriver } from '../../http.ts';

export interface RemoteOrder extends PlaneOrder {
  readonly kind: 'http' | 'github-workflow';
}

const order = ordered() as RemoteOrder;
const make = order.kind === 'http' ? httpDriver : githubWorkflowDriver;
await obey(make(remoteHost()) as unknown as Driver<unknown>, order);

// The kill loop with containers behind HAProxy, cut down to what stands for the rest; `npm run bench deploy-kill` does all of it.
import { dockerProgram } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { describeDriver } from './driver-suite.ts';

describeDriver('compose', dockerProgram() !== null && haproxyProgram() !== null, [
  ['F002 after the CLI has made a container, before it is started', 'forward', 'create a container #1: after'],
  ['F002 after a container was started, before the answer', 'forward', 'start a container #1: after'],
  ['F002 after a container was removed, before the answer', 'forward', 'remove a container #1: after'],
  ['F081 on the way back, after a container was told to end', 'back', 'signal a container #1: after'],
]);

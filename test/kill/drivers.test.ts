// The kill loop with the other drivers and with HAProxy, cut down to what stands for the rest; `npm run bench deploy-kill` does all of it.
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { describeDriver } from './driver-suite.ts';

describeDriver('process-haproxy', haproxyProgram() !== null, [
  ['F002 after the claim of the switch, before it', 'forward', 'traffic:claimed'],
  ['F002 after the switch, before its answer', 'rollback', 'switch:inside'],
]);
describeDriver('process-haproxies', haproxyProgram() !== null, [
  ['F002 after the switch of both, before its answer', 'forward', 'switch:inside'],
]);
describeDriver('command', true, [
  ['F002 as the program is about to start a service', 'forward', 'start api #1: before'],
  ['F002 between two services that start', 'rollback', 'deployment/start:inside'],
  ['F002 after the program has stopped a service, before it says so', 'forward', 'stop web #1: after'],
]);
describeDriver('http', true, [
  ['F001 with an order that never arrived', 'forward', 'start api #1: before'],
  ['F002 with an order that was carried out, before its answer', 'forward', 'start web #1: after'],
  ['F081 with an order to stop the new version', 'back', 'stop web #1: after'],
]);
describeDriver('github-workflow', true, [
  ['F001 with a dispatch that never arrived', 'forward', 'start api #1: before'],
  ['F002 while a run goes on that nobody was told the number of', 'rollback', 'start web #1: after'],
  ['F002 while a run that stops a service is followed', 'forward', 'follow #3: before'],
]);

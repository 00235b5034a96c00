import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, nanoseconds } from './amounts.ts';
import { nodesFor, type Node, type Service, type Task } from './cluster.ts';
import { exitOf, instanceOf } from './copies.ts';

const node = (name: string, more: Partial<Node> = {}): Node => ({
  ...{ id: name, name, host: `${name}.host`, isReady: true, isMeant: true },
  facts: { 'node.hostname': name, 'node.role': 'worker', 'node.labels.disk': 'ssd' },
  ...more,
});
const at = (second: number): string => new Date(second * 1_000).toISOString();
const task = (slot: number, on: string, state: string, made = 1, ended = made, wish = 'running'): Task => ({
  ...{ ID: `${slot}.${on}.${made}`, CreatedAt: at(made), ServiceID: 's', Slot: slot, NodeID: on, DesiredState: wish },
  Status: { State: state, Timestamp: at(ended) },
});
const service: Service = {
  ID: 's',
  Spec: {
    ...{ Name: 'shop_web', Labels: { 'greenroom.service': 'web', 'greenroom.release': 'rel_one' }, Mode: {} },
    ...{ TaskTemplate: {}, EndpointSpec: { Ports: [{ PublishedPort: 20_001 }] } },
  },
};

describe('copies of a service', () => {
  const both = [node('a'), node('b'), node('c')];

  test('it is told with every node that has a copy, and those that may get one', () => {
    const told = instanceOf(service, [task(1, 'b', 'running'), task(2, 'a', 'running')], both);
    expect(told).toMatchObject({ service: 'web', host: 'a.host', also: ['b.host'], standby: ['c.host'], port: 20_001 });
  });

  test('a copy on a node that is lost does not count, is no exit, and its node stays on standby', () => {
    const nodes = [node('a'), node('b', { isReady: false })];
    const moved = [task(1, 'a', 'running'), task(2, 'b', 'running', 1, 2, 'shutdown'), task(2, '', 'pending', 5)];
    expect(instanceOf(service, moved, nodes)).toMatchObject({ host: 'a.host', standby: ['b.host'] });
    // The node comes back and tells only then that the old copy has failed.
    const back = [task(1, 'a', 'running'), task(2, 'b', 'failed', 1, 9, 'shutdown'), task(2, 'b', 'starting', 5)];
    expect(exitOf(back)).toBeNull();
  });

  test('one that ended by itself is an exit until it is back', () => {
    const crashed = [task(1, 'a', 'running'), task(2, 'b', 'failed', 1, 3, 'shutdown'), task(2, 'b', 'ready', 4)];
    expect(exitOf(crashed)).toBe('failed');
    expect(instanceOf(service, crashed, both)).toBeNull();
    expect(exitOf([...crashed, task(2, 'b', 'running', 5)])).toBeNull();
    expect(exitOf([task(1, 'a', 'rejected')])).toBe('rejected');
  });

  test('nothing is told where no copy runs, whatever else there is', () => {
    const states = fc.constantFrom(
      'new',
      'pending',
      'assigned',
      'preparing',
      'starting',
      'failed',
      'shutdown',
      'orphaned',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), states)), (all) => {
        expect(
          instanceOf(
            service,
            all.map(([slot, state]) => task(slot, 'a', state)),
            both,
          ),
        ).toBeNull();
      }),
    );
  });
});

test('constraints are read as the swarm reads them; unknown ones, drained and paused nodes', () => {
  const [one, two] = [node('a'), node('b', { facts: { 'node.hostname': 'b', 'node.role': 'manager' } })];
  const names = (...constraints: string[]) => nodesFor([one, two], constraints).map(({ name }) => name);
  expect(names()).toEqual(['a', 'b']);
  expect(names('node.role == manager')).toEqual(['b']);
  expect(names('node.role!=manager')).toEqual(['a']);
  expect(names('node.labels.disk==ssd')).toEqual(['a']);
  expect(names('node.labels.disk!=ssd')).toEqual(['b']);
  expect(names('engine.labels.x==1')).toEqual(['a', 'b']);
  expect(nodesFor([node('a', { isMeant: false })], [])).toEqual([]);
});

test('durations of Go and sizes of Docker', () => {
  expect(['1m30s', '1.5s', '250ms', '2h', '1', 'soon'].map(nanoseconds)).toEqual([
    ...[90e9, 1.5e9, 250e6, 7_200e9, null, null],
  ]);
  expect(['67108864', '64M', '1gb', '512k', '10b', 'much'].map(bytes)).toEqual([
    ...[67_108_864, 67_108_864, 1_073_741_824, 524_288, 10, null],
  ]);
});

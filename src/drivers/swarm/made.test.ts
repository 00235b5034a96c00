import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Node, Service, Task } from './cluster.ts';
import { instanceOf } from './copies.ts';
import { differencesOf, seen } from './made.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const container = { Image: 'sha256:1', Args: ['node', 'app.mjs'], Env: ['A=1', 'B=2'], Secrets: [{ SecretID: 's' }] };
type Part = keyof typeof container;
const node = (name: string, isReady = true): Node => ({
  ...{ id: name, name, host: `${name}.host`, isReady, isMeant: true, facts: {} },
});
const service = (over: object = {}, more: { copies?: number; id?: string; settings?: object } = {}): Service => ({
  ID: more.id ?? 's',
  Spec: {
    ...{
      Name: 'shop_web',
      Labels: { 'greenroom.service': 'web' },
      Mode: { Replicated: { Replicas: more.copies ?? 2 } },
    },
    TaskTemplate: { ContainerSpec: { ...container, ...over }, ForceUpdate: 0, ...more.settings },
    EndpointSpec: { Ports: [{ PublishedPort: 20_001 }] },
  },
});
const changed = (...parts: Parameters<typeof service>): Service => ({ ...service(...parts), PreviousSpec: {} });
const task = (on: string, over: object = {}, state = 'running'): Task => ({
  ...{
    ID: on,
    CreatedAt: '2026-01-01T00:00:00Z',
    ServiceID: 's',
    Slot: on.charCodeAt(0),
    NodeID: on,
    DesiredState: 'running',
  },
  ...{
    Status: { State: state, Timestamp: '2026-01-01T00:00:00Z' },
    Spec: { ContainerSpec: { ...container, ...over } },
  },
});
const nodes = [node('a'), node('b')];
const made = seen(hash, service());
const told = (now: Service, tasks: readonly Task[] = [task('a'), task('b')], before: typeof made | undefined = made) =>
  differencesOf({ hash, service: now, tasks, nodes, made: before });

const others: Readonly<Record<Part, readonly [object, string]>> = {
  Image: [{ Image: 'sha256:2' }, 'image'],
  Args: [{ Args: ['node', 'app.mjs', 'x'] }, 'command'],
  Env: [{ Env: ['A=1', 'B=3'] }, 'environment'],
  Secrets: [{ Secrets: [] }, 'secrets or configs'],
};

test('F082 whatever parts of a service are others, they are named, and nothing else is', () => {
  const parts = fc.subarray(Object.keys(others) as Part[]);
  fc.assert(
    fc.property(parts, fc.boolean(), fc.integer({ min: 1, max: 4 }), (all, isLimited, copies) => {
      const over = Object.assign({}, ...all.map((part) => others[part][0])) as object;
      const settings = isLimited ? { settings: { Resources: { Limits: { MemoryBytes: 9 } } } } : {};
      const words = [...all.map((part) => others[part][1]), ...(isLimited ? ['other settings'] : [])];
      expect(told(changed(over, { copies, ...settings }))).toEqual([
        ...(words.length > 0 ? [`was changed in the swarm by hand (shop_web): ${words.join(', ')}`] : []),
        ...(copies === 2
          ? []
          : [`is to have ${copies} ${copies === 1 ? 'copy' : 'copies'}, and was started with 2 copies`]),
      ]);
    }),
  );
});

test('F082 what a daemon tells otherwise or a restart leaves behind is no difference', () => {
  const restarted = changed({ Env: ['B=2', 'A=1'], Isolation: '' }, { settings: { ForceUpdate: 3, Placement: {} } });
  expect(told(restarted)).toEqual([]);
  // A newer daemon has more to tell of a service that nobody touched.
  expect(told(service({ Isolation: 'default' }))).toEqual([]);
});

test('F082 without a record, what the swarm itself keeps says whether it was changed', () => {
  expect(told(service(), undefined, undefined)).toEqual([]);
  expect(differencesOf({ hash, service: changed(), tasks: [], nodes, made: undefined })).toEqual([
    'was changed in the swarm by hand (shop_web); how it was started is not on record',
  ]);
});

test('F082 a service made in its place, and a copy that runs what the service no longer says', () => {
  expect(told(service(others.Env[0], { id: 'other' }))).toEqual([
    'runs as a service that Greenroom did not make (shop_web); others are: environment',
  ]);
  expect(told(changed(), [task('a'), task('b', others.Image[0])])).toEqual([
    'has a copy on b that is not as it was started: image',
  ]);
  // Of one that follows the changed service nothing is said twice.
  expect(told(changed(others.Image[0]), [task('a', others.Image[0]), task('b')])).toHaveLength(1);
});

test('copies that are missing are said with the reason: a node that is down, or the words of the swarm', () => {
  const waits = task('b', {}, 'pending');
  const seenOn = (all: readonly Node[], tasks: readonly Task[]) => instanceOf(service(), tasks, all)?.missingCopies;
  expect(seenOn(nodes, [task('a'), task('b')])).toBeUndefined();
  expect(seenOn([node('a'), node('b', false)], [task('a'), task('b')])).toMatch(
    /^runs 1 of 2 copies \(the node b is down\)/,
  );
  const said = { ...waits, Status: { ...waits.Status, Err: 'no suitable node' } };
  expect(seenOn(nodes, [task('a'), said])).toMatch(
    /^runs 1 of 2 copies \(no suitable node\); .*"docker service ps shop_web"/,
  );
  const everywhere: Service = { ...service(), Spec: { ...service().Spec, Mode: { Global: {} } as never } };
  expect(instanceOf(everywhere, [task('a'), task('b', {}, 'pending')], nodes)?.missingCopies).toMatch(/^runs 1 of 2/);
  expect(instanceOf(everywhere, [task('a')], nodes)?.missingCopies).toBeUndefined();
});

import type { Instance } from '../../kinds/driver.ts';
import { labelNames } from '../compose/scene.ts';
import { nodesFor, type Node, type Service, type Task } from './cluster.ts';

const ended: ReadonlySet<string> = new Set(['failed', 'rejected', 'complete']);

/** Copies that run, as far as their nodes answer. */
export const runningTasks = (tasks: readonly Task[], nodes: readonly Node[]): readonly Task[] =>
  tasks.filter(
    ({ NodeID: node, Status: { State: state }, DesiredState: wish }) =>
      state === 'running' && wish === 'running' && nodes.some(({ id, isReady }) => id === node && isReady),
  );

/** Where copies of a service run, as far as their nodes answer. */
export function runningOn(tasks: readonly Task[], nodes: readonly Node[]): readonly Node[] {
  const running = runningTasks(tasks, nodes);
  return nodes.filter(({ id }) => running.some(({ NodeID: node }) => node === id));
}

/**
 * Why a copy that ended by itself is not there, in the swarm's words; null when none did. What was moved away from a lost node ended by
 * order: the copy in its place was made before its end was known.
 */
export function exitOf(tasks: readonly Task[]): string | null {
  const seats = Map.groupBy(tasks, ({ Slot: slot, NodeID: node }) => slot ?? node);
  for (const copies of seats.values()) {
    if (copies.some(({ Status: { State: state } }) => state === 'running')) continue;
    const newest = Math.max(...copies.map(({ CreatedAt: at }) => Date.parse(at)));
    const gone = copies.find(
      ({ CreatedAt: at, Status: { State: state, Timestamp: endedAt } }) =>
        ended.has(state) && (Date.parse(at) === newest || newest >= Date.parse(endedAt)),
    );
    if (gone) return gone.Status.Err ?? gone.Status.State;
  }
  return null;
}

/** A service with all its copies. Null when none runs, or one has ended by itself and is not back. Pure. */
export function instanceOf(service: Service, tasks: readonly Task[], nodes: readonly Node[]): Instance | null {
  const { Labels: labels, EndpointSpec: endpoint, TaskTemplate: template } = service.Spec;
  const own = tasks.filter(({ ServiceID: id }) => id === service.ID);
  const running = runningOn(own, nodes);
  const [first, ...others] = running;
  const port = endpoint?.Ports?.[0]?.PublishedPort;
  if (!first || port === undefined || exitOf(own) !== null) return null;
  const standby = nodesFor(nodes, template.Placement?.Constraints ?? []).filter((node) => !running.includes(node));
  return {
    ...{ service: labels?.[labelNames.service] ?? '', host: first.host, port },
    ...(others.length > 0 && { also: others.map(({ host }) => host) }),
    ...(standby.length > 0 && { standby: standby.map(({ host }) => host) }),
    ...{ pid: null, startedTicks: null, log: null, releaseId: labels?.[labelNames.release] ?? '' },
    startedAt: Math.min(...own.filter(isRunning).map(({ CreatedAt: at }) => Date.parse(at))),
    ...missingOf(service, own, nodes),
  };
}

/** Copies that the service is to have and that do not run, with what the swarm says of them. */
function missingOf(
  { Spec: spec }: Service,
  own: readonly Task[],
  nodes: readonly Node[],
): Pick<Instance, 'missingCopies'> {
  const places = nodesFor(nodes, spec.TaskTemplate.Placement?.Constraints ?? []);
  // Of one on each node, a node that never had a copy is none that the swarm means.
  const had = places.filter(({ id }) => own.some(({ NodeID: node }) => node === id)).length;
  const wanted = spec.Mode.Replicated ? (spec.Mode.Replicated.Replicas ?? 0) : had;
  const running = runningTasks(own, nodes).length;
  if (running >= wanted) return {};
  const waiting = own.filter(
    ({ Status: { State: state }, DesiredState: wish }) => wish === 'running' && state !== 'running',
  );
  const reasons = [
    ...places.filter(({ isReady }) => !isReady).map(({ name }) => `the node ${name} is down`),
    ...waiting.flatMap(({ Status: { Err: error } }) => error ?? []),
  ];
  const why = reasons.length === 0 ? '' : ` (${reasons[0]})`;
  return {
    missingCopies: `runs ${running} of ${wanted} copies${why}; the swarm starts what is missing as soon as a node can have it ("docker service ps ${spec.Name}")`,
  };
}

const isRunning = ({ Status: { State: state } }: Task): boolean => state === 'running';

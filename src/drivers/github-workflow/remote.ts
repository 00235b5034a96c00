import type { Failure } from '../../domain/failure.ts';
import type { Json } from '../../domain/json.ts';
import type { Wish } from '../wish/colour.ts';
import type { Handle, Order } from '../wish/orders.ts';
import { sinceMs, type FindAnswer, type FollowAnswer, type Remote, type SendAnswer } from '../wish/pursue.ts';
import { refused, toldFailure, unreached, unreadable } from '../wish/remote-failures.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import { github } from './api.ts';
import { notePlace } from './book.ts';
import { addressIn, findRun, markOf, readRun, runIdIn, type Run, type Told } from './runs.ts';
import type { GithubConfig } from './schema.ts';

type Scene = RemoteScene<GithubConfig>;

/** A workflow that is dispatched for each start and stop; its run is found again by the key in its title. */
export function githubRemote(scene: Scene): Remote {
  const { config } = scene;
  return {
    sends: (action) => action !== 'prepare',
    // Only after no run with its key was to be found.
    isRepeatable: () => true,
    send: (wish, order, signal) => dispatch(scene, wish, order, signal),
    follow: (handle, order, signal) => follow(scene, handle, order, signal),
    find: (order, signal) => find(scene, order, signal),
    limits: { withinMs: config.within, everyMs: config.every, retryForMs: config['retry-for'] },
  };
}

/** What the workflow is told, beside the key: one input of JSON. Never a variable of a service: inputs are for all to read. */
function inputOf({ slot }: Scene, { action, services }: Wish, order: Order): Json {
  const { id, revision, version, artifact } = slot.release;
  return {
    ...{ action, service: services[0]?.name ?? '', colour: slot.colour },
    ...{ project: slot.project, environment: slot.environment, epoch: slot.epoch, attempt: order.attempt },
    release: id === '' ? null : { id, revision, version, artifact },
  };
}

async function dispatch(scene: Scene, wish: Wish, order: Order, signal: AbortSignal): Promise<SendAnswer> {
  const { config } = scene;
  const inputs = { key: order.key, greenroom: JSON.stringify(inputOf(scene, wish, order)) };
  const body = { ref: config.ref, inputs, ...(config['run-details'] && { return_run_details: true }) };
  const path = `/actions/workflows/${config.workflow}/dispatches`;
  const reply = await github(scene, { method: 'POST', path, body }, signal);
  switch (reply.status) {
    case 'ok': {
      const run = runIdIn(reply.json);
      return run === null ? { said: `it answered ${reply.code}, no id` } : { handle: { run }, said: `run ${run}` };
    }
    case 'limited':
      return { end: 'refused', said: reply.said, afterMs: reply.afterMs };
    case 'never-sent':
      return { end: 'refused', said: reply.said };
    case 'untrusted':
      return { end: 'failed', didNothing: true, said: reply.said, failure: unreached(scene, wish.doing, reply.said) };
    case 'unclear':
      // Left open: if a run began, it is found by its key.
      return { said: reply.said };
    case 'refused': {
      const failure = refusal(scene, wish.doing, reply);
      const isOld = reply.body.includes('return_run_details');
      const advice = 'This server does not know return_run_details yet: write "run-details: false".';
      return {
        ...{ end: 'failed', didNothing: true, said: failure.message },
        failure: isOld ? { ...failure, do: advice } : failure,
      };
    }
    default:
      return reply satisfies never;
  }
}

async function find(scene: Scene, order: Order, signal: AbortSignal): Promise<FindAnswer> {
  const told = await findRun(scene, order.key, order.startedAt, signal);
  if (told.status === 'told' && told.value) return { status: 'found', handle: { run: String(told.value.id) } };
  if (told.status === 'told')
    return sinceMs(scene, order) > scene.config['found-within'] ? { status: 'unknown' } : { status: 'wait' };
  const instead = insteadOf(scene, order, told);
  // Whether it began must be known before anything else is sent.
  return instead.status === 'blind' ? instead : { status: 'wait', afterMs: instead.afterMs };
}

async function follow(scene: Scene, handle: Handle, order: Order, signal: AbortSignal): Promise<FollowAnswer> {
  const told = await readRun(scene, handle['run'] ?? '', signal);
  if (told.status !== 'told') return insteadOf(scene, order, told);
  const run = told.value;
  if (run.status !== 'completed') return { status: 'running', said: `run ${run.id} is ${run.status ?? 'not begun'}` };
  // It is over, so that a stop may follow; nothing that it says is believed.
  if (!run.display_title.includes(markOf(order.key)))
    return { status: 'failed', failure: unreadable(scene, order.doing, untitled(run)) };
  const said = `run ${run.id} ended with "${run.conclusion ?? 'nothing'}" ${run.html_url}`.trim();
  if (run.conclusion !== 'success') return { status: 'failed', failure: toldFailure(scene, order.doing, said) };
  if (order.action !== 'start' || scene.config.addresses || order.service === null) return { status: 'done', said };
  const place = await addressIn(scene, String(run.id), signal);
  if (place.status !== 'told') return insteadOf(scene, order, place);
  if (place.value === null) return { status: 'failed', failure: unreadable(scene, order.doing, homeless(run)) };
  await notePlace(scene, order.colour, order.service, place.value);
  return { status: 'done', said };
}

/** What to do when a question was not answered as it should be: ask again, or say that it cannot be told. */
function insteadOf(
  scene: Scene,
  { doing }: Order,
  told: Exclude<Told<unknown>, { status: 'told' }>,
): { status: 'running'; said: string; afterMs: number } | { status: 'blind'; failure: Failure } {
  if (told.status === 'strange') return { status: 'blind', failure: unreadable(scene, doing, told.why) };
  const { reply } = told;
  switch (reply.status) {
    case 'limited':
      return { status: 'running', said: reply.said, afterMs: reply.afterMs };
    case 'never-sent':
    case 'unclear':
      return { status: 'running', said: reply.said, afterMs: 0 };
    case 'untrusted':
      return { status: 'blind', failure: unreached(scene, doing, reply.said) };
    case 'refused':
      return { status: 'blind', failure: refusal(scene, doing, reply) };
    default:
      return reply satisfies never;
  }
}

/** GitHub says 404 of what is not there, and of what a token may not see. */
function refusal(scene: Scene, doing: string, { code, body }: { code: number; body: string }): Failure {
  const failure = refused(scene, doing, code, body);
  const { repository, workflow } = scene.config;
  const file = `.github/workflows/${workflow}`;
  const advice = `See that ${file} is on the default branch of ${repository} (GitHub dispatches no other) and has "workflow_dispatch", that "repository" is right, and that the token has access to it: Actions read and write, Checks read.`;
  return code === 404 ? { ...failure, do: advice } : failure;
}

const untitled = (run: Run): string =>
  `the title of run ${run.id} does not hold the key; the workflow needs  run-name: "… [\${{ inputs.key }}]"`;
const homeless = (run: Run): string =>
  `run ${run.id} did not say where the service listens; let a step print ::notice title=greenroom::{"address":"host:port"}, or write "addresses"`;

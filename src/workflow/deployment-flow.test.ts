import { expect, test } from 'vitest';
import { gists, stepsOf } from '../../test/explorer/rules.ts';
import {
  newDeployment,
  type DeploymentState,
  type EndedAs,
  type Message,
  type OperationResult,
} from '../domain/deployment.ts';
import type { StepKind } from '../domain/step.ts';
import { defineFlows, type Desk, type RunStep } from './deployment-flow.ts';
import { openMemoryEngine } from './memory-engine.ts';

type Perform = (run: RunStep) => Promise<OperationResult>;

/** A deployment `d` whose steps do what the script says, and succeed where it says nothing. */
async function play(script: Partial<Record<StepKind, Perform>>, attempts = 1) {
  const broken: unknown[] = [];
  const performed: StepKind[] = [];
  const saved: { version: number; kind: Message['kind']; after: DeploymentState }[] = [];
  const points: string[] = [];
  const engine = openMemoryEngine((error) => broken.push(error));
  const desk: Desk = {
    open: async () => newDeployment(stepsOf(false)),
    save: async (_id, version, _before, message, after) => void saved.push({ version, kind: message.kind, after }),
    async perform({ operation: { step } }, run) {
      performed.push(step.kind);
      const verdict = step.kind === 'decide' ? { verdict: gists[0]! } : {};
      return (await script[step.kind]?.(run)) ?? { status: 'done', ...verdict };
    },
    attempted: async () => attempts,
    reach: async (point) => void points.push(point),
  };
  defineFlows(engine, desk);
  await engine.open();
  await engine.start('deployment', 'd', { deployment: 'd' }, { lock: 'p/staging', number: 1 });
  return {
    ...{ engine, performed, saved, points, broken },
    tell: (message: Message) => engine.tell('d', message, `${message.kind}/${saved.length}`),
    state: () => saved.at(-1)?.after,
    async ended(): Promise<EndedAs | undefined> {
      await expect.poll(async () => (await engine.find('d'))?.status, { timeout: 5_000, interval: 2 }).toBe('ended');
      return saved.at(-1)?.after.ended?.as;
    },
    async running(kind: StepKind): Promise<void> {
      await expect.poll(() => performed.at(-1), { timeout: 5_000, interval: 2 }).toBe(kind);
    },
  };
}
const forward = stepsOf(false).map((step) => step.kind);
const opening = ['admit', 'drift', 'way-back'] as const;
const cancel: Message = { kind: 'go-back', as: 'cancelled', by: 'ada', reason: 'wants it' };
/** A step that goes on until it is let go, or cut off. */
function blocking() {
  const gate = Promise.withResolvers<OperationResult>();
  const seen = { aborted: false };
  const perform: Perform = (run) =>
    run('block', async (signal) => {
      signal.addEventListener('abort', () => (seen.aborted = true));
      return gate.promise;
    });
  return { perform, seen, end: (result: OperationResult = { status: 'done' }) => gate.resolve(result) };
}

test('a good deployment walks begun and ended through every step, saved version by version, to live', async () => {
  const it = await play({});
  expect(await it.ended()).toBe('live');
  expect(it.performed).toEqual(forward);
  expect(it.saved.map((each) => each.kind)).toEqual(forward.flatMap(() => ['begin', 'operation-ended']));
  expect(it.saved.map((each) => each.version)).toEqual(it.saved.map((_, index) => index + 1));
  expect(it.points.filter((point) => point.endsWith(':told'))).toEqual(forward.map((kind) => `${kind}:told`));
  expect(it.broken).toEqual([]);
});

test('a failed check leads to the decision, and a no-go back over what was started', async () => {
  const it = await play({
    checks: async () => ({ status: 'failed', reason: 'slow' }),
    decide: async () => ({ status: 'done', verdict: gists[2]! }),
  });
  expect(await it.ended()).toBe('no-go');
  expect(it.performed).toEqual([...opening, 'migrate', 'start', 'prove', 'checks', 'decide', 'stop-new']);
});

test('a refused admission ends before anything was done', async () => {
  const it = await play({ admit: async () => ({ status: 'failed', reason: 'GR4101' }) });
  expect([await it.ended(), it.performed]).toEqual(['refused', ['admit']]);
});

test('a bad bake goes all the way back', async () => {
  const it = await play({ bake: async () => ({ status: 'failed', reason: 'it answers 500' }) });
  expect(await it.ended()).toBe('rolled-back');
  expect(it.performed.slice(-5)).toEqual(['bake', 'switch-back', 'verify-back', 'drain-new', 'stop-new']);
});

test('F020 a cancel that came while a step ran is taken before the next step begins', async () => {
  const migrate = blocking();
  const it = await play({ migrate: migrate.perform });
  await it.running('migrate');
  await it.tell(cancel);
  await it.tell({ kind: 'accept', condition: 'a', by: 'ada' });
  migrate.end();
  expect(await it.ended()).toBe('cancelled');
  expect(it.performed).toEqual([...opening, 'migrate']);
  expect(migrate.seen.aborted).toBe(false);
});

test('a cancel that was sent before the deployment began is not lost', async () => {
  const admit = blocking();
  const it = await play({ admit: admit.perform });
  await it.running('admit');
  await it.tell(cancel);
  admit.end();
  expect([await it.ended(), it.performed]).toEqual(['cancelled', ['admit']]);
});

test.each(['checks', 'bake'] as const)('a cancel cuts %s off, and its late answer is told to nobody', async (kind) => {
  const looking = blocking();
  const it = await play({ [kind]: looking.perform });
  await it.running(kind);
  await it.tell(cancel);
  expect(await it.ended()).toBe('cancelled');
  expect(looking.seen.aborted).toBe(true);
  const saves = it.saved.length;
  looking.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(it.saved).toHaveLength(saves);
  expect(it.points).not.toContain(`${kind}:told`);
  expect(it.performed.at(-1)).toBe('stop-new');
});

test('from the beginning of stop there is no way back', async () => {
  const stop = blocking();
  const it = await play({ stop: stop.perform });
  await it.running('stop');
  await it.tell(cancel);
  stop.end();
  expect(await it.ended()).toBe('live');
  expect(it.saved.find((each) => each.kind === 'go-back')?.after.goingBack).toBeNull();
});

test('F008 an unknown step holds until a person says what it came to; one message of that person counts once', async () => {
  let tries = 0;
  const it = await play({
    migrate: async () => ((tries += 1) === 1 ? { status: 'unknown', reason: 'cut off' } : { status: 'done' }),
  });
  await expect.poll(() => it.state()?.hold?.kind).toBe('unknown');
  const retry: Message = { kind: 'resolve', choice: 'retry', by: 'ada' };
  await Promise.all([it.engine.tell('d', retry, 'same key'), it.engine.tell('d', retry, 'same key')]);
  expect(await it.ended()).toBe('live');
  expect(it.performed.slice(0, 6)).toEqual([...opening, 'migrate', 'migrate', 'start']);
  expect(it.saved.filter((each) => each.kind === 'resolve')).toHaveLength(1);
});

test('F009 a step that has killed five processes is not tried again, but asked of a person', async () => {
  const it = await play({}, 6);
  await expect
    .poll(() => it.state()?.hold)
    .toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/^5 processes/) });
  expect(it.performed).toEqual([]);
  await it.tell({ kind: 'resolve', choice: 'go-back', by: 'ada' });
  expect(await it.ended()).toBe('cancelled');
});

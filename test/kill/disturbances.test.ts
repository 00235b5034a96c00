// What else goes wrong while a deployment runs: parts that die together, owners that sleep, people who act at the wrong moment.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeGround, openGround, type Ground } from './loop.ts';
import { pausedKill } from './paused-kill.ts';
import * as scenario from './scenarios.ts';

describe('disturbances', () => {
  let ground: Ground;

  beforeAll(async () => {
    ground = await openGround();
  }, 120_000);

  afterAll(async () => {
    await closeGround(ground);
  }, 120_000);

  const limitMs = 120_000;

  it(
    'goes on with PostgreSQL and its keeper killed',
    async () => {
      const { complaints } = await scenario.killParts(ground, 'bake', { postmaster: true, keeper: true });
      expect(complaints).toEqual([]);
    },
    limitMs,
  );

  it(
    'F016 goes on after control plane, edge, PostgreSQL and keeper were killed at once',
    async () => {
      const everything = { control: true, worker: true, watchdog: true, postmaster: true, keeper: true };
      const { complaints } = await scenario.killParts(ground, 'bake', everything);
      expect(complaints).toEqual([]);
    },
    limitMs,
  );

  it(
    'F016 goes on back after everything was killed at once on the way back',
    async () => {
      const round = { victim: 'all', point: 'switch-back:before', bakes: false } as const;
      expect((await pausedKill(ground, round)).complaints).toEqual([]);
    },
    limitMs,
  );

  it(
    'F006 fences off an owner that was paused longer than its lease',
    async () => {
      expect(await scenario.staleOwner(ground, 'switch:before')).toEqual([]);
    },
    limitMs,
  );

  it(
    'F007 refuses the forward switch of an owner that wakes after the rollback',
    async () => {
      expect(await scenario.staleSwitch(ground)).toEqual([]);
    },
    limitMs,
  );

  it(
    'F013 hands back within 25 s of SIGTERM',
    async () => {
      const { complaints, tookMs } = await scenario.handedBack(ground, 'bake');
      expect(complaints).toEqual([]);
      expect(tookMs).toBeLessThan(25_000);
    },
    limitMs,
  );

  it(
    'F005 lets two recoverers at once do everything once',
    async () => {
      expect(await scenario.twoRecoverers(ground, 'deployment/start:inside')).toEqual([]);
    },
    limitMs,
  );

  it(
    'F068 runs two releases for one environment one after the other',
    async () => {
      expect(await scenario.twoAtOnce(ground)).toEqual([]);
    },
    limitMs,
  );

  it(
    'F069 runs two environments beside each other',
    async () => {
      expect(await scenario.twoPlaces(ground)).toEqual([]);
    },
    limitMs,
  );

  it(
    'F017 takes a cancelled deployment back, with the traffic',
    async () => {
      expect(await scenario.cancelled(ground, 'bake')).toEqual([]);
    },
    limitMs,
  );

  it(
    'F008 F018 asks a person about a migration that was cut off, and runs it again once',
    async () => {
      expect(await scenario.unknownMigration(ground, 'retry', 2)).toEqual([]);
    },
    limitMs,
  );

  it(
    'F020 keeps an acceptance that comes before the deployment waits for it',
    async () => {
      expect(await scenario.earlyAcceptance(ground)).toEqual([]);
    },
    limitMs,
  );

  it(
    'F001 F012 goes on in the middle of the bake under another version of Greenroom',
    async () => {
      expect(await scenario.upgraded(ground, 'bake:inside')).toEqual([]);
    },
    limitMs,
  );

  it(
    'F009 asks a person after five deaths in one step',
    async () => {
      expect(await scenario.poison(ground, 'deployment/start:inside')).toEqual([]);
    },
    limitMs,
  );
});

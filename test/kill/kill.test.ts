// The kill loop, cut down to what stands for the rest; `npm run bench kill` does every step × before, inside and after.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeGround, conclude, discover, killRound, openGround, settled, type Ground, type Round } from './loop.ts';
import { until } from './processes.ts';
import { killedAndTakenBack, rehearsing } from './rehearsed.ts';

const rounds: readonly (readonly [name: string, round: Round])[] = [
  ['F001 F016 before an order has reached the engine', { point: 'order:written', takeover: 'resume', bakes: true }],
  [
    'F002 after the migration, before its answer',
    { point: 'infrastructure/migrate-main:inside', takeover: 'peer', bakes: true },
  ],
  ['F002 between two services that start', { point: 'deployment/start:inside', takeover: 'resume', bakes: true }],
  ['F002 after a check, before its answer', { point: 'check:slow-question:inside', takeover: 'resume', bakes: true }],
  ['F003 inside the transaction that records a step', { point: 'save:18:inside', takeover: 'resume', bakes: true }],
  ['F002 after the switch, before its answer', { point: 'switch:inside', takeover: 'peer', bakes: true }],
  ['F004 after a recorded step, before the next', { point: 'save:18:recorded', takeover: 'resume', bakes: true }],
  ['F002 between two services that stop', { point: 'stop:inside', takeover: 'resume', bakes: true }],
  ['F081 on the way back, after its switch', { point: 'switch-back:inside', takeover: 'resume', bakes: false }],
];

describe('the kill loop', () => {
  let ground: Ground;

  beforeAll(async () => {
    ground = await openGround();
  }, 120_000);

  afterAll(async () => {
    await closeGround(ground);
  }, 120_000);

  it('finds nothing wrong where nobody dies, and passes the points that are killed below', async () => {
    const { points, complaints } = await discover({ ...ground, asksStatus: true }, { bakes: true });
    expect(complaints).toEqual([]);
    expect(points).toEqual(
      expect.arrayContaining(rounds.filter(([, { bakes }]) => bakes).map(([, { point }]) => point)),
    );
  }, 120_000);

  it.each(rounds)(
    '%s',
    async (_name, round) => {
      const { complaints, recoveryMs } = await killRound(ground, round);
      expect(complaints).toEqual([]);
      expect(recoveryMs).not.toBeNull();
    },
    120_000,
  );

  it('F002 in a rehearsal of the way back that goes on, the old version has the traffic', async () => {
    const round: Round = { point: 'rehearse-back:inside', takeover: 'peer', bakes: true };
    const { complaints } = await rehearsing(ground, () => killRound(ground, round));
    expect(complaints).toEqual([]);
  }, 120_000);

  it('F081 in a rehearsal of the way back, after which the deployment goes back', async () => {
    expect(await rehearsing(ground, () => killedAndTakenBack(ground, 'rehearse-back:inside'))).toEqual([]);
  }, 120_000);

  it('leaves no flow open', async () => {
    expect(await settled(ground)).toEqual([]);
  }, 120_000);

  it('would see a doubled effect and a second process of the same service', async () => {
    const { lab, serves } = ground;
    const ledger = readFileSync(lab.ledger, 'utf8');
    const variables = { KILL_MARK: lab.mark, GREENROOM_ENVIRONMENT: 'staging', GREENROOM_RELEASE: serves, PORT: '0' };
    const twin = spawn(process.execPath, [path.join(lab.project, 'server.mjs')], { env: variables, stdio: 'ignore' });
    try {
      lab.nextVersion();
      await lab.must(['deploy', 'staging', '--json']);
      appendFileSync(lab.ledger, `staging ${await newestRelease(ground)} 1\n`);
      const seen = (await conclude({ ...ground, asksStatus: true }, true, Date.now())).join('\n');
      expect(seen).toContain('the migration ran 2 times');
      expect(seen).toContain('not two of');
    } finally {
      twin.kill('SIGKILL');
      await until('the twin is gone', () => twin.exitCode !== null || twin.signalCode !== null, 5_000);
      writeFileSync(lab.ledger, ledger);
    }
  }, 120_000);
});

async function newestRelease({ lab }: Ground): Promise<string> {
  const [row] = await lab.rows<{ release: string }>(
    `select plan->'release'->>'id' as release from greenroom.deployment where id = $1`,
    [await lab.newest()],
  );
  return row?.release ?? '';
}

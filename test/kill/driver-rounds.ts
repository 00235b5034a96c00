// What the kill loop does with a driver: where Greenroom dies, and what must be seen when something is wrong there.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { conclude, discover, killRound, type Asked, type Ground, type Round, type RoundResult } from './loop.ts';
import { isToll } from './platforms/toll.ts';
import { markedBy, signal, until } from './processes.ts';

const lastForwardPoint = 'bake:after';
/** The same for every driver, and killed at by `npm run bench kill`: the order, each transaction, each check. */
const isDrivers = (point: string): boolean => isToll(point) || !/^(?:order|save|check):|:told$/.test(point);

export const ways = {
  forward: { bakes: true },
  /** Only what comes after the bake has failed. */
  back: { bakes: false },
  /** From the release that serves to the one before it. */
  rollback: { bakes: true, returns: true },
} as const satisfies Record<string, Asked>;
export type Way = keyof typeof ways;

/** Every point around and inside each step, and at every act of the platform. */
export async function driverPoints(ground: Ground, way: Way): Promise<readonly Omit<Round, 'takeover'>[]> {
  const asked = ways[way];
  // Between two that went live undisturbed, whatever came of the rounds before.
  if (way === 'rollback') for (const one of [ways.forward, ways.forward]) await undisturbed(ground, one);
  const points = await undisturbed(ground, asked);
  const from = way === 'back' ? points.indexOf(lastForwardPoint) + 1 : 0;
  return points
    .slice(from)
    .filter(isDrivers)
    .map((point) => ({ ...asked, point }));
}

async function undisturbed(ground: Ground, asked: Asked): Promise<readonly string[]> {
  const { points, complaints } = await discover(ground, asked);
  if (complaints.length > 0) throw new Error(`undisturbed: ${complaints.join(' | ')}`);
  return points;
}

/** A round that breaks off is one that went wrong; those after it are done all the same. */
export const tried = (ground: Ground, round: Round): Promise<RoundResult> =>
  killRound(ground, round).catch((error: unknown) => ({
    ...{ ...round, complaints: [`the round broke: ${String(error)}`], recoveryMs: null, tookMs: 0 },
  }));

export const driverControls = {
  'nobody goes on': nobodyGoesOn,
  'a second copy': secondCopy,
  'nobody answers': nobodyAnswers,
};

/** Greenroom dies, and nobody goes on: a lost deployment. */
async function nobodyGoesOn(ground: Ground): Promise<readonly string[]> {
  const { lab } = ground;
  ground.startsBefore = lab.starts();
  lab.nextVersion();
  await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault('health:before') }).ended;
  const seen = await conclude(ground, true, Number.POSITIVE_INFINITY, { starts: 2 });
  await lab.must(['resume', 'staging', '--json']);
  await conclude(ground, true, Number.POSITIVE_INFINITY);
  return seen;
}

/** A service of the release that serves runs twice. */
async function secondCopy(ground: Ground): Promise<readonly string[]> {
  const { lab } = ground;
  ground.startsBefore = lab.starts();
  lab.nextVersion();
  await lab.must(['deploy', 'staging', '--json']);
  await conclude(ground, true, Number.POSITIVE_INFINITY);
  const end = await (lab.platform?.double ?? (() => doubled(ground)))();
  try {
    return await conclude(ground, true, Number.POSITIVE_INFINITY, { starts: 2 });
  } finally {
    end();
  }
}

async function doubled({ lab, serves }: Ground): Promise<() => void> {
  const variables = { KILL_MARK: lab.mark, KILL_LEDGER: lab.ledger, GREENROOM_ENVIRONMENT: 'staging', PORT: '0' };
  const twin = spawn(process.execPath, [path.join(lab.project, 'server.mjs')], {
    ...{ env: { ...variables, GREENROOM_RELEASE: serves }, stdio: 'ignore' },
  });
  const before = lab.starts();
  await until('the twin runs', () => lab.starts() > before, 20_000);
  return () => void twin.kill('SIGKILL');
}

/** What serves is ended beside Greenroom while users ask. Nothing serves afterwards. */
async function nobodyAnswers(ground: Ground): Promise<readonly string[]> {
  const { lab, stream } = ground;
  const endedAt = Date.now();
  if (lab.platform?.endServices) lab.platform.endServices();
  else for (const { pid } of markedBy('KILL_MARK', lab.mark)) signal(pid, 'SIGKILL');
  await until('a request has failed', () => stream.failures(endedAt).length > 0, 30_000).catch(() => undefined);
  return conclude(ground, true, endedAt);
}

/**
 * The demonstration behind `npm start`: the sample project's shelf of releases goes through staging to production, on the real engine, while
 * people use production. Ends with 0 when every good release went live and every bad one was stopped where its README says it should be.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import { makeRelease } from '../examples/medianest/shelf/make.mjs';
import { readExpectations } from '../examples/medianest/shelf/expectations.mjs';
import { orderDeployment } from '../src/app/deploy-release.ts';
import { followDeployment } from '../src/app/follow-deployment.ts';
import { createRelease } from '../src/app/make-release.ts';
import { planDeployment } from '../src/app/plan-deployment.ts';
import { publicAddresses } from '../src/app/site.ts';
import { exitCodeOfEnding } from '../src/cli/exit-code.ts';
import { openWorld, type OpenWorld } from '../src/compose.ts';
import { formatDuration } from '../src/domain/duration.ts';
import type { Account } from '../src/domain/account.ts';
import type { Project } from '../src/domain/project.ts';
import { lookAtSource } from '../src/effects/source.ts';
import { reportHtml } from '../src/report/html-report.ts';
import { accountOf } from '../src/store/accounts.ts';
import { refreshStaging, type Refreshing } from './demonstration/refreshing.ts';
import { remove, setStage, strike, type Stage } from './demonstration/stage.ts';
import { sendUsers, type Users } from './demonstration/users.ts';

/** The bad ones shown; the tests play the whole shelf. */
const shown = [
  '1.0.0',
  '1.1.0',
  'missing-variable',
  'migration-fails',
  'crash-at-start',
  'failing-test',
  'errors-after-cutover',
];

const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const bold = (text: string): string => styleText('bold', text);
const isTerminal = process.stdout.isTTY === true && !process.env['CI'];

interface Scene {
  readonly release: string;
  readonly expected: string;
  readonly came: string;
  readonly isRight: boolean;
}

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
process.once('SIGTERM', () => interruption.abort());

process.exitCode = await demonstrate();

async function demonstrate(): Promise<number> {
  const beganAt = performance.now();
  say(bold('Greenroom takes the releases of a small media library from staging to production.'));
  const stage = await setStage();
  let world: OpenWorld | null = null;
  let users: Users | null = null;
  try {
    world = await openWorld({
      project: stage.loaded.project,
      variables: withoutDatabase(),
      onProgress: () => {},
      onFenced: () => process.exit(3),
      role: 'engine',
    });
    const scenes: Scene[] = [];
    let isRefreshed = false;
    for (const expectation of readExpectations().filter((each) => shown.includes(each.release))) {
      if (interruption.signal.aborted) return 130;
      scenes.push(await play(stage, world, expectation));
      if (users !== null || expectation.environment !== 'production' || !scenes.at(-1)?.isRight) continue;
      users = sendUsers(publicUrls(stage.loaded.project));
      isRefreshed = sayRefreshed(await refreshStaging(world, stage, interruption.signal));
    }
    const isRight = sayEnd(scenes, users, performance.now() - beganAt) && isRefreshed;
    if (isTerminal && !interruption.signal.aborted) await stay(stage);
    return isRight ? 0 : 1;
  } finally {
    await users?.leave();
    await world?.close();
    await strike(stage.directory);
    await remove(stage.directory);
  }
}

/** The demonstration keeps its own state apart from whatever database the shell points to. */
function withoutDatabase(): Record<string, string | undefined> {
  const { DATABASE_URL: _, GREENROOM_DATABASE_URL: __, GREENROOM_HOME: ___, ...rest } = process.env;
  return rest;
}

function publicUrls(project: Project): readonly string[] {
  const production = project.environments.find((each) => each.name === 'production')!;
  const { backend, frontend } = publicAddresses(project, production);
  const [api, page] = [backend!, frontend!].map(({ host, port }) => `http://${host}:${port}`);
  return [`${api}/api/library`, `${page}/`, `${api}/api/version`];
}

/** One release: staging, and production when staging lets it. */
async function play(
  stage: Stage,
  world: OpenWorld,
  expectation: ReturnType<typeof readExpectations>[number],
): Promise<Scene> {
  const { release: name, wrong, environment, phase, exitCode } = expectation;
  say(`\n${bold(name)}  ${wrong === 'nothing' ? 'a good release' : wrong}`);
  const from = path.join(stage.directory, 'releases', name);
  await makeRelease(name, from);
  const { project } = stage.loaded;
  const { release } = await createRelease(
    world,
    { project, from, version: null, actor: 'the demonstration' },
    (directory) => lookAtSource(directory, 'package.json'),
  );
  let last: Account | null = null;
  for (const place of project.path) {
    const { plan, obstacles } = await planDeployment(world, project, place, release.id);
    if (obstacles.length > 0) break;
    const { id } = await orderDeployment(world, {
      project,
      plan,
      actor: 'the demonstration',
      reason: null,
      bindToPlan: false,
      supersede: 'queued',
    });
    last = await watchIt(world, id);
    keepReport(stage, last);
    if (last.ending?.as !== 'live') break;
  }
  const came = last === null ? { place: 'nowhere', phase: 'nowhere', code: 70 } : whereItStopped(last);
  const isRight = came.place === environment && came.phase === phase && came.code === exitCode;
  return {
    release: name,
    expected: `${environment}, ${phase}, exit ${exitCode}`,
    came: `${came.place}, ${came.phase}, exit ${came.code}`,
    isRight,
  };
}

/** Draws a deployment as one line that grows phase by phase. */
async function watchIt(world: OpenWorld, id: string): Promise<Account> {
  let told = '';
  for await (const event of followDeployment(world, id, interruption.signal)) {
    if (event.kind !== 'record' || event.record.kind !== 'step-began') continue;
    const step = String(event.record.data['step']).split('/')[0]!;
    if (step === told || step === 'admit') continue;
    told = step;
    if (isTerminal) process.stdout.write(styleText('dim', ` ${step} …`));
  }
  const account = (await world.store.read((rows) => accountOf(rows, id)))!;
  if (isTerminal) process.stdout.write('\r\u001B[2K');
  sayOutcome(account);
  return account;
}

function sayOutcome(account: Account): void {
  const { plan, ending, verdict } = account;
  const took = formatDuration((account.endedAt ?? account.createdAt) - account.createdAt);
  const answers = account.results.filter((result) => result.outcome === 'pass').length;
  if (ending?.as === 'live') {
    const moved = account.steps.find((step) => step.kind === 'switch')?.facts['switchMs'];
    say(
      `  ${styleText('green', '✓')} ${plan.environment.padEnd(11)} ${verdict?.decision.toUpperCase()} on ${answers} answers; traffic moved in ${String(moved)} ms; live after ${took}`,
    );
    return;
  }
  say(
    `  ${styleText('red', '■')} ${plan.environment.padEnd(11)} stopped after ${took} (${ending?.as ?? account.status}): ${(ending?.reason ?? '').slice(0, 220)}`,
  );
  const decisive = verdict?.lines.find((line) => line.outcome === 'fail' && line.next !== null);
  if (decisive) say(styleText('dim', `    likely cause: ${decisive.cause ?? 'see the report'}`));
}

function sayRefreshed({ rows, originals, tookMs, reachable }: Refreshing): boolean {
  say(`\n${bold('refresh')}  production has people by now; staging gets what they look like`);
  const isRight = rows > 0 && originals > 0 && reachable.production > 0 && reachable.staging === 0;
  say(
    `  ${isRight ? styleText('green', '✓') : styleText('red', '■')} staging     ${rows.toLocaleString('en')} rows copied, masked and proven in ${formatDuration(tookMs)}: none of ${originals.toLocaleString('en')} originals is left; ${reachable.production.toLocaleString('en')} addresses of real mail in production, ${reachable.staging} in staging`,
  );
  return isRight;
}

function whereItStopped(account: Account): { place: string; phase: string; code: number } {
  const { plan, ending, verdict, steps } = account;
  const code = ending ? exitCodeOfEnding(ending, verdict?.decision === 'conditional-go', false) : 3;
  if (ending?.as === 'live') return { place: plan.environment, phase: 'live', code };
  const failed = steps.find((step) => step.status === 'failed');
  return { place: plan.environment, phase: failed?.phase ?? failed?.name ?? ending?.as ?? 'unknown', code };
}

function keepReport(stage: Stage, account: Account): void {
  const directory = path.join(stage.directory, 'report');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path.join(directory, `${account.plan.environment}-${account.number}-${account.plan.release.version}.html`),
    reportHtml(account),
  );
}

function sayEnd(scenes: readonly Scene[], users: Users | null, tookMs: number): boolean {
  say(`\n${bold('release'.padEnd(22))} ${bold('should come to'.padEnd(38))} ${bold('came to')}`);
  for (const { release, expected, came, isRight } of scenes)
    say(
      `${release.padEnd(22)} ${expected.padEnd(38)} ${isRight ? styleText('green', came) : styleText('red', `${came}  ← not as expected`)}`,
    );
  const tally = users?.tally();
  const isBright = tally !== undefined && tally.failed === 0 && tally.requests > 0;
  if (tally) {
    const line = `Meanwhile people asked production ${tally.requests} times: ${tally.failed} failed, longest pause between answers ${tally.longestPauseMs} ms.`;
    say(`\n${styleText(isBright ? 'green' : 'red', line)}`);
  }
  const isRight = scenes.every((scene) => scene.isRight) && scenes.length === shown.length && isBright;
  say(
    isRight
      ? `Every good release went live and every bad one was stopped where it should be. ${formatDuration(tookMs)}.`
      : 'Not everything came as it should.',
  );
  return isRight;
}

/** On a terminal there is something to look at, until Ctrl-C. */
async function stay(stage: Stage): Promise<void> {
  const { project } = stage.loaded;
  say();
  for (const environment of project.environments.filter((each) => project.path.includes(each.name))) {
    const { frontend } = publicAddresses(project, environment);
    say(`  ${environment.name.padEnd(11)} http://${frontend!.host}:${frontend!.port}/`);
  }
  say(`  reports     ${path.join(stage.directory, 'report')}/`);
  say(`  yourself    bin/greenroom status --project ${path.relative(process.cwd(), stage.directory)}`);
  say(styleText('dim', '  Ctrl-C stops everything'));
  if (!interruption.signal.aborted)
    await new Promise<void>((resolve) =>
      interruption.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
}

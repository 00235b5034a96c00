import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mutantsOf, type Mutant } from './mutate.ts';
import type { TrialAnswer, TrialTask } from './mutant-trial.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const domain = path.join(here, '../../src/domain');
const files = ['deployment.ts', 'step.ts', 'verdict.ts', 'promotion.ts'];
/** A mutant that is not judged by then runs for ever: that is noticed too. */
const limitMs = 20_000;

test('every mutant of the rules is caught', { timeout: 240_000 }, async () => {
  const beganAt = performance.now();
  const sources = Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(path.join(domain, file), 'utf8')] as const)),
  );
  const mutants = files.flatMap((file) => mutantsOf(file, sources[file]!));
  const place = await mkdtemp(path.join(tmpdir(), 'greenroom-mutants-'));
  try {
    await writeFile(path.join(place, 'package.json'), '{"type":"module"}');
    const tasks = await Promise.all(mutants.map((mutant, id) => settle(place, sources, mutant, id)));
    const answers = (await Promise.all([judge(tasks), judge(tasks)])).flat();
    const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1);
    const caught = answers.filter((answer) => answer.caughtBy !== null);
    console.log(`mutants: ${mutants.length} made, ${caught.length} caught, in ${seconds} s; ${tally(caught)}`);
    const survivors = answers.filter((answer) => answer.caughtBy === null).map(({ id }) => name(mutants[id]!));
    expect(survivors).toEqual([]);
    expect(caught.length).toBe(mutants.length);
    expect(mutants.length).toBeGreaterThan(300);
    // Files that cannot be loaded and endless runs are caught too, but they prove little about the tests.
    const cheap = caught.filter(({ caughtBy }) => caughtBy === 'loading' || caughtBy === 'time limit');
    expect(cheap.length).toBeLessThan(mutants.length / 20);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});

const name = ({ file, line, change }: Mutant): string => `${file}:${line} ${change}`;

function tally(answers: readonly TrialAnswer[]): string {
  const counts = Map.groupBy(answers, (answer) => answer.caughtBy);
  return [...counts].map(([catcher, all]) => `${all.length} by ${catcher}`).join(', ');
}

async function settle(
  place: string,
  sources: Readonly<Record<string, string>>,
  { file, text }: Mutant,
  id: number,
): Promise<TrialTask> {
  const directory = path.join(place, String(id));
  await mkdir(directory);
  for (const each of files) await writeFile(path.join(directory, each), each === file ? text : sources[each]!);
  return { id, file, directory };
}

/** One of the two judges: takes the next mutant as long as there is one, in a process that may be ended. */
async function judge(tasks: TrialTask[]): Promise<readonly TrialAnswer[]> {
  const answers: TrialAnswer[] = [];
  let child: ChildProcess | null = null;
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    child ??= fork(path.join(here, 'mutant-trial.ts'), { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const answer = await answerOf(child, task);
    answers.push(answer ?? { id: task.id, caughtBy: 'time limit', rule: '' });
    if (answer) continue;
    child.kill('SIGKILL');
    child = null;
  }
  child?.kill();
  return answers;
}

function answerOf(child: ChildProcess, task: TrialTask): Promise<TrialAnswer | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(() => resolve(null)), limitMs);
    const onMessage = (answer: TrialAnswer): void => done(() => resolve(answer));
    const onExit = (code: number | null): void =>
      done(() => reject(new Error(`the judge of mutant ${task.id} ended with code ${code}`)));
    const done = (end: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      end();
    };
    child.on('message', onMessage).on('exit', onExit);
    child.send(task);
  });
}

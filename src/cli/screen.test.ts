import { afterEach, expect, test, vi } from 'vitest';
import type { ChainedRecord } from '../domain/record.ts';
import type { JsonObject } from '../domain/json.ts';
import { newDeployment } from '../domain/deployment.ts';
import type { StoredDeployment } from '../store/deployments.ts';
import { resultOf } from '../store/testing/samples.ts';
import type { Output } from './output.ts';
import { openScreen } from './screen.ts';

afterEach(() => vi.restoreAllMocks());

function openLines(over: Partial<Output> = {}) {
  const lines: string[] = [];
  const out: Output = {
    ...{ isJson: false, isLive: false, isActions: false, width: 40 },
    ...{
      line: (text = '') => void lines.push(text),
      block: () => {},
      note: () => {},
      json: () => {},
      failures: () => {},
    },
    ...{ style: (_format, text) => text, drawn: (text) => text },
    ...over,
  };
  return { lines, screen: openScreen(out) };
}
const record = (kind: string, data: JsonObject, at = 0): ChainedRecord => ({
  ...{ kind, actor: 'greenroom', data, sequence: 1, at, previous: '', hash: '' },
});
const began = (step: string, at = 0) => record('step-began', { step, operation: 1 }, at);
const ended = (step: string, facts: JsonObject, at = 0) => record('step-ended', { step, status: 'done', facts }, at);

test('phases head their answers; an answer says outcome, name, reason and what took long', () => {
  const { lines, screen } = openLines();
  screen.record(began('preflight'));
  screen.result(resultOf('unit', { reason: '212 tests', beganAt: 0, endedAt: 1_500 }));
  screen.record(began('health/prove'));
  screen.result(resultOf('health/prove', { outcome: 'fail', reason: 'status 503' }));
  screen.result(resultOf('lint', { outcome: 'skip', reason: 'not here' }));
  screen.close();
  expect(lines).toEqual([
    'preflight',
    '  ✓ unit  212 tests 1.5 s',
    'health',
    '  ✗ prove  status 503',
    '  – lint  not here',
  ]);
});

test('a rehearsal tells what it has found, also that there is no way back', () => {
  const { lines, screen } = openLines();
  for (const step of ['rehearse-back', 'rehearse-forth']) screen.record(began(step));
  lines.length = 0;
  const open = {
    way: 'open',
    fault: null,
    old: '1.0.0',
    backMs: 18.8,
    verifiedMs: 77.8,
    requests: 22,
    failedRequests: 0,
  };
  screen.record(ended('rehearse-back', open));
  screen.record(ended('rehearse-back', { ...open, way: 'closed', fault: '1.0.0 is not well' }));
  screen.record(ended('rehearse-back', { ...open, way: 'unmeasured', fault: 'a process died in the middle of it' }));
  screen.record(ended('rehearse-forth', { forthMs: 12.6 }));
  expect(lines.map((line) => line.trim())).toEqual([
    '✓ traffic moved back to 1.0.0 in 18.8 ms, verified after 77.8 ms, 0 of 22 requests failed',
    '! no automatic rollback: roll forward. 1.0.0 is not well',
    '! not measured. a process died in the middle of it',
    '✓ traffic moved to the new version again in 12.6 ms',
  ]);
});

test('the cut-over and the way back tell themselves', () => {
  const { lines, screen } = openLines();
  for (const step of ['switch', 'bake', 'drain', 'stop', 'switch-back']) screen.record(began(step));
  lines.length = 0;
  screen.record(ended('switch', { colour: 'green', epoch: 3, switchMs: 12.5 }));
  screen.record(ended('bake', { requests: 100, probes: 7, watchedSeconds: 30, badAnswers: 0 }));
  screen.record(ended('switch-25', { colour: 'green', epoch: 3, switchMs: 2, percent: 25 }));
  screen.record(ended('bake', { requests: 9, probes: 2, watchedSeconds: 30, badAnswers: 1, lostCopies: 'web on h2' }));
  screen.record(
    ended('bake', {
      ...{ requests: 9, probes: 4, watchedSeconds: 35, badAnswers: 0 },
      ...{ failedProbes: 1, unansweredProbes: 2, blindLooks: 3, unseenLooks: 4 },
    }),
  );
  screen.record(ended('bake-25', { requests: 9, probes: 2, watchedSeconds: 60, badAnswers: 1, percent: 25 }));
  screen.record(ended('drain', { drainedMs: 40 }, 40));
  screen.record(ended('stop', { stopped: 'blue' }, 1_000));
  screen.record(ended('switch-back', { colour: null, switchMs: 3 }));
  const own = {
    service: 'web',
    name: 'container own',
    awayMs: 9_000,
    wasDark: true,
    seen: null,
    byHand: 'docker start own',
  };
  const givenBack = [
    { ...own, problem: null },
    { ...own, problem: 'no\nport' },
  ];
  screen.record(ended('stop-new', { stopped: 'green', givenBack }, 1_000));
  screen.record(record('step-ended', { step: 'bake', status: 'failed', reason: 'it answers 500' }));
  screen.record(record('verdict', { decision: 'conditional-go', reason: '7 answers, 1 conditions' }));
  screen.record(record('held', { kind: 'conditions', reason: 'waits for docs' }));
  screen.record(record('going-back', { as: 'rolled-back', reason: 'it answers 500' }));
  screen.record(record('go-back-refused', { as: 'cancelled', reason: 'too late' }));
  screen.record(record('deployment-ended', { as: 'live', reason: 'serves' }));
  expect(lines.map((line) => line.trim())).toEqual([
    '✓ traffic moved to green in 12.5 ms',
    '✓ watched 100 requests and 7 probes for 30 s: 0 bad',
    '✓ 25 % of the traffic moved to green in 2 ms',
    '✓ watched 9 requests and 2 probes for 30 s: 1 bad; lost a copy and went on: web on h2',
    '✓ watched 9 requests and 4 probes for 35 s: 0 requests bad, 1 probes answered wrong, 2 probes not answered, 3 looks at a proxy that could not be asked, 4 looks at a driver that could not be asked',
    '✓ watched with 25 % of the traffic 9 requests and 2 probes for 60 s: 1 bad',
    '✓ drained in 40 ms',
    '✓ stopped blue in 1.0 s',
    '✓ traffic is with nobody, pointed there in 3 ms',
    '✓ stopped green in 0 ms\n  ✓ web is served again by the team\'s own container own (it runs), 9.0 s after it was stopped; nobody answered in that time.\n  ✗ NOBODY SERVES web: run "docker start own"; the team\'s own container own does not serve again: no port.',
    '✗ bake  it answers 500',
    'CONDITIONAL GO  7 answers, 1 conditions',
    'held  waits for docs',
    'going back  it answers 500',
    'refused  it no longer fits',
  ]);
});

const hostile =
  '\u001b]0;owned\u0007\u001b[2J\u001b]8;;http://x\u0007link\u001b]52;c;cm0=\u0007\n::error::x\u0000\u202ereversed';

test('F126 control codes, line breaks and bidi marks of others are shown or gone, never obeyed', () => {
  const { lines, screen } = openLines({ isActions: true });
  screen.result(resultOf(`check ${hostile}`, { outcome: 'fail', reason: hostile }));
  screen.record(record('held', { kind: 'unknown', reason: hostile }));
  screen.record(record('going-back', { as: 'no-go', reason: hostile }));
  screen.record(record('verdict', { decision: 'no-go', reason: hostile }));
  screen.record(record('step-ended', { step: 'migrate', status: 'unknown', reason: hostile }));
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    // oxlint-disable-next-line no-control-regex -- control codes are what this looks for
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(line.trimStart()).not.toMatch(/^::/);
    expect(line).toContain('link ::error::x');
  }
});

test('a long reason is cut, so that one answer stays one line', () => {
  const { lines, screen } = openLines();
  screen.result(resultOf('c', { reason: 'x'.repeat(10_000) }));
  expect(lines[0]!.length).toBeLessThan(330);
});

test('in GitHub Actions phases are groups, and every group is closed', () => {
  const { lines, screen } = openLines({ isActions: true });
  screen.record(began('preflight'));
  screen.record(began('health/prove'));
  screen.close();
  expect(lines).toEqual(['::group::preflight', '::endgroup::', '::group::health', '::endgroup::']);
});

test('on a terminal the last line is redrawn and wiped before the next; nowhere else is it drawn', () => {
  let drawn = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((drawn += String(text)), true));
  const standing = { state: newDeployment([]), status: 'running '.repeat(20) } as unknown as StoredDeployment;
  openLines().screen.standing(standing);
  expect(drawn).toBe('');
  const { screen } = openLines({ isLive: true });
  screen.standing(standing);
  expect(drawn).toBe(`\r\u001b[2K${`… ${'running '.repeat(20)}`.slice(0, 39)}`);
  drawn = '';
  screen.result(resultOf('c'));
  screen.close();
  expect(drawn).toBe('\r\u001b[2K');
});

test('F011 a step beyond its budget is told once for each try, and not before', () => {
  vi.useFakeTimers({ now: 0 });
  const { lines, screen } = openLines();
  const standing = (number: number) => {
    const step = {
      kind: 'start',
      name: 'deployment/start',
      phase: 'deployment',
      budgetMs: 60_000,
      subject: null,
    } as const;
    const state = { ...newDeployment([step]), running: { number, step } };
    screen.standing({ state, status: step.name } as unknown as StoredDeployment);
  };
  const overdue = () => lines.filter((line) => line.includes('overdue')).map((line) => line.trim());
  screen.record(began('deployment/start'));
  vi.setSystemTime(60_000);
  standing(1);
  expect(overdue()).toEqual([]);
  vi.setSystemTime(180_000);
  standing(1);
  standing(1);
  expect(overdue()).toEqual(['overdue  deployment/start has taken 3 min, its budget is 1 min']);
  screen.record(began('deployment/start', 180_000));
  standing(2);
  expect(overdue()).toHaveLength(1);
  vi.setSystemTime(300_000);
  standing(2);
  expect(overdue()).toHaveLength(2);
  vi.useRealTimers();
});

test('what a person can answer is said once, and again when it changes', () => {
  const { lines, screen } = openLines();
  const both = ['  do     greenroom accept a', '  do     greenroom accept b'];
  for (const each of [both, both, both.slice(1)]) screen.answers(each);
  expect(lines).toEqual([...both, both[1]].map((each) => `  ${each}`));
});

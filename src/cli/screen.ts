import type { Operation } from '../domain/deployment.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Outcome } from '../domain/outcome.ts';
import { overdue } from '../domain/overdue.ts';
import type { ChainedRecord } from '../domain/record.ts';
import type { JsonObject } from '../domain/json.ts';
import { givenBackIn, givenBackWords } from '../domain/given-back.ts';
import { verificationOf } from '../domain/verification.ts';
import type { CheckResult } from '../domain/verdict.ts';
import { visible } from '../report/escape.ts';
import type { StoredDeployment } from '../store/deployments.ts';
import type { Output } from './output.ts';

/** Draws a deployment as lines while it happens; on a terminal with one more at the bottom: what runs now, and for how long. */
export interface Screen {
  record(record: ChainedRecord): void;
  result(result: CheckResult): void;
  standing(deployment: StoredDeployment): void;
  /** Of one that waits for a person, and is waited for: once, until they change. */
  answers(lines: readonly string[]): void;
  close(): void;
}

const marks: Record<Outcome, string> = { pass: '✓', warn: '!', fail: '✗', error: '?', skip: '–' };
const decisions: Readonly<Record<string, string>> = { go: 'GO', 'conditional-go': 'CONDITIONAL GO', 'no-go': 'NO-GO' };
const colours = { pass: 'green', warn: 'yellow', fail: 'red', error: 'red', skip: 'dim' } as const;

export function openScreen(out: Output): Screen {
  const began = new Map<string, number>();
  const footer = openFooter(out);
  let phase: string | null = null;
  let answered = '';
  const line = (text: string) => {
    footer.clear();
    out.line(text);
  };
  const enter = (next: string | null) => {
    if (next === phase) return;
    if (phase !== null && out.isActions) line('::endgroup::');
    if (next !== null) line(out.isActions ? `::group::${next}` : out.style('bold', next));
    phase = next;
  };
  const told = new Set<number>();
  // Once for each operation; the clock at the bottom goes on.
  const sayOverdue = (operation: Operation | null, since: number | undefined) => {
    if (operation === null || since === undefined || told.has(operation.number)) return;
    const words = overdue(operation.step, Date.now() - since);
    if (words === null) return;
    told.add(operation.number);
    line(`  ${out.style('yellow', 'overdue')}  ${oneLine(words)}`);
  };
  return {
    record(record) {
      if (record.kind === 'step-began') {
        const step = String(record.data['step']);
        began.set(step, record.at);
        enter(step.split('/')[0]!);
      }
      const text = recordLine(record, began, out);
      if (text !== null) line(`  ${text}`);
    },
    result({ name, outcome, reason, beganAt, endedAt }) {
      const tookMs = endedAt - beganAt;
      const time = tookMs >= 100 ? out.style('dim', ` ${formatDuration(tookMs)}`) : '';
      line(
        `  ${out.style(colours[outcome], marks[outcome])} ${oneLine(name.split('/').at(-1)!)}  ${oneLine(reason)}${time}`,
      );
    },
    standing({ state, status }) {
      const running = state?.running?.step.name ?? status;
      const since = began.get(running);
      sayOverdue(state?.running ?? null, since);
      footer.draw(`… ${running}${since === undefined ? '' : `  ${formatDuration(Date.now() - since)}`}`);
    },
    answers(lines) {
      if (answered === lines.join('\n')) return;
      answered = lines.join('\n');
      for (const each of lines) line(`  ${each}`);
    },
    close() {
      footer.clear();
      enter(null);
    },
  };
}

/** The last line of a terminal, redrawn in place; nothing anywhere else. */
function openFooter(out: Output) {
  let isDrawn = false;
  return {
    clear() {
      if (isDrawn) process.stdout.write('\r\u001B[2K');
      isDrawn = false;
    },
    draw(text: string) {
      if (!out.isLive) return;
      process.stdout.write(`\r\u001B[2K${out.drawn(out.style('dim', text.slice(0, out.width - 1)))}`);
      isDrawn = true;
    },
  };
}

/** What others wrote is shown, never obeyed: no control codes, no line breaks. */
const oneLine = (text: string): string => visible(text.replaceAll(/\s+/g, ' ')).slice(0, 300);

function recordLine(record: ChainedRecord, began: ReadonlyMap<string, number>, out: Output): string | null {
  const { kind, data } = record;
  const said = oneLine(String(data['reason'] ?? ''));
  switch (kind) {
    case 'step-ended':
      return stepLine(record, began, out);
    case 'verdict':
      return `${out.style('bold', decisions[String(data['decision'])] ?? 'NO VERDICT')}  ${said}`;
    case 'held':
      return `${out.style('yellow', 'held')}  ${said}`;
    case 'going-back':
      return `${out.style('red', 'going back')}  ${said}`;
    case 'go-back-refused':
    case 'resolve-refused':
      return `${out.style('yellow', 'refused')}  it no longer fits`;
    default:
      return null;
  }
}

/** Steps of phases tell themselves as answers; the cut-over and the way back are told here. */
function stepLine({ data, at }: ChainedRecord, began: ReadonlyMap<string, number>, out: Output): string | null {
  const step = String(data['step']);
  if (data['status'] !== 'done')
    return step.includes('/') ? null : `${out.style('red', '✗')} ${step}  ${oneLine(String(data['reason'] ?? ''))}`;
  const facts = data['facts'] as Readonly<Record<string, unknown>>;
  const done = (text: string) => `${out.style('green', '✓')} ${text}`;
  const time = formatDuration(at - (began.get(step) ?? at));
  const share = facts['percent'] === undefined ? '' : `${String(facts['percent'])} % of the `;
  // Those of a gradual shift are named with their share: switch-25, bake-25.
  switch (step.replace(/-\d+$/, '')) {
    case 'switch':
      return done(`${share}traffic moved to ${String(facts['colour'])} in ${String(facts['switchMs'])} ms`);
    case 'switch-back':
      // Nothing moves where the switch had not begun.
      return done(
        `traffic is with ${String(facts['colour'] ?? 'nobody')}, pointed there in ${String(facts['switchMs'])} ms`,
      );
    case 'rehearse-back':
      return backLine(facts, out);
    case 'rehearse-forth':
      return done(`traffic moved to the new version again in ${String(facts['forthMs'])} ms`);
    case 'verify':
    case 'verify-back': {
      const { outcome, said } = verificationOf(facts as JsonObject);
      const words = outcome === 'pass' ? 'verified' : outcome === 'skip' ? 'not verified' : 'VERIFICATION FAILED';
      return `${out.style(colours[outcome], marks[outcome])} ${words}  ${oneLine(said)}`;
    }
    case 'bake': {
      const seen = `${String(facts['requests'])} requests and ${String(facts['probes'])} probes`;
      const time = `${String(facts['watchedSeconds'])} s`;
      return done(`watched ${share && `with ${share}traffic `}${seen} for ${time}: ${bakeWords(facts)}`);
    }
    case 'drain':
    case 'drain-new':
      return done(`drained in ${time}`);
    case 'stop':
    case 'stop-new':
      return [done(`stopped ${String(facts['stopped'] ?? 'nothing')} in ${time}`), ...givenBackLines(facts, out)].join(
        '\n  ',
      );
    default:
      return null;
  }
}

/** `0 bad` is said only where all that was asked was answered as it should be. */
function bakeWords(facts: Readonly<Record<string, unknown>>): string {
  const count = (name: string): number => Number(facts[name] ?? 0);
  const tolerated = [
    [count('failedProbes'), 'probes answered wrong'],
    [count('unansweredProbes'), 'probes not answered'],
    [count('blindLooks'), 'looks at a proxy that could not be asked'],
    [count('untoldLooks'), 'looks at a proxy that cannot tell how long requests wait'],
    [count('unseenLooks'), 'looks at a driver that could not be asked'],
  ] as const;
  const said = tolerated.filter(([times]) => times > 0).map(([times, what]) => `${times} ${what}`);
  const bad = count('badAnswers');
  const words = [said.length === 0 ? `${bad} bad` : `${bad} requests bad`, ...said].join(', ');
  return facts['lostCopies'] === undefined
    ? words
    : `${words}; lost a copy and went on: ${String(facts['lostCopies'])}`;
}

/** The report says it again; who watches is told as it comes. */
const givenBackLines = (facts: Readonly<Record<string, unknown>>, out: Output): readonly string[] =>
  givenBackIn(facts as JsonObject).map((each) => {
    const outcome = each.problem === null ? 'pass' : 'fail';
    return `${out.style(colours[outcome], marks[outcome])} ${oneLine(givenBackWords(each))}`;
  });

function backLine(facts: Readonly<Record<string, unknown>>, out: Output): string {
  const { way, fault, old, backMs, verifiedMs } = facts;
  const found = way === 'closed' ? 'no automatic rollback: roll forward' : 'not measured';
  if (way !== 'open') return `${out.style('yellow', '!')} ${found}. ${oneLine(String(fault))}`;
  const times = `traffic moved back to ${oneLine(String(old))} in ${String(backMs)} ms, verified after ${String(verifiedMs)} ms`;
  return `${out.style('green', '✓')} ${times}, ${String(facts['failedRequests'])} of ${String(facts['requests'])} requests failed`;
}

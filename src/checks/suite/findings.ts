import { formatDuration } from '../../domain/duration.ts';
import type { Finding } from '../../kinds/check.ts';
import { counted, excerpt, shortNumber } from '../../kinds/wording.ts';
import type { SuiteConfig, SuiteData } from './schema.ts';

const MAX_NAMED = 20;

/** What the run itself says, then what its reports say. */
export function findingsOf(config: SuiteConfig, data: SuiteData): readonly Finding[] {
  return [
    endFinding(config, data),
    ...reportFindings(data),
    ...countFindings(config, data),
    ...coverageFindings(config, data),
  ];
}

function endFinding(config: SuiteConfig, data: SuiteData): Finding {
  const threshold = `0 within ${formatDuration(config.within)}`;
  if (data.timedOut) return { name: 'exit code', outcome: 'error', value: 'none, it did not end in time', threshold };
  const value = data.exitCode === null ? `none, ended by ${data.signalName ?? 'a signal'}` : String(data.exitCode);
  return { name: 'exit code', outcome: data.exitCode === 0 ? 'pass' : 'fail', value, threshold };
}

function reportFindings(data: SuiteData): Finding[] {
  const bad = data.reports.filter((report) => report.status === 'malformed');
  return [
    ...data.missing.map((glob) => ({
      name: `report ${glob}`,
      outcome: 'error' as const,
      value: 'missing',
      threshold: 'written by this run',
    })),
    ...bad.map((report) => ({
      name: `report ${report.path}`,
      outcome: 'error' as const,
      value: `not readable: ${report.reason}`,
      threshold: 'a whole JUnit report',
    })),
  ];
}

export interface Totals {
  readonly tests: number;
  readonly ran: number;
  readonly skipped: number;
  readonly failed: number;
  readonly flaky: number;
  /** That ran and are listed more than once; `ran` has them once. */
  readonly repeated: number;
}

export function totalsOf(data: SuiteData): Totals {
  const read = data.reports.filter((report) => report.status === 'read');
  const sum = (of: (report: (typeof read)[number]) => number): number =>
    read.reduce((total, report) => total + of(report), 0);
  const [tests, skipped] = [sum((report) => report.tests), sum((report) => report.skipped)];
  const [failed, flaky] = [sum((report) => report.failed), sum((report) => report.flaky)];
  // Evidence from before it was counted has none.
  const repeated = sum((report) => report.repeated ?? 0);
  return { tests, skipped, ran: Math.max(0, tests - skipped - repeated), failed, flaky, repeated };
}

/** Only where every report was read: a part of the tests says nothing about their number. */
function countFindings(config: SuiteConfig, data: SuiteData): Finding[] {
  const { ran, skipped, failed, flaky, repeated } = totalsOf(data);
  const [atLeast, atMostSkipped] = [config['at-least'], config['at-most-skipped']];
  const whole = data.missing.length === 0 && data.reports.every((report) => report.status === 'read');
  const findings: Finding[] = [];
  if (whole)
    findings.push({
      name: 'tests run',
      outcome: ran >= atLeast ? 'pass' : 'fail',
      value: repeated > 0 ? `${ran} (and ${repeated} listed again)` : String(ran),
      threshold: `at least ${atLeast}`,
    });
  findings.push({
    name: 'tests failed',
    outcome: failed === 0 ? 'pass' : 'fail',
    value: String(failed),
    threshold: '0',
  });
  if (flaky > 0) findings.push({ name: 'tests flaky', outcome: 'warn', value: String(flaky), threshold: '0' });
  if (atMostSkipped !== undefined) {
    const outcome = skipped <= atMostSkipped ? 'pass' : 'fail';
    findings.push({ name: 'tests skipped', outcome, value: String(skipped), threshold: `at most ${atMostSkipped}` });
  }
  const named = data.reports.flatMap((report) => (report.status === 'read' ? report.failing : []));
  findings.push(
    ...named.slice(0, MAX_NAMED).map(({ name, message }) => ({
      name: excerpt(name, 160),
      outcome: 'fail' as const,
      value: excerpt(message, 240) || 'failed without a message',
      threshold: null,
    })),
  );
  if (named.length > MAX_NAMED) {
    findings.push({
      name: 'and more',
      outcome: 'fail',
      value: counted(named.length - MAX_NAMED, 'other failed test'),
      threshold: null,
    });
  }
  return findings;
}

function coverageFindings(config: SuiteConfig, data: SuiteData): Finding[] {
  if (!config.coverage) return [];
  const threshold = `at least ${percent(config.coverage.lines)}`;
  const name = 'line coverage';
  if (data.coverage === null)
    return [{ name, outcome: 'error', value: 'missing, this run wrote no such file', threshold }];
  if (data.coverage.status === 'malformed')
    return [{ name, outcome: 'error', value: `not readable: ${data.coverage.reason}`, threshold }];
  const { found, hit } = data.coverage;
  return [
    {
      name,
      outcome: hit / found >= config.coverage.lines ? 'pass' : 'fail',
      value: `${percent(hit / found)} (${hit} of ${found})`,
      threshold,
    },
  ];
}

/** Rounded down, so that 99.99 % is never shown as the 100 % that was asked for. */
const percent = (ratio: number): string => `${shortNumber(Math.floor(ratio * 10_000 + 1e-9) / 100)} %`;

import { formatDuration } from '../domain/duration.ts';
import { worst } from '../domain/outcome.ts';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { commandVariables } from '../kinds/command-line.ts';
import { counted } from '../kinds/wording.ts';
import { findingsOf, totalsOf } from './suite/findings.ts';
import { MAX_ARTIFACT_BYTES, readCoverage, readReports, removeStale } from './suite/reports.ts';
import { suiteSchema, type SuiteConfig, type SuiteData } from './suite/schema.ts';

/** File systems and this process may disagree about the time by a little. */
const CLOCK_SLACK_MS = 1_000;

export const suite: Check<SuiteConfig, SuiteData> = {
  kind: 'suite',
  summary:
    'Runs a test suite of any runner and reads its JUnit reports: nothing failed, enough ran, enough is covered.',
  schema: suiteSchema,
  runs: 'together',
  needs: 'own-copy',
  defaultIn: 'before-last',

  async gather(config, context, signal): Promise<Gathered<SuiteData>> {
    await removeStale(config, context);
    const beganAt = context.effects.clock.now() - CLOCK_SLACK_MS;
    const request = {
      argv: config.run,
      directory: `${context.directory}/${config.directory}`,
      variables: commandVariables(context, config.variables),
      timeoutMs: config.within,
      maxOutputBytes: MAX_ARTIFACT_BYTES,
    };
    const answer = await context.effects.process.run(request, signal);
    if (answer.status === 'not-started') {
      const next = 'Install the program where Greenroom runs, or correct "run" and "directory".';
      return { status: 'not-measured', reason: `The suite was not started: ${answer.reason}.`, next };
    }
    const { exitCode, signalName, timedOut, durationMs: tookMs, output } = answer;
    const { reports, missing, artifacts } = await readReports(config, context, beganAt);
    const coverage = config.coverage ? await readCoverage(config.coverage.file, config, context, beganAt) : null;
    const data = { exitCode, signalName, timedOut, durationMs: tookMs, reports, missing, coverage };
    return {
      status: 'measured',
      data,
      artifacts: [{ label: 'output', mediaType: 'text/plain', text: output }, ...artifacts],
    };
  },

  judge(config, data): Judgement {
    const findings = findingsOf(config, data);
    const outcome = outcomeOf(findings, data);
    const { ran, skipped } = totalsOf(data);
    if (outcome === 'pass') {
      const skippedText = skipped > 0 ? `, ${skipped} skipped` : '';
      const reason = `${counted(ran, 'test')} passed in ${formatDuration(data.durationMs)}${skippedText}, at least ${config['at-least']} wanted.`;
      return { outcome, reason, findings };
    }
    const wrong = findings.filter((finding) => finding.outcome !== 'pass' && finding.threshold !== null);
    const verb = outcome === 'fail' ? 'failed' : outcome === 'warn' ? 'passed with doubts' : 'could not be judged';
    const reason = `The suite ${verb}: ${wrong.map((one) => `${one.name} was ${one.value}, expected ${one.threshold}`).join('; ')}.`;
    return { outcome, reason, findings, ...adviceOf(outcome, data) };
  },
};

/** A run that failed by its exit code or its tests is a fail, whatever its reports lack; otherwise what could not be read is an error. */
function outcomeOf(findings: readonly Finding[], data: SuiteData): Judgement['outcome'] {
  return data.timedOut ? 'error' : worst(findings.map((finding) => finding.outcome));
}

function adviceOf(outcome: Judgement['outcome'], data: SuiteData): { cause: string; next: string } {
  if (totalsOf(data).failed > 0) {
    return {
      cause:
        'Tests that pass elsewhere and fail here mostly meet another environment: compare the environment variables, the data and the versions of the services.',
      next: 'Read the failed tests and the output kept with this evidence: "greenroom report --format html" has them.',
    };
  }
  if (outcome === 'warn') {
    const cause =
      'Tests failed and passed when they ran again: they depend on time, order or chance, or the release does.';
    return { cause, next: 'Find the flaky tests in the reports kept with this evidence, and mend or remove them.' };
  }
  return {
    cause:
      'The test runner ended differently from what its reports say, or did not write them: it crashed, found no tests, or writes them elsewhere.',
    next: 'Read the output kept with this evidence; let the runner write its JUnit report where "report" says, or into $GREENROOM_WORK_DIRECTORY.',
  };
}

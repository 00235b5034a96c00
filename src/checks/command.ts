import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import { worst } from '../domain/outcome.ts';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { argv, commandVariables, inside } from '../kinds/command-line.ts';
import { limitMs } from '../kinds/fields.ts';
import { matcher, pattern } from '../kinds/pattern.ts';
import { excerpt } from '../kinds/wording.ts';

const exitCode = z.int().min(0).max(255);
const schema = z.strictObject({
  run: argv().describe('Command, as one line or a list of arguments; no shell reads it.'),
  directory: inside().default('.').describe('Folder of the release in which it runs.'),
  variables: z.record(z.string(), z.string()).default({}).describe('Variables beside those of the services.'),
  exit: z
    .union([exitCode.transform((one) => [one]), z.array(exitCode).min(1)])
    .default([0])
    .describe('Exit code that is right, or a list of them.'),
  'output-matches': pattern().optional().describe('Regular expression (RE2) that the output must match.'),
  'output-lacks': pattern().optional().describe('Regular expression (RE2) that the output must not match.'),
  within: limitMs().prefault('1m').describe('Longest time it may take; then its whole process group is ended.'),
});
export type CommandConfig = z.infer<typeof schema>;

export interface CommandData {
  readonly exitCode: number | null;
  readonly signalName: string | null;
  readonly timedOut: boolean;
  readonly output: string;
  readonly outputBytes: number;
  readonly durationMs: number;
}

const MAX_OUTPUT_BYTES = 64 * 1024;

export const command: Check<CommandConfig, CommandData> = {
  kind: 'command',
  summary: 'Runs a command of the release: exit code, output, time.',
  schema,
  runs: 'together',
  needs: 'own-copy',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<CommandData>> {
    const request = {
      argv: config.run,
      directory: `${context.directory}/${config.directory}`,
      variables: commandVariables(context, config.variables),
      timeoutMs: config.within,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    };
    const answer = await context.effects.process.run(request, signal);
    if (answer.status === 'not-started') {
      const next = 'Install the program where Greenroom runs, or correct "run" and "directory".';
      return { status: 'not-measured', reason: `The command was not started: ${answer.reason}.`, next };
    }
    const { exitCode: code, signalName, timedOut, output, outputBytes, durationMs: tookMs } = answer;
    const artifacts = [{ label: 'output', mediaType: 'text/plain', text: output }];
    return {
      status: 'measured',
      data: { exitCode: code, signalName, timedOut, output, outputBytes, durationMs: tookMs },
      artifacts,
    };
  },

  judge(config, data): Judgement {
    const findings = [...endFindings(config, data), ...outputFindings(config, data)];
    const outcome = worst(findings.map((finding) => finding.outcome));
    if (outcome === 'pass') {
      return { outcome, reason: `The command ended as expected after ${formatDuration(data.durationMs)}.`, findings };
    }
    const wrong = findings
      .filter((finding) => finding.outcome !== 'pass')
      .map((one) => `${one.name} was ${one.value}, expected ${one.threshold}`);
    const lastLine = data.output.trimEnd().split('\n').at(-1) ?? '';
    const cause = lastLine === '' ? 'It printed nothing.' : `Its last line was: ${excerpt(lastLine)}`;
    const next = 'Read its output, kept with this evidence; run it by hand with the variables of this environment.';
    return { outcome, reason: `The command failed: ${wrong.join('; ')}.`, findings, cause, next };
  },
};

function endFindings(config: CommandConfig, data: CommandData): Finding[] {
  const value = formatDuration(data.durationMs);
  const threshold = `at most ${formatDuration(config.within)}`;
  if (data.timedOut)
    return [{ name: 'time', outcome: 'fail', value: `more than ${formatDuration(config.within)}`, threshold }];
  const good = data.exitCode !== null && config.exit.includes(data.exitCode);
  const code = data.exitCode === null ? `none, ended by ${data.signalName ?? 'a signal'}` : String(data.exitCode);
  return [
    { name: 'exit code', outcome: good ? 'pass' : 'fail', value: code, threshold: config.exit.join(' or ') },
    { name: 'time', outcome: 'pass', value, threshold },
  ];
}

/** The middle of a long output is not kept: what is sought there cannot be judged. */
function outputFindings(config: CommandConfig, data: CommandData): Finding[] {
  const { 'output-matches': wanted, 'output-lacks': unwanted } = config;
  const whole = data.outputBytes <= MAX_OUTPUT_BYTES;
  const findings: Finding[] = [];
  if (wanted !== undefined) {
    const found = matcher(wanted)(data.output);
    const value = found ? 'a match' : whole ? 'no match' : 'no match in the parts that were kept';
    findings.push({
      name: 'output',
      outcome: found ? 'pass' : whole ? 'fail' : 'error',
      value,
      threshold: `a match of ${wanted}`,
    });
  }
  if (unwanted !== undefined) {
    const found = matcher(unwanted)(data.output);
    const value = found ? 'a match' : whole ? 'no match' : 'no match in the parts that were kept';
    findings.push({
      name: 'output',
      outcome: found ? 'fail' : whole ? 'pass' : 'error',
      value,
      threshold: `no match of ${unwanted}`,
    });
  }
  return findings;
}

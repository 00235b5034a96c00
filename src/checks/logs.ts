import { z } from 'zod';
import { worst } from '../domain/outcome.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement, ServiceInstance } from '../kinds/check.ts';
import { matcher, pattern } from '../kinds/pattern.ts';
import { counted, excerpt, withoutEscapes } from '../kinds/wording.ts';
import { levels, rank } from './logs/level.ts';
import { createReader } from './logs/traces.ts';

const schema = z
  .strictObject({
    services: z.array(z.string()).min(1).optional().describe('Services whose output is read. Default: all.'),
    'no-line-matching': pattern().optional().describe('Regular expression (RE2) that no line may match.'),
    level: z
      .enum(levels)
      .optional()
      .describe('Only lines of this level or a worse one count. Alone, no such line may be there.'),
    except: pattern().optional().describe('Regular expression (RE2) of lines that are known and do not count.'),
    'at-most': z.int().min(0).default(0).describe('So many such lines of one service are tolerated.'),
    'may-be-silent': z.boolean().default(false).describe('Whether a service may have written nothing at all.'),
  })
  .refine((config) => config['no-line-matching'] !== undefined || config.level !== undefined, {
    error: 'needs no-line-matching or level',
  });
export type LogsConfig = z.infer<typeof schema>;

export interface LogsData {
  readonly services: readonly {
    readonly name: string;
    /** Null: there is no log to read. */
    readonly bytes: number | null;
    readonly lineCount: number;
    readonly count: number;
    /** Lines that are longer than 64 KiB: what stands behind that was not read. */
    readonly cutCount: number;
    /** The first five, without secrets and control characters. */
    readonly first: readonly string[];
  }[];
}

const KEPT = 5;

export const logs: Check<LogsConfig, LogsData> = {
  kind: 'logs',
  summary: 'Reads what the services have written since the deployment began: no line of a kind that must not be there.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<LogsData>> {
    const names = config.services ?? context.services.map((service) => service.name);
    if (names.length === 0) {
      const next = 'Put the check into a phase after the services start.';
      return { status: 'not-measured', reason: `No service runs in ${context.environment}.`, next };
    }
    const services: LogsData['services'][number][] = [];
    for (const name of names) {
      signal.throwIfAborted();
      const service = context.services.find((one) => one.name === name);
      services.push(await read(config, name, service?.log ?? null, context, signal));
    }
    return { status: 'measured', data: { services } };
  },

  judge(config, data): Judgement {
    const findings = data.services.flatMap((service) => findingsOf(config, service));
    const outcome = worst(findings.map((finding) => finding.outcome));
    if (outcome === 'pass') {
      const lines = data.services.reduce((total, service) => total + service.lineCount, 0);
      return {
        outcome,
        reason: `${counted(lines, 'line')} read, ${tolerated(config)} of the kind that must not be there.`,
        findings,
      };
    }
    const wrong = findings.filter((finding) => finding.outcome !== 'pass' && finding.threshold !== null);
    const reason = `Output of the services: ${wrong.map((one) => `${one.name} ${one.value}, expected ${one.threshold}`).join('; ')}.`;
    const shown = data.services.flatMap((service) => service.first)[0];
    const advice =
      outcome === 'error'
        ? {
            cause:
              'The output of a service is not where Greenroom looks, the service writes nothing, or lines of more than 64 KiB.',
            next: 'Let it write to standard output, in shorter lines, or say may-be-silent.',
          }
        : {
            cause: `The service says it itself: ${shown ?? 'see below'}`,
            next: 'Follow the first of these lines; add lines that are known and harmless to "except".',
          };
    return { outcome, reason, findings, ...advice };
  },
};

async function read(
  config: LogsConfig,
  name: string,
  log: ServiceInstance['log'],
  context: CheckContext,
  signal: AbortSignal,
) {
  const first: string[] = [];
  let count = 0;
  const onBad = (line: string): void => {
    count += 1;
    if (first.length < KEPT) first.push(excerpt(line, 300));
  };
  const judge = bad(config, onBad);
  const seen = log && (await context.effects.files.lines(log.path, log.from, judge.line, signal));
  judge.end();
  return {
    name,
    bytes: seen?.bytes ?? null,
    lineCount: seen?.lineCount ?? 0,
    cutCount: seen?.cutCount ?? 0,
    count,
    first,
  };
}

/** Tells the lines that count; where levels count, a trace is one line, and known only when it has ended. */
function bad(config: LogsConfig, onBad: (line: string) => void): { line(line: string): void; end(): void } {
  const { 'no-line-matching': unwanted, level, except } = config;
  const [matches, known] = [unwanted, except].map((text) => (text === undefined ? null : plainly(matcher(text))));
  const judge = (line: string): void => {
    if ((!matches || matches(line)) && !known?.(line)) onBad(line);
  };
  if (level === undefined) return { line: judge, end: () => {} };
  const reader = createReader();
  const take = (said: ReturnType<typeof reader.read>): void => {
    for (const one of said) if (rank(one.level) >= rank(level)) judge(one.text);
  };
  return { line: (line) => take(reader.read(line)), end: () => take(reader.end()) };
}

/** Colours within a line neither hide it nor make it known. */
const plainly =
  (matches: (line: string) => boolean) =>
  (line: string): boolean =>
    matches(line) || (line.includes('\u001b') && matches(withoutEscapes(line)));

const tolerated = (config: LogsConfig): string => (config['at-most'] === 0 ? 'none' : `at most ${config['at-most']}`);

function findingsOf(config: LogsConfig, service: LogsData['services'][number]): Finding[] {
  const { name, bytes, lineCount, cutCount, count, first } = service;
  const silent = config['may-be-silent'];
  if (bytes === null)
    return [{ name, outcome: silent ? 'pass' : 'error', value: 'has no log to read', threshold: 'a log' }];
  if (bytes === 0)
    return [{ name, outcome: silent ? 'pass' : 'error', value: 'has written nothing', threshold: 'some output' }];
  const good = count <= config['at-most'];
  const value = `wrote ${counted(count, 'such line')} of ${lineCount}`;
  const lines = good
    ? []
    : first.map((line) => ({ name: `${name} wrote`, outcome: 'fail' as const, value: line, threshold: null }));
  const answer: Finding = { name, outcome: good ? 'pass' : 'fail', value, threshold: tolerated(config) };
  return [answer, ...cutFinding(name, cutCount), ...lines];
}

/** What stands behind the bound was not read, and what was not read is not good. */
const cutFinding = (name: string, cutCount: number): Finding[] =>
  cutCount === 0
    ? []
    : [
        {
          ...{ name: `${name}, long lines`, outcome: 'error', threshold: 'no line longer than 64 KiB' },
          value: `${counted(cutCount, 'line')} not read to the end`,
        },
      ];

import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { limitMs } from '../kinds/fields.ts';
import { matcher, pattern } from '../kinds/pattern.ts';
import { ledToOtherRelease, noSuchService, otherRelease, PUBLIC_ADDRESS, serviceOf } from '../kinds/service-address.ts';
import { serviceAdvice } from '../kinds/troubleshooting.ts';
import { excerpt } from '../kinds/wording.ts';
import { worst } from '../domain/outcome.ts';

const schema = z
  .strictObject({
    service: z.string().optional().describe('Service to connect to. Default: the first one.'),
    host: z.string().min(1).optional().describe('Host, together with port, instead of a service.'),
    port: z.int().min(1).max(65_535).optional().describe('Port on that host.'),
    tls: z
      .boolean()
      .default(false)
      .describe('Whether it speaks TLS; its certificate must then be one that can be trusted.'),
    send: z.string().max(4_096).optional().describe('Text sent once connected; needs answer-matches.'),
    'answer-matches': pattern().optional().describe('Regular expression (RE2) that what comes back must match.'),
    within: limitMs().prefault('1s').describe('Longest time until connected, or until the answer matches.'),
  })
  .refine((config) => (config.host === undefined) === (config.port === undefined), {
    error: 'takes host and port together',
  })
  .refine((config) => config.send === undefined || config['answer-matches'] !== undefined, {
    error: 'takes send together with answer-matches',
  })
  .refine((config) => config.host === undefined || config.service === undefined, {
    error: 'takes service or host, not both',
  });
export type TcpConfig = z.infer<typeof schema>;

export type TcpData = { readonly name: string; readonly durationMs: number } & (
  | { readonly status: 'connected'; readonly received: string }
  | { readonly status: 'unreachable'; readonly reason: string; readonly errorCode: string }
);

const MAX_BYTES = 16 * 1024;

export const tcp: Check<TcpConfig, TcpData> = {
  kind: 'tcp',
  summary: 'Connects to a port, and may say something and look at the answer.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<TcpData>> {
    const target = targetOf(config, context);
    if (target === null) return { ...noSuchService(config.service, context), status: 'not-measured' };
    const other = config.host === undefined ? null : otherRelease(target.host, target.port, context);
    if (other) return { ...other, status: 'not-measured' };
    const wanted = config['answer-matches'];
    const options = {
      ...(config.send === undefined ? {} : { send: config.send }),
      ...(wanted === undefined ? {} : { until: matcher(wanted) }),
      maxBytes: MAX_BYTES,
      timeoutMs: config.within,
      avoid: context.ports,
    };
    const answer = await context.effects.tcp.exchange(target, options, signal);
    if (answer.status === 'unreachable' && answer.errorCode === PUBLIC_ADDRESS)
      return { ...ledToOtherRelease(`${target.host}:${target.port}`, context), status: 'not-measured' };
    return { status: 'measured', data: { ...answer, name: `${target.host}:${target.port}` } };
  },

  judge(config, data): Judgement {
    if (data.status === 'unreachable') {
      const finding: Finding = { name: 'connection', outcome: 'fail', value: data.reason, threshold: null };
      const reason = `There was no connection to ${data.name}: ${data.reason}.`;
      return { outcome: 'fail', reason, findings: [finding], ...serviceAdvice(data.name, data.errorCode) };
    }
    const findings = [timeFinding(config, data.durationMs), ...answerFinding(config, data.received)];
    const outcome = worst(findings.map((finding) => finding.outcome));
    if (outcome === 'pass') {
      return { outcome, reason: `${data.name} took the connection in ${formatDuration(data.durationMs)}.`, findings };
    }
    const wrong = findings
      .filter((finding) => finding.outcome !== 'pass')
      .map((one) => `${one.name} was ${one.value}, expected ${one.threshold}`);
    const advice = {
      cause: `Service discovery: what listens at ${data.name} is not the program expected there, or is not ready.`,
      next: 'Verify service names and ports, and look at the log of what listens there.',
    };
    return { outcome, reason: `${data.name}: ${wrong.join('; ')}.`, findings, ...advice };
  },
};

function targetOf(config: TcpConfig, context: CheckContext): { host: string; port: number; tls: boolean } | null {
  const { host, port, tls } = config;
  if (host !== undefined && port !== undefined) return { host, port, tls };
  const service = serviceOf(config.service, context.services);
  return service ? { host: service.host, port: service.port, tls } : null;
}

function timeFinding(config: TcpConfig, durationMs: number): Finding {
  // Waiting for an answer until the time was up is told by the answer.
  const outcome = durationMs <= config.within || config['answer-matches'] !== undefined ? 'pass' : 'fail';
  return {
    name: 'time',
    outcome,
    value: formatDuration(durationMs),
    threshold: `at most ${formatDuration(config.within)}`,
  };
}

function answerFinding(config: TcpConfig, received: string): Finding[] {
  const wanted = config['answer-matches'];
  if (wanted === undefined) return [];
  const outcome = matcher(wanted)(received) ? 'pass' : 'fail';
  return [
    {
      name: 'answer',
      outcome,
      value: received === '' ? 'nothing' : `"${excerpt(received, 120)}"`,
      threshold: `a match of ${wanted}`,
    },
  ];
}

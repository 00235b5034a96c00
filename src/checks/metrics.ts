import { z } from 'zod';
import { worst } from '../domain/outcome.ts';
import { boundText, holds, type Bounds } from '../kinds/bounds.ts';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { addressOf, ledToOtherRelease, PUBLIC_ADDRESS } from '../kinds/service-address.ts';
import { serviceAdvice } from '../kinds/troubleshooting.ts';
import { counted, shortNumber } from '../kinds/wording.ts';
import { aggregate, type Measured } from './metrics/aggregate.ts';
import { MAX_SAMPLES, readExposition } from './metrics/exposition.ts';
import { boundOf, selector, seriesSchema, title, type Series } from './metrics/series.ts';

const schema = z
  .strictObject({
    service: z.string().optional().describe('Service to ask. Default: the first one.'),
    path: z.string().default('/metrics').describe('Path of its metrics.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('A whole address instead of service and path.'),
    series: z
      .array(seriesSchema)
      .min(1)
      .describe('Series and their bounds; without a bound, the series must be present.'),
  })
  .refine((config) => config.url === undefined || config.service === undefined, {
    error: 'takes url or service, not both',
  });
export type MetricsConfig = z.infer<typeof schema>;

export interface MetricsData {
  readonly name: string;
  /** Same order as in the configuration. */
  readonly measured: readonly ({ readonly of: string } & Measured)[];
}

const MAX_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
/** Prometheus itself forgets a sample after five minutes. */
const FRESH_MS = 5 * 60_000;

export const metrics: Check<MetricsConfig, MetricsData> = {
  kind: 'metrics',
  summary: 'Reads a Prometheus endpoint once and holds its series against bounds.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<MetricsData>> {
    const address = addressOf(config, context);
    if (address.status === 'unknown') return { ...address, status: 'not-measured' };
    const { name, url } = address;
    const request = {
      method: 'GET',
      url,
      headers: { accept: 'text/plain' },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      avoid: context.ports,
    };
    const answer = await context.effects.http.request(request, signal);
    if (answer.status === 'unreachable' && answer.errorCode === PUBLIC_ADDRESS)
      return { ...ledToOtherRelease(name, context), status: 'not-measured' };
    if (answer.status === 'unreachable') {
      return {
        status: 'not-measured',
        reason: `${name} gave no metrics: ${answer.reason}.`,
        ...serviceAdvice(name, answer.errorCode),
      };
    }
    if (answer.code !== 200 || answer.truncated) {
      const why = answer.truncated ? 'more than 16 MiB' : `status ${answer.code}`;
      return {
        status: 'not-measured',
        reason: `${name} gave no metrics: ${why}.`,
        next: 'Correct the path, or let the service expose its metrics there.',
      };
    }
    const { samples, unreadable, isCut } = readExposition(answer.body);
    if (isCut) {
      const reason = `${name} exposes more than ${shortNumber(MAX_SAMPLES)} samples, which are not all read.`;
      return { status: 'not-measured', reason, next: 'Let it expose fewer series: a label may hold ids.' };
    }
    if (samples.length === 0 || unreadable > 0) {
      const reason = `${name} does not speak Prometheus' text format: ${counted(samples.length, 'sample')}, ${counted(unreadable, 'unreadable line')}.`;
      return { status: 'not-measured', reason, next: 'Correct the path, or what the service writes there.' };
    }
    const notBefore = context.effects.clock.now() - FRESH_MS;
    const measured = config.series.map((one) => ({
      of: title(one),
      ...aggregate(samples, { name: one.name, matches: selector(one), take: one.take, notBefore }),
    }));
    return { status: 'measured', data: { name, measured } };
  },

  judge(config, data): Judgement {
    const findings = config.series.map((one) => findingOf(one, data));
    const outcome = worst(findings.map((finding) => finding.outcome));
    const sentences = findings.filter((finding) => finding.outcome !== 'pass' || outcome === 'pass');
    const reason = `${data.name}: ${sentences.map((one) => `${one.name} was ${one.value}, expected ${one.threshold}`).join('; ')}.`;
    if (outcome === 'pass') return { outcome, reason, findings };
    const advice =
      outcome === 'error'
        ? {
            cause:
              'A series that is not there was never written: its name or labels differ, or nothing has happened yet.',
            next: 'Look at the endpoint, and correct the name and labels in the check.',
          }
        : {
            cause: 'The service itself reports that it is outside its bounds.',
            next: "Look at the service's log and dashboards for the time of the check.",
          };
    return { outcome, reason, findings, ...advice };
  },
};

/** By title, not by place: old evidence under a new policy may hold other series. */
function findingOf(series: Series, data: MetricsData): Finding {
  const name = title(series);
  const bound = boundOf(series);
  const threshold = bound === null ? 'present' : boundText(bound);
  const measured = data.measured.find((one) => one.of === name) ?? { status: 'missing' as const };
  if (measured.status === 'missing') return { name, outcome: 'error', value: 'missing', threshold };
  if (measured.status === 'no-value') return { name, outcome: 'error', value: measured.reason, threshold };
  const { status, value } = measured;
  const above = status === 'above';
  const good = bound === null || (above ? beyond(value, bound) : holds(value, bound));
  return { name, outcome: good ? 'pass' : 'fail', value: `${above ? 'above ' : ''}${shortNumber(value)}`, threshold };
}

/** Of something known only to lie above `value`. */
const beyond = (value: number, bound: Bounds): boolean =>
  typeof bound !== 'number' && bound['at-most'] === undefined && value >= (bound['at-least'] ?? -Infinity);

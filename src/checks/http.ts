import { formatDuration } from '../domain/duration.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement } from '../kinds/check.ts';
import type { HttpAnswer, HttpRequest } from '../kinds/effects.ts';
import { addressOf, ledToOtherRelease, PUBLIC_ADDRESS } from '../kinds/service-address.ts';
import { serviceAdvice, serviceErrorAdvice } from '../kinds/troubleshooting.ts';
import { worst } from '../domain/outcome.ts';
import { findingsOf, type HttpSample } from './http/findings.ts';
import { httpSchema, type HttpConfig } from './http/schema.ts';

export interface HttpData {
  readonly name: string;
  readonly askedAt: number;
  readonly samples: readonly HttpSample[];
  /** Each body that was seen, once; samples point to theirs. */
  readonly bodies: readonly string[];
}

/** Of each body this much is kept as evidence and judged. */
const MAX_BODY_BYTES = 64 * 1024;

/** A request may take this much longer than allowed before it is given up, so that the report can say how slow it was. */
const PATIENCE = 4;

export const http: Check<HttpConfig, HttpData> = {
  kind: 'http',
  summary: 'Asks an HTTP address: status, time, body, headers, JSON values and TLS certificate.',
  schema: httpSchema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<HttpData>> {
    const address = addressOf(config, context);
    if (address.status === 'unknown') return { ...address, status: 'not-measured' };
    const request = await requestOf(config, address.url, context);
    if (request === null) {
      return {
        status: 'not-measured',
        reason: `The file of authorities "${config.tls?.authority}" is not in the release.`,
        next: 'Correct tls.authority.',
      };
    }
    const bodies: string[] = [];
    const samples: HttpSample[] = [];
    for (let i = 0; i < config.samples; i += 1) {
      const sample = sampleOf(await context.effects.http.request(request, signal), bodies);
      samples.push(sample);
      if (sample.status === 'unreachable' && sample.errorCode === PUBLIC_ADDRESS)
        return { ...ledToOtherRelease(address.name, context), status: 'not-measured' };
      if (sample.status === 'unreachable') break; // more of the same would only take time
    }
    return { status: 'measured', data: { name: address.name, askedAt: context.effects.clock.now(), samples, bodies } };
  },

  judge(config, data): Judgement {
    const failed = data.samples.find((sample) => sample.status === 'unreachable');
    if (failed) {
      const finding: Finding = { name: 'answer', outcome: 'fail', value: failed.reason, threshold: null };
      return {
        outcome: 'fail',
        reason: `${data.name} did not answer: ${failed.reason}.`,
        findings: [finding],
        ...serviceAdvice(data.name, failed.errorCode),
      };
    }
    const findings = findingsOf(config, data);
    const outcome = worst(findings.map((finding) => finding.outcome));
    if (outcome === 'pass') {
      const slowestMs = Math.max(...data.samples.map((sample) => sample.durationMs));
      const reason = `${data.name} answered as it should, at most ${formatDuration(slowestMs)} of ${formatDuration(config.within)} in ${data.samples.length} samples.`;
      return { outcome, reason, findings };
    }
    const wrong = findings.filter((finding) => finding.outcome !== 'pass');
    const reason = `${data.name}: ${wrong.map(sentence).join('; ')}.`;
    return { outcome, reason, findings, ...serviceErrorAdvice };
  },
};

const sentence = ({ name, value, threshold }: Finding): string =>
  `${name} was ${value}${threshold === null ? '' : `, expected ${threshold}`}`;

/** Null when the file of authorities is missing. */
async function requestOf(config: HttpConfig, url: string, context: CheckContext): Promise<HttpRequest | null> {
  const { body, tls } = config;
  const file = tls?.authority === undefined ? null : `${context.directory}/${tls.authority}`;
  const authority = file === null ? null : await context.effects.files.read(file, 1024 * 1024);
  if (file !== null && authority === null) return null;
  const json = body !== undefined && typeof body !== 'string';
  return {
    method: config.method,
    url,
    headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...config.headers },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
    timeoutMs: Math.max(1_000, config.within * PATIENCE),
    maxBytes: MAX_BODY_BYTES,
    followRedirects: config['follow-redirects'],
    avoid: context.ports,
    tls: {
      ...(tls?.trust === 'any' ? { trust: 'any' as const } : {}),
      ...(authority ? { authorities: [authority.text] } : {}),
    },
  };
}

function sampleOf(answer: HttpAnswer, bodies: string[]): HttpSample {
  if (answer.status === 'unreachable') return answer;
  const { body, ...facts } = answer;
  if (!bodies.includes(body)) bodies.push(body);
  return { ...facts, bodyIndex: bodies.indexOf(body) };
}

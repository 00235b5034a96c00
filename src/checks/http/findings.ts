import { formatDuration } from '../../domain/duration.ts';
import type { Json } from '../../domain/json.ts';
import type { Finding } from '../../kinds/check.ts';
import type { HttpAnswer } from '../../kinds/effects.ts';
import { matcher } from '../../kinds/pattern.ts';
import { excerpt, shortNumber } from '../../kinds/wording.ts';
import { parseJsonPath, valueAt } from '../../kinds/json-path.ts';
import type { HttpConfig } from './schema.ts';

type Answered = Extract<HttpAnswer, { status: 'answered' }>;
type Sample = Omit<Answered, 'body'> & { readonly bodyIndex: number };
export type HttpSample = Sample | Extract<HttpAnswer, { status: 'unreachable' }>;

interface Seen {
  readonly askedAt: number;
  readonly samples: readonly HttpSample[];
  readonly bodies: readonly string[];
}

/** One finding per thing asked for; each holds only when it holds in every sample. */
export function findingsOf(config: HttpConfig, data: Seen): readonly Finding[] {
  const samples = data.samples.filter((sample) => sample.status === 'answered');
  const bodies = data.bodies.map((text, index) => ({
    text,
    truncated: samples.some((sample) => sample.bodyIndex === index && sample.truncated),
  }));
  return [
    statusFinding(config, samples),
    timeFinding(config, samples),
    ...(config['body-contains'] ?? []).map((text) =>
      bodyFinding(`"${excerpt(text, 60)}"`, bodies, (body) => body.includes(text)),
    ),
    ...(config['body-matches'] === undefined
      ? []
      : [bodyFinding(`a match of ${config['body-matches']}`, bodies, matcher(config['body-matches']))]),
    ...Object.entries(config.header ?? {}).map(([name, wanted]) => headerFinding(name, wanted, samples)),
    ...Object.entries(config.json ?? {}).map(([path, wanted]) => jsonFinding(path, wanted, bodies)),
    ...(config.tls ? [tlsFinding(config.tls, data.askedAt, samples)] : []),
  ];
}

const outcomeOf = (good: boolean): 'pass' | 'fail' => (good ? 'pass' : 'fail');

function statusFinding(config: HttpConfig, samples: readonly Sample[]): Finding {
  const codes = [...new Set(samples.map((sample) => sample.code))];
  const good = codes.length > 0 && codes.every((code) => config.status.includes(code));
  return { name: 'status', outcome: outcomeOf(good), value: codes.join(', '), threshold: config.status.join(' or ') };
}

function timeFinding(config: HttpConfig, samples: readonly Sample[]): Finding {
  const slowestMs = Math.max(...samples.map((sample) => sample.durationMs));
  const value = formatDuration(slowestMs);
  return {
    name: 'time',
    outcome: outcomeOf(slowestMs <= config.within),
    value,
    threshold: `at most ${formatDuration(config.within)}`,
  };
}

interface Body {
  readonly text: string;
  readonly truncated: boolean;
}

/** What is not in the part of a body that was kept may be in the rest: that cannot be judged. */
function bodyFinding(wanted: string, bodies: readonly Body[], holds: (text: string) => boolean): Finding {
  const missing = bodies.filter((body) => !holds(body.text));
  if (missing.length === 0) return { name: 'body', outcome: 'pass', value: `has ${wanted}`, threshold: wanted };
  if (missing.some((body) => body.truncated)) {
    return {
      name: 'body',
      outcome: 'error',
      value: `longer than what is read, without ${wanted} in that part`,
      threshold: wanted,
    };
  }
  return {
    name: 'body',
    outcome: 'fail',
    value: `without it: ${excerpt(missing[0]!.text, 120) || '(empty)'}`,
    threshold: wanted,
  };
}

function headerFinding(name: string, wanted: string | { matches: string }, samples: readonly Sample[]): Finding {
  const values = [...new Set(samples.map((sample) => sample.headers[name.toLowerCase()] ?? null))];
  const holds = typeof wanted === 'string' ? (value: string) => value === wanted : matcher(wanted.matches);
  return {
    name: `header ${name}`,
    outcome: outcomeOf(values.length > 0 && values.every((value) => value !== null && holds(value))),
    value: values.map((value) => (value === null ? 'absent' : `"${excerpt(value, 120)}"`)).join(', '),
    threshold: typeof wanted === 'string' ? `"${wanted}"` : `a match of ${wanted.matches}`,
  };
}

type Wanted = NonNullable<HttpConfig['json']>[string];

function jsonFinding(path: string, wanted: Wanted, bodies: readonly Body[]): Finding {
  const steps = parseJsonPath(path) ?? [];
  const values = bodies.map((body) => {
    const document = parsed(body.text);
    return document === undefined ? 'no JSON' : { found: valueAt(document, steps) };
  });
  const name = `json ${path}`;
  const existence = wanted !== null && typeof wanted === 'object';
  const threshold = existence ? (wanted.exists ? 'present' : 'absent') : JSON.stringify(wanted);
  if (values.includes('no JSON')) {
    const cut = bodies.some((body) => body.truncated);
    return {
      name,
      outcome: cut ? 'error' : 'fail',
      value: cut ? 'in a body too long to read' : 'not there, the body is no JSON',
      threshold,
    };
  }
  const found = values.map((value) => (typeof value === 'string' ? undefined : value.found));
  const good = found.every((value) => (existence ? (value !== undefined) === wanted.exists : value === wanted));
  const seen = [
    ...new Set(found.map((value) => (value === undefined ? 'absent' : excerpt(JSON.stringify(value), 120)))),
  ];
  return { name, outcome: outcomeOf(found.length > 0 && good), value: seen.join(', '), threshold };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const DAY_MS = 86_400_000;

function tlsFinding(wanted: NonNullable<HttpConfig['tls']>, askedAt: number, samples: readonly Sample[]): Finding {
  const threshold = `valid for at least ${shortNumber(wanted['valid-for'] / DAY_MS)} days`;
  const certificates = samples.map((sample) => sample.tls);
  if (certificates.includes(null)) return { name: 'tls', outcome: 'fail', value: 'absent (plain HTTP)', threshold };
  const leftMs = Math.min(...certificates.map((certificate) => (certificate?.validToAt ?? 0) - askedAt));
  const value = leftMs > 0 ? `valid for ${Math.floor(leftMs / DAY_MS)} days` : 'expired';
  return { name: 'tls', outcome: outcomeOf(leftMs >= wanted['valid-for']), value, threshold };
}

import { formatDuration } from '../domain/duration.ts';
import type { Json } from '../domain/json.ts';
import type { Service } from '../domain/project.ts';
import type { Effects, HttpAnswer } from '../kinds/effects.ts';
import { parseJsonPath, valueAt } from '../kinds/json-path.ts';

export type HealthAnswer =
  | { readonly status: 'good'; readonly durationMs: number }
  | { readonly status: 'bad' | 'wrong-release'; readonly reason: string };

/** One question to a service's health path. */
export async function askHealth(
  effects: Effects,
  service: Service,
  place: { host: string; port: number },
  releaseId: string | null,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<HealthAnswer> {
  const { health } = service;
  const url = `http://${place.host}:${place.port}${health.path}`;
  const answer = await effects.http.request(
    { method: 'GET', url, headers, timeoutMs: Math.max(1_000, health.withinMs), maxBytes: 64 * 1024 },
    signal,
  );
  if (answer.status === 'unreachable') return { status: 'bad', reason: answer.reason };
  const status = wrongStatus(answer);
  if (status !== null) return { status: 'bad', reason: status };
  const late = tooLate(service, answer);
  if (late !== null) return { status: 'bad', reason: late };
  if (releaseId === null) return { status: 'good', durationMs: answer.durationMs };
  const other = wrongRelease(service, answer, releaseId);
  if (other !== null) return { status: 'wrong-release', reason: other };
  return { status: 'good', durationMs: answer.durationMs };
}

type Answered = Extract<HttpAnswer, { status: 'answered' }>;

/** The health path is answered with 200 and nothing else. */
export const wrongStatus = ({ code }: Pick<Answered, 'code'>): string | null =>
  code === 200 ? null : `status ${code}`;

/** The health path is answered within its time. */
export const tooLate = ({ health }: Service, { durationMs }: Pick<Answered, 'durationMs'>): string | null =>
  durationMs <= health.withinMs
    ? null
    : `took ${formatDuration(durationMs)}, allowed are ${formatDuration(health.withinMs)}`;

/** What an answer to the health path says of another release than the one that was asked for; null when it is the one. */
export function wrongRelease(
  service: Service,
  answer: Pick<Answered, 'headers' | 'body'>,
  releaseId: string,
): string | null {
  const seen = releaseIn(service, answer);
  return seen === releaseId ? null : `it says it is release ${JSON.stringify(seen)}, not ${releaseId}`;
}

/** The release that an answer to the health path names, whatever its status; null when it names none. */
export const releaseIn = ({ health }: Service, { headers, body }: Pick<Answered, 'headers' | 'body'>): unknown =>
  health.release.from === 'header'
    ? (headers[health.release.name.toLowerCase()] ?? null)
    : atPath(body, health.release.path);

/** Value at `$.a.b` of a JSON text; null when there is none. */
function atPath(body: string, path: string): unknown {
  try {
    return valueAt(JSON.parse(body) as Json, parseJsonPath(path) ?? []) ?? null;
  } catch {
    return null;
  }
}

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
  if (answer.code !== 200) return { status: 'bad', reason: `status ${answer.code}` };
  if (answer.durationMs > health.withinMs)
    return {
      status: 'bad',
      reason: `took ${formatDuration(answer.durationMs)}, allowed are ${formatDuration(health.withinMs)}`,
    };
  if (releaseId === null) return { status: 'good', durationMs: answer.durationMs };
  const seen = releaseIn(service, answer);
  if (seen !== releaseId)
    return { status: 'wrong-release', reason: `it says it is release ${JSON.stringify(seen)}, not ${releaseId}` };
  return { status: 'good', durationMs: answer.durationMs };
}

/** The release that an answer to the health path names, whatever its status; null when it names none. */
export const releaseIn = (
  { health }: Service,
  { headers, body }: Pick<Extract<HttpAnswer, { status: 'answered' }>, 'headers' | 'body'>,
): unknown =>
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

import type { Json } from '../../domain/json.ts';
import type { HttpAnswer } from '../../kinds/effects.ts';
import { documentIn, isUntrusted, request, retryAfterMs, wasNeverSent } from '../wish/answers.ts';
import { unclear, undocumented } from '../wish/remote-failures.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import type { GithubConfig } from './schema.ts';

type Scene = RemoteScene<GithubConfig>;

/** Fields and answers of this version are read; GitHub keeps each for two years and more. */
const VERSION = '2022-11-28';
/** "Otherwise, wait for at least one minute before retrying." */
const UNSAID_LIMIT_MS = 60_000;

export type Reply =
  /** 2xx: `json` is undefined where there is no document, `why` says why. */
  | { readonly status: 'ok'; readonly code: number; readonly json: Json | undefined; readonly why: string }
  /** A rate limit: it did nothing. */
  | { readonly status: 'limited'; readonly afterMs: number; readonly said: string }
  | { readonly status: 'never-sent' | 'untrusted'; readonly said: string }
  /** 5xx, cut off, too slow: it may have acted. */
  | { readonly status: 'unclear'; readonly said: string }
  | { readonly status: 'refused'; readonly code: number; readonly body: string };

/** One request of the REST API below the repository. */
export async function github(
  scene: Scene,
  ask: { readonly method?: 'GET' | 'POST'; readonly path: string; readonly body?: Json },
  signal: AbortSignal,
): Promise<Reply> {
  const { config, secrets, host } = scene;
  const answer = await request(
    scene,
    {
      method: ask.method ?? 'GET',
      url: `${config.api.replace(/\/+$/, '')}/repos/${config.repository}${ask.path}`,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${secrets['token']}`,
        'x-github-api-version': VERSION,
        ...(ask.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(ask.body !== undefined && { body: JSON.stringify(ask.body) }),
      timeoutMs: config['answer-within'],
    },
    signal,
  );
  return replyOf(scene, answer, host.now());
}

function replyOf(scene: Scene, answer: HttpAnswer, nowMs: number): Reply {
  if (answer.status === 'unreachable') {
    const status = isUntrusted(answer) ? 'untrusted' : wasNeverSent(answer) ? 'never-sent' : 'unclear';
    return { status, said: answer.reason };
  }
  const { code, body } = answer;
  const afterMs = limitMs(answer, nowMs);
  if (afterMs !== null) {
    const until = new Date(nowMs + afterMs).toISOString();
    return { status: 'limited', afterMs, said: `it answered ${code}: a rate limit until ${until}` };
  }
  if (code >= 500 || code === 408) return { status: 'unclear', said: unclear(scene, code, body) };
  if (code < 200 || code > 299) return { status: 'refused', code, body };
  const document = documentIn(answer);
  return 'why' in document
    ? { status: 'ok', code, json: undefined, why: undocumented(scene, document.why, body) }
    : { status: 'ok', code, json: document.json, why: '' };
}

/** Until when not to ask, by the rules of GitHub's page on rate limits; null when this is no such answer. */
function limitMs(answer: Extract<HttpAnswer, { status: 'answered' }>, nowMs: number): number | null {
  const { code, headers, body } = answer;
  if (code !== 403 && code !== 429) return null;
  const saidMs = retryAfterMs(answer, nowMs);
  if (saidMs !== null) return saidMs;
  const reset = headers['x-ratelimit-reset'] ?? '';
  if (headers['x-ratelimit-remaining'] === '0' && /^\d{1,12}$/.test(reset))
    return Math.max(1_000, Number(reset) * 1000 - nowMs);
  return code === 429 || /rate limit/i.test(body) ? UNSAID_LIMIT_MS : null;
}

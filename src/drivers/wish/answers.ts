import type { HttpAnswer } from '../../kinds/effects.ts';
import type { Json } from '../../domain/json.ts';
import type { RemoteScene } from './remote-scene.ts';

/** Bytes of an answer that are read; a longer one is refused. */
const maxAnswerBytes = 1024 * 1024;

export interface Ask {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

type Answered = Extract<HttpAnswer, { status: 'answered' }>;

/** One request; redirects are not followed, certificates are verified. */
export function request(scene: RemoteScene<unknown>, ask: Ask, signal: AbortSignal): Promise<HttpAnswer> {
  const { host, authority } = scene;
  const tls = authority === null ? {} : { tls: { authorities: [authority] } };
  return host.request({ ...ask, maxBytes: maxAnswerBytes, followRedirects: false, ...tls }, signal);
}

/** Codes of connections that never carried a request. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_(SSL|TLS)/;
export const wasNeverSent = ({ errorCode }: Extract<HttpAnswer, { status: 'unreachable' }>): boolean =>
  NEVER_SENT.has(errorCode);
export const isUntrusted = ({ errorCode }: Extract<HttpAnswer, { status: 'unreachable' }>): boolean =>
  UNTRUSTED.test(errorCode);

/** Milliseconds until it may be asked again, by `Retry-After` in seconds or as a date; null when it does not say. */
export function retryAfterMs({ headers }: Answered, nowMs: number): number | null {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** The document, or why there is none. */
export function documentIn(answer: Answered): { readonly json: Json } | { readonly why: string } {
  if (answer.truncated) return { why: `it is ${answer.bodyBytes} bytes long; at most ${maxAnswerBytes} are read` };
  if (answer.body.trim() === '') return { why: 'it is empty' };
  try {
    return { json: JSON.parse(answer.body) as Json };
  } catch {
    return { why: 'it is not one JSON document' };
  }
}

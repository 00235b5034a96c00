import type { IncomingMessage } from 'node:http';
import { previewHeader, withoutOwnCookies } from '../kinds/beside.ts';

/** Headers that speak of one connection only, and end here. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Answered by the edge itself; undici refuses to send it on. */
const onlyHere = new Set(['expect', 'http2-settings']);
const forwarding = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded']);

interface Here {
  readonly trustedProxies: ReadonlySet<string>;
  /** What is meant for the edge is passed on while another worker of it is behind us. */
  readonly board: { readonly leaving: boolean };
}

/** Names, values, names, values… as undici takes them. What is meant for the edge ends here. */
export function requestHeaders(request: IncomingMessage, { trustedProxies, board }: Here): string[] {
  const named = namedByConnection(request.headers.connection);
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const trusted = trustedProxies.has(peer);
  const headers: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || onlyHere.has(lower) || named?.has(lower)) continue;
    if (forwarding.has(lower) && (lower === 'x-forwarded-for' || !trusted)) continue;
    if (!board.leaving && lower === previewHeader) continue;
    const value = board.leaving || lower !== 'cookie' ? raw[i + 1]! : withoutOwnCookies(raw[i + 1]!);
    if (value !== null) headers.push(name, value);
  }
  const before = trusted ? request.headers['x-forwarded-for'] : undefined;
  headers.push('x-forwarded-for', before ? `${String(before)}, ${peer}` : peer);
  if (!trusted || !request.headers['x-forwarded-proto']) headers.push('x-forwarded-proto', 'http');
  if (!trusted || !request.headers['x-forwarded-host']) headers.push('x-forwarded-host', request.headers.host ?? '');
  return headers;
}

/** Names, values… as `writeHead` takes them, with the backend's spelling, order and repeats. */
export function responseHeaders(raw: readonly (Buffer | string)[], statusCode: number): string[] {
  const headers: string[] = [];
  let connection: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = asLatin1(raw[i]!);
    const lower = name.toLowerCase();
    if (lower === 'connection') connection = asLatin1(raw[i + 1]!);
    // A 204 has no body and may not announce one.
    if (hopByHop.has(lower) || (statusCode === 204 && lower === 'content-length')) continue;
    headers.push(name, asLatin1(raw[i + 1]!));
  }
  const named = namedByConnection(connection);
  return named ? withoutNamed(headers, named) : headers;
}

export function asLatin1(value: Buffer | string): string {
  return typeof value === 'string' ? value : value.toString('latin1');
}

/** `Connection: close, X-Mine` makes X-Mine speak of that connection too. */
function namedByConnection(value: string | undefined): Set<string> | null {
  if (!value || /^(keep-alive|close|upgrade)$/i.test(value)) return null;
  const names = new Set(
    value
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  // Whom the message is for and how long it is are never a hop's own business.
  names.delete('host');
  names.delete('content-length');
  return names;
}

function withoutNamed(headers: readonly string[], named: ReadonlySet<string>): string[] {
  return headers.filter((_, i) => !named.has(headers[i - (i % 2)]!.toLowerCase()));
}

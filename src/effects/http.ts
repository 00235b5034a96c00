import { TLSSocket, rootCertificates } from 'node:tls';
import { Agent, buildConnector, interceptors, type Dispatcher } from 'undici';
import { fail } from '../domain/failure.ts';
import type { Http, HttpAnswer, HttpRequest } from '../kinds/effects.ts';
import { gateOf, type Gate } from './avoid.ts';
import type { Redactor } from './redaction.ts';
import { timedOut, unreachable } from './unreachable.ts';

type Tls = Extract<HttpAnswer, { status: 'answered' }>['tls'];

/** Every request has a connection of its own, so that the time measured is what a new client sees. */
export function createHttp(redactor: Redactor): Http {
  return {
    async request(request, signal) {
      signal.throwIfAborted();
      const origin = parseUrl(request.url, redactor);
      const gate = await gateOf(request.avoid);
      const startedAt = performance.now();
      const durationMs = (): number => Math.round((performance.now() - startedAt) * 100) / 100;
      const { dispatcher, tls } = connection(request, gate);
      const deadline = AbortSignal.timeout(request.timeoutMs);
      try {
        const answer = await send(origin, request, dispatcher, AbortSignal.any([signal, deadline]));
        const { text, bytes } = await read(answer.body, request.maxBytes);
        return {
          status: 'answered',
          code: answer.statusCode,
          headers: headersOf(answer.headers, redactor),
          body: redactor.text(text),
          truncated: bytes > request.maxBytes,
          bodyBytes: bytes,
          durationMs: durationMs(),
          tls: tls(),
        };
      } catch (error) {
        signal.throwIfAborted();
        const why = deadline.aborted ? timedOut(request.timeoutMs) : unreachable(error);
        return { status: 'unreachable', ...why, reason: redactor.text(why.reason), durationMs: durationMs() };
      } finally {
        await dispatcher.destroy();
      }
    },
  };
}

function parseUrl(url: string, redactor: Redactor): URL {
  const parsed = URL.parse(url);
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return parsed;
  return fail({
    code: 'GR6611',
    message: `"${redactor.text(url)}" is not an address that can be asked over HTTP.`,
    do: 'Write a URL that begins with http:// or https://.',
  });
}

function connection(request: HttpRequest, gate: Gate): { dispatcher: Agent; tls: () => Tls } {
  let tls: Tls = null;
  const authorities = request.tls?.authorities;
  const connect = buildConnector({
    timeout: request.timeoutMs,
    rejectUnauthorized: request.tls?.trust !== 'any',
    ...(authorities ? { ca: [...rootCertificates, ...authorities] } : {}),
  });
  const dispatcher = new Agent({
    connect: (options, callback) =>
      connect(options, (...result) => {
        const refused = result[1] && gate(result[1]);
        if (refused) {
          result[1].destroy();
          return callback(refused, null);
        }
        if (result[1] instanceof TLSSocket) tls = tlsFacts(result[1]);
        callback(...result);
      }),
    connections: 1,
    pipelining: 0,
  });
  return { dispatcher, tls: () => tls };
}

function tlsFacts(socket: TLSSocket): Tls {
  const validToAt = Date.parse(socket.getPeerCertificate().valid_to);
  return { protocol: socket.getProtocol() ?? 'unknown', validToAt, authorized: socket.authorized };
}

async function send(
  url: URL,
  request: HttpRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = { 'user-agent': 'greenroom', ...request.headers };
  if (url.username || url.password) {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] ??= `Basic ${Buffer.from(user).toString('base64')}`;
  }
  const dispatcher = request.followRedirects ? agent.compose(interceptors.redirect({ maxRedirections: 5 })) : agent;
  return dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method.toUpperCase() as Dispatcher.HttpMethod, // any token is sent as it is
    headers,
    body: request.body ?? null,
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Reads to the end, so that the time counts, but keeps no more than `maxBytes`. */
async function read(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ text: string; bytes: number }> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (bytes < maxBytes) kept.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.length;
  }
  return { text: Buffer.concat(kept).toString(), bytes };
}

function headersOf(headers: Dispatcher.ResponseData['headers'], redactor: Redactor): Record<string, string> {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, redactor.text(Array.isArray(value) ? value.join(', ') : value)] as const],
  );
  return Object.fromEntries(lines);
}

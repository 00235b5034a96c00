import { request } from 'node:http';
import type { Failure } from '../domain/failure.ts';
import type { EdgeRun } from './edge-state.ts';

export type ControlAnswer =
  | { readonly status: 'done'; readonly body: unknown }
  /** The edge said no; nothing was changed. */
  | { readonly status: 'refused'; readonly httpStatus: number; readonly failure: Failure }
  /** No answer, or none that can be trusted: what was asked may have happened. */
  | { readonly status: 'unknown'; readonly reason: string };

/** One question to a running edge. Never throws. */
export function askControl(
  run: EdgeRun,
  method: string,
  path: string,
  body?: object,
  timeoutMs = 8_000,
): Promise<ControlAnswer> {
  return new Promise((resolve) => {
    const unknown = (reason: string): void => resolve({ status: 'unknown', reason });
    const headers = { authorization: `Bearer ${run.token}`, 'content-type': 'application/json' };
    const outgoing = request({
      host: '127.0.0.1',
      port: run.controlPort,
      method,
      path,
      headers,
      agent: false,
      timeout: timeoutMs,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.on('error', (error) => unknown(error.message));
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => unknown(error.message));
      response.on('end', () => resolve(readAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))));
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function readAnswer(httpStatus: number, text: string): ControlAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { status: 'unknown', reason: `the edge answered ${httpStatus} with something that is not JSON` };
  }
  if (httpStatus < 300) return { status: 'done', body };
  const failure = body as Failure;
  return httpStatus >= 500
    ? { status: 'unknown', reason: failure.message }
    : { status: 'refused', httpStatus, failure };
}

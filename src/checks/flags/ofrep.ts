import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { CheckContext } from '../../kinds/check.ts';
import { serviceAdvice } from '../../kinds/troubleshooting.ts';
import { excerpt } from '../../kinds/wording.ts';
import type { FlagsConfig, FlagService } from './schema.ts';

/** A flag as the service evaluates it for the given context. */
export type FlagSeen = { readonly name: string } & (
  | { readonly status: 'value'; readonly value: Json }
  | { readonly status: 'absent' }
  /** It knows the flag and gives no value: an error, or it leaves the value to the code. */
  | { readonly status: 'unknown'; readonly reason: string }
);

/** The service itself could not be asked: nothing is known of any flag. */
export interface Silent {
  readonly status: 'silent';
  readonly reason: string;
  readonly cause: string;
  readonly next: string;
}

export interface Door {
  readonly status: 'open';
  readonly address: string;
  /** What it is asked with, as one text; stays in this process. */
  readonly credentials: string;
  ask(path: string, signal: AbortSignal): Promise<{ readonly code: number; readonly body: unknown } | Silent>;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

const silent = (reason: string, cause: string, next: string): Silent => ({ status: 'silent', reason, cause, next });

/** The OpenFeature remote evaluation protocol over HTTP. */
export function openFlagService(service: FlagService, config: FlagsConfig, context: CheckContext): Door | Silent {
  const unset = [...(service.url === undefined ? [service.variable] : []), service.token, service['api-key']].filter(
    (name) => name !== undefined && !valueOf(context, name),
  );
  if (unset.length > 0)
    return silent(
      `${context.environment} does not set ${unset.join(' and ')}, so the flag service cannot be asked.`,
      'The flag service of this environment is not configured.',
      `Set ${unset.join(' and ')} in the environment, or give "url".`,
    );
  const address = (service.url ?? valueOf(context, service.variable)).replace(/\/+$/, '');
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
    return silent(
      `${service.variable} is no address that begins with http:// or https://.`,
      'The flag service of this environment is not configured.',
      `Correct ${service.variable}.`,
    );
  const credentials = {
    ...(service.token !== undefined && { authorization: `Bearer ${valueOf(context, service.token)}` }),
    ...(service['api-key'] !== undefined && { 'x-api-key': valueOf(context, service['api-key']) }),
  };
  const headers = { 'content-type': 'application/json', ...credentials };
  const body = JSON.stringify({ context: config.context });
  const request = { method: 'POST', headers, body, timeoutMs: config.within, maxBytes: MAX_BODY_BYTES };
  return {
    status: 'open',
    address,
    credentials: JSON.stringify(credentials),
    async ask(path, signal) {
      const url = `${address}/ofrep/v1/evaluate/flags${path}`;
      const answer = await context.effects.http.request({ ...request, url, avoid: context.ports }, signal);
      if (answer.status === 'unreachable')
        return {
          ...{ status: 'silent', reason: `The flag service ${address} did not answer: ${answer.reason}.` },
          ...serviceAdvice('the flag service', answer.errorCode),
        };
      return { code: answer.code, body: answer.truncated ? null : parsed(answer.body) };
    },
  };
}

const valueOf = ({ variables }: CheckContext, name: string): string =>
  Object.hasOwn(variables, name) ? variables[name]! : '';

const evaluated = z.object({ key: z.string(), value: z.json() });
const refused = z.object({ key: z.string(), errorCode: z.string(), errorDetails: z.string().optional() });

/** One flag. A 404 is "absent" only when the service itself says so: a wrong address gives 404 as well. */
export async function askFlag(door: Door, name: string, signal: AbortSignal): Promise<FlagSeen | Silent> {
  const answer = await door.ask(`/${encodeURIComponent(name)}`, signal);
  if ('status' in answer) return answer;
  const { code, body } = answer;
  const failure = refused.safeParse(body);
  if (code === 404 && failure.success && failure.data.errorCode === 'FLAG_NOT_FOUND' && failure.data.key === name)
    return { name, status: 'absent' };
  if (code === 200 && keyOf(body) === name) return flagOf(name, body);
  if (code === 400 && failure.success) return flagOf(name, body);
  return wrong(door, code);
}

/** All flags that the service knows. */
export async function askAll(door: Door, signal: AbortSignal): Promise<readonly FlagSeen[] | Silent> {
  const answer = await door.ask('', signal);
  if ('status' in answer) return answer;
  const list = z.object({ flags: z.array(z.object({ key: z.string().min(1) }).loose()) }).safeParse(answer.body);
  if (answer.code !== 200 || !list.success) return wrong(door, answer.code);
  return list.data.flags.map((flag) => flagOf(flag.key, flag));
}

function flagOf(name: string, body: unknown): FlagSeen {
  const failure = refused.safeParse(body);
  if (failure.success) {
    const { errorCode, errorDetails = '' } = failure.data;
    return { name, status: 'unknown', reason: excerpt(`${errorCode} ${errorDetails}`) };
  }
  const value = evaluated.safeParse(body);
  if (value.success) return { name, status: 'value', value: value.data.value };
  return { name, status: 'unknown', reason: 'the service leaves its value to the code' };
}

const keyOf = (body: unknown): string | undefined => z.object({ key: z.string() }).safeParse(body).data?.key;

const wrong = ({ address }: Door, code: number): Silent =>
  silent(
    `The flag service ${address} answered ${code} and no flags.`,
    code === 401 || code === 403
      ? 'The flag service does not know the credentials of this environment.'
      : 'What answers there is no flag service of the OpenFeature protocol, or is not well.',
    code === 401 || code === 403
      ? 'Correct the variable that "token" or "api-key" names.'
      : "Look at the flag service's address and log.",
  );

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

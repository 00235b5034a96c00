import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { limitMs } from '../kinds/fields.ts';
import { cacheAdvice } from '../kinds/troubleshooting.ts';
import { excerpt } from '../kinds/wording.ts';

const schema = z.strictObject({
  cache: z.string().optional().describe('Cache to ask, by its name in greenroom.yaml. Default: the first one.'),
  within: limitMs().prefault('500ms').describe('Longest time for connection, sign-in and PING.'),
});
export type RedisConfig = z.infer<typeof schema>;

export type RedisData = { readonly cache: string } & (
  | { readonly status: 'disabled' }
  | { readonly status: 'connected'; readonly replies: readonly string[]; readonly durationMs: number }
  | { readonly status: 'unreachable'; readonly reason: string; readonly errorCode: string; readonly durationMs: number }
);

export const redis: Check<RedisConfig, RedisData> = {
  kind: 'redis',
  summary: 'Signs in to a Redis or Valkey and asks PING; a cache declared disabled here is skipped.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<RedisData>> {
    const cache =
      config.cache === undefined ? context.caches[0] : context.caches.find(({ name }) => name === config.cache);
    if (!cache) return noSuchCache(config.cache, context);
    if (cache.disabled) return { status: 'measured', data: { cache: cache.name, status: 'disabled' } };
    const place = parseRedisUrl(cache.url);
    if (!place) {
      return {
        status: 'not-measured',
        reason: `The URL of the cache "${cache.name}" is no redis:// or rediss:// address.`,
        next: 'Correct its url in greenroom.yaml or in the variables it refers to.',
      };
    }
    const options = {
      send: place.commands.map(encode).join(''),
      until: (received: string) => repliesOf(received).length >= place.commands.length,
      maxBytes: 64 * 1024,
      timeoutMs: config.within,
    };
    const answer = await context.effects.tcp.exchange(place, options, signal);
    if (answer.status === 'unreachable') return { status: 'measured', data: { ...answer, cache: cache.name } };
    const { durationMs } = answer;
    return {
      status: 'measured',
      data: { status: 'connected', cache: cache.name, replies: repliesOf(answer.received), durationMs },
    };
  },

  judge(config, data): Judgement {
    if (data.status === 'disabled') {
      return { outcome: 'skip', reason: `The cache "${data.cache}" is declared disabled here.`, findings: [] };
    }
    if (data.status === 'unreachable') return failed(data.cache, data.reason);
    const refusal = data.replies.find((reply) => reply.startsWith('-'));
    if (refusal !== undefined) return failed(data.cache, excerpt(refusal.slice(1)));
    if (data.replies.at(-1) !== '+PONG')
      return failed(data.cache, `no PONG came within ${formatDuration(config.within)}`);
    const good = data.durationMs <= config.within;
    const value = formatDuration(data.durationMs);
    const threshold = `at most ${formatDuration(config.within)}`;
    const findings: Finding[] = [{ name: 'time', outcome: good ? 'pass' : 'fail', value, threshold }];
    if (good) return { outcome: 'pass', reason: `The cache "${data.cache}" answered PONG in ${value}.`, findings };
    return {
      outcome: 'fail',
      reason: `The cache "${data.cache}" took ${value}, expected ${threshold}.`,
      findings,
      ...cacheAdvice(data.cache),
    };
  },
};

function failed(cache: string, why: string): Judgement {
  const findings: Finding[] = [{ name: 'answer', outcome: 'fail', value: why, threshold: 'PONG' }];
  return {
    outcome: 'fail',
    reason: `The cache "${cache}" did not answer as a Redis: ${why}.`,
    findings,
    ...cacheAdvice(cache),
  };
}

function noSuchCache(name: string | undefined, context: CheckContext): Gathered<RedisData> {
  const known = context.caches.map((cache) => cache.name).join(', ') || 'none';
  return {
    status: 'not-measured',
    reason: `There is no cache${name === undefined ? '' : ` "${name}"`} in ${context.environment}; known: ${known}.`,
    next: 'Declare it under caches in greenroom.yaml, or correct the name.',
  };
}

interface RedisPlace {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** AUTH and SELECT as the URL asks, then PING. */
  readonly commands: readonly (readonly string[])[];
}

function parseRedisUrl(text: string): RedisPlace | null {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') return null;
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const database = url.pathname.slice(1);
  const commands: string[][] = [['PING']];
  if (database !== '' && database !== '0') commands.unshift(['SELECT', database]);
  if (password !== '') commands.unshift(user === '' ? ['AUTH', password] : ['AUTH', user, password]);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    tls: url.protocol === 'rediss:',
    commands,
  };
}

/** A command in RESP: an array of texts with their lengths in bytes. */
function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${new TextEncoder().encode(part).length}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}

/** Whole replies only; the three commands answer with one line each. */
const repliesOf = (received: string): readonly string[] => received.split('\r\n').slice(0, -1);

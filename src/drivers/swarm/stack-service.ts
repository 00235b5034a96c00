import { z } from 'zod';
import { bytes, nanoseconds } from './amounts.ts';

// A service of the stack file as `docker compose config` prints it, in the words of the Engine API. What has no such words is refused, and
// never left out in silence.

const list = z.array(z.string());
const one = z.union([list, z.string().transform((each) => [each])]);
const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]).transform(String));
const duration = z.string().transform((text, context) => {
  const value = nanoseconds(text);
  if (value === null) context.addIssue({ code: 'custom', message: `${text} is no duration` });
  return value ?? 0;
});
const memory = z.coerce.string().transform((text, context) => {
  const value = bytes(text);
  if (value === null) context.addIssue({ code: 'custom', message: `${text} is no size` });
  return value ?? 0;
});
const cpus = z.coerce.number().transform((count) => Math.round(count * 1e9));

const healthcheck = z
  .strictObject({
    test: z.union([list, z.string().transform((text) => ['CMD-SHELL', text])]).optional(),
    ...{ interval: duration.optional(), timeout: duration.optional(), start_period: duration.optional() },
    ...{ retries: z.number().optional(), disable: z.boolean().optional() },
  })
  .transform(({ test, interval, timeout, start_period: start, retries, disable }) => ({
    Test: disable === true ? ['NONE'] : test,
    ...{ Interval: interval, Timeout: timeout, StartPeriod: start, Retries: retries },
  }));

const volume = z
  .looseObject({
    ...{ type: z.enum(['volume', 'bind', 'tmpfs']), source: z.string().optional(), target: z.string() },
    ...{ read_only: z.boolean().optional(), volume: z.looseObject({ nocopy: z.boolean().optional() }).optional() },
  })
  .transform(({ type, source, target, read_only: readOnly, volume: more }) => ({
    ...{ Type: type, Source: source, Target: target, ReadOnly: readOnly },
    ...(more?.nocopy !== undefined && { VolumeOptions: { NoCopy: more.nocopy } }),
  }));

const sealed = z.union([
  z.string().transform((source) => ({ source, target: undefined, uid: '0', gid: '0', mode: 0o444 })),
  z.strictObject({
    ...{ source: z.string(), target: z.string().optional() },
    ...{ uid: z.coerce.string().default('0'), gid: z.coerce.string().default('0') },
    mode: z.union([z.number(), z.string().transform((text) => Number.parseInt(text, 8))]).default(0o444),
  }),
]);
export type SealedReference = z.infer<typeof sealed>;

const deploy = z.strictObject({
  mode: z.enum(['replicated', 'global']).default('replicated'),
  replicas: z.number().default(1),
  endpoint_mode: z.enum(['vip', 'dnsrr']).default('dnsrr'),
  labels: texts.default({}),
  placement: z
    .strictObject({
      constraints: list.default([]),
      preferences: z.array(z.strictObject({ spread: z.string() })).default([]),
      max_replicas_per_node: z.number().optional(),
    })
    .prefault({})
    .transform(({ constraints, preferences, max_replicas_per_node: most }) => ({
      ...{ Constraints: constraints, MaxReplicas: most },
      Preferences: preferences.map(({ spread }) => ({ Spread: { SpreadDescriptor: spread } })),
    })),
  resources: z
    .strictObject({
      limits: z
        .strictObject({ cpus: cpus.optional(), memory: memory.optional(), pids: z.number().optional() })
        .optional(),
      reservations: z.strictObject({ cpus: cpus.optional(), memory: memory.optional() }).optional(),
    })
    .prefault({})
    .transform(({ limits, reservations }) => ({
      Limits: { NanoCPUs: limits?.cpus, MemoryBytes: limits?.memory, Pids: limits?.pids },
      Reservations: { NanoCPUs: reservations?.cpus, MemoryBytes: reservations?.memory },
    })),
  restart_policy: z
    .strictObject({
      ...{ condition: z.enum(['none', 'on-failure', 'any']).optional(), delay: duration.optional() },
      ...{ max_attempts: z.number().optional(), window: duration.optional() },
    })
    .prefault({})
    .transform(({ condition, delay, max_attempts: attempts, window }) => ({
      ...{ Condition: condition, Delay: delay, MaxAttempts: attempts, Window: window },
    })),
  // How the swarm itself would bring a new version: Greenroom does that.
  ...{ update_config: z.unknown().optional(), rollback_config: z.unknown().optional() },
});

/** Left out because a colour has them said anew, or because `docker stack deploy` leaves them out. */
const saidAnew = [
  'build',
  'image',
  'container_name',
  'depends_on',
  'links',
  'external_links',
  'restart',
  'profiles',
  'scale',
];
const readElsewhere = [
  'environment',
  'networks',
  'ports',
  'expose',
  'stop_grace_period',
  'network_mode',
  'volumes_from',
];

export const stackService = z.strictObject({
  ...Object.fromEntries([...saidAnew, ...readElsewhere].map((name) => [name, z.unknown().optional()])),
  environment: z.unknown().optional(),
  ...{ command: list.nullish().transform((each) => each ?? undefined) },
  ...{ entrypoint: list.nullish().transform((each) => each ?? undefined) },
  ...{ working_dir: z.string().optional(), user: z.string().optional(), hostname: z.string().optional() },
  ...{ init: z.boolean().optional(), read_only: z.boolean().optional(), tty: z.boolean().optional() },
  ...{ stdin_open: z.boolean().optional(), stop_signal: z.string().optional(), labels: texts.default({}) },
  ...{ cap_add: list.optional(), cap_drop: list.optional(), sysctls: texts.optional() },
  ...{ dns: one.optional(), dns_search: one.optional(), dns_opt: list.optional() },
  // `name=address` or `name:address` in the file, as in a hosts file for the swarm.
  extra_hosts: list.transform((all) => all.map((each) => each.replace(/^([^=:]+)[=:](.*)$/, '$2 $1'))).optional(),
  logging: z.strictObject({ driver: z.string(), options: texts.optional() }).optional(),
  healthcheck: healthcheck.optional(),
  volumes: z.array(volume).default([]),
  tmpfs: one.default([]).transform((all) => all.map((target) => ({ Type: 'tmpfs', Target: target }))),
  ...{ secrets: z.array(sealed).default([]), configs: z.array(sealed).default([]) },
  deploy: deploy.prefault({}),
});
export type StackService = z.infer<typeof stackService>;

/** Of everything that the CLI prints: a `$` is written twice there. */
export function unescaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$$', '$');
  if (Array.isArray(value)) return value.map(unescaped);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unescaped(each)]));
}

import { z } from 'zod';

// What `docker compose config` (v2, long forms) and `docker-compose config` (v1, often short forms) print, as far as it matters here.

const list = z.array(z.string());
const named = z.record(
  z.string(),
  z.looseObject({ name: z.string().nullish(), external: z.unknown().optional() }).nullable(),
);

const volume = z.union([
  z.string().transform(shortVolume),
  z.looseObject({
    type: z.string(),
    source: z.string().optional(),
    target: z.string(),
    read_only: z.boolean().default(false),
  }),
]);

const port = z.union([
  z.string().transform(shortPort),
  z.looseObject({ target: z.number(), published: z.coerce.string().optional(), protocol: z.string().default('tcp') }),
]);

const dependencies = z.union([
  list.transform((all) => Object.fromEntries(all.map((name) => [name, { condition: 'service_started' }]))),
  z.record(z.string(), z.looseObject({ condition: z.string().default('service_started') })),
]);

const networks = z.union([
  list.transform((all) => Object.fromEntries(all.map((name) => [name, null]))),
  z.record(z.string(), z.looseObject({ aliases: list.optional() }).nullable()),
]);

const build = z.union([
  z.string().transform((context) => ({ context })),
  z.looseObject({ context: z.string().default('.') }),
]);

const service = z.looseObject({
  image: z.string().optional(),
  build: build.optional(),
  volumes: z.array(volume).default([]),
  ports: z.array(port).default([]),
  expose: z.array(z.coerce.string()).default([]),
  depends_on: dependencies.default({}),
  networks: networks.optional(),
  network_mode: z.string().optional(),
  volumes_from: list.optional(),
  scale: z.number().optional(),
  deploy: z.looseObject({ replicas: z.number().optional() }).nullish(),
  labels: z.record(z.string(), z.unknown()).optional(),
  environment: z.union([z.record(z.string(), z.unknown()), list]).optional(),
});

export const composeModel = z.looseObject({
  version: z.string().optional(),
  name: z.string().optional(),
  services: z.record(z.string(), service),
  networks: named.default({}),
  volumes: named.default({}),
  secrets: z.record(z.string(), z.unknown()).optional(),
  configs: z.record(z.string(), z.unknown()).optional(),
});
export type ComposeModel = z.infer<typeof composeModel>;
export type ComposeService = ComposeModel['services'][string];
export type ComposeVolume = ComposeService['volumes'][number];

/** `data:/data:ro` · `/srv/a:/a` · `/cache`. */
function shortVolume(text: string) {
  const [first = '', target, mode = ''] = text.split(':');
  if (target === undefined) return { type: 'volume', target: first, read_only: false };
  const isPath = /^[/.~]/.test(first);
  return { type: isPath ? 'bind' : 'volume', source: first, target, read_only: mode.split(',').includes('ro') };
}

/** `3000` · `8080:3000/tcp` · `127.0.0.1:8080:3000`. */
function shortPort(text: string) {
  const [numbers = '', protocol = 'tcp'] = text.split('/');
  const parts = numbers.split(':');
  const published = parts.length > 1 ? parts.at(-2) : undefined;
  return { target: Number(parts.at(-1)), protocol, ...(published && { published }) };
}

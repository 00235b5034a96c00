import { parse } from 'yaml';
import { healthOf, insideOf, publishedOf } from './init-compose-ports.ts';
import type { Repository } from './init-repository.ts';
import type { FoundService } from './init-services.ts';
import { name as nameShape } from './shape-parts.ts';
import { isReserved } from './yaml-tree.ts';

/** A database or a cache that the compose file runs beside the services. */
export interface Neighbour {
  readonly name: string;
  readonly image: string;
  /** Port of this machine; null where only containers reach it. */
  readonly published: number | null;
}

/** What a compose file tells about the project. */
export interface FoundCompose {
  readonly file: string;
  /** What is released: built here, or an image that publishes or exposes a port and is no known infrastructure. */
  readonly services: readonly FoundService[];
  readonly isBuilt: boolean;
  /** Port inside the container, where the driver would have to ask which. */
  readonly ports: Readonly<Record<string, number>>;
  readonly databases: readonly Neighbour[];
  readonly caches: readonly Neighbour[];
  /** What was seen and is not in the first file, each a sentence of one line. */
  readonly notes: readonly string[];
}

/** As Compose looks for them: the first wins. */
const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const databases = /^(postg|pgvector|timescale)/;
const caches = /^(redis|valkey)(?!-?(commander|insight|exporter))/;
const infrastructure =
  /^(redis|pgadmin|pgbouncer|mysql|mariadb|mongo|memcached|rabbitmq|nats|kafka|cp-kafka|zookeeper|elasticsearch|opensearch|kibana|minio|mailhog|mailpit|mailcatcher|adminer|prometheus|grafana|jaeger|loki|otel|opentelemetry|localstack|traefik|haproxy|clickhouse|vault|consul|etcd)/;
const firstPort = 3000;

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};

/** One line that ends no comment and no line of a terminal early. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 160);

const nothing = (file: string, note: string): FoundCompose => ({
  ...{ file, services: [], isBuilt: false, ports: {}, databases: [], caches: [], notes: [note] },
});

/** The project's compose file as far as a first look goes; null when there is none. Nothing of it is passed over in silence. */
export function findCompose(repository: Repository): FoundCompose | null {
  const top = repository.names('');
  const file = fileNames.find((one) => top.includes(one));
  if (file === undefined) return null;
  const text = repository.text(file);
  if (text === null) return nothing(file, `${file} cannot be read; nothing of it is in here.`);
  let parsed: unknown;
  try {
    parsed = parse(text, { merge: true, logLevel: 'error', version: '1.2' });
  } catch (error) {
    const why = oneLine((error instanceof Error ? error.message : String(error)).split('\n')[0]!.replace(/:$/, ''));
    return nothing(file, `${file} is no YAML that can be read, so nothing of it is in here: ${why}`);
  }
  const services = Object.entries(fieldsOf(fieldsOf(parsed)['services']));
  if (services.length === 0) return nothing(file, `${file} names no services.`);
  return sort(file, services, Object.hasOwn(fieldsOf(parsed), 'include'));
}

function sort(file: string, all: readonly (readonly [string, unknown])[], includes: boolean): FoundCompose {
  const parts = all.map(([name, value]) => partOf(file, name, fieldsOf(value)));
  const of = <As extends Part['as']>(as: As) => parts.filter((part): part is Part & { as: As } => part.as === as);
  const taken = new Set<number>();
  const services = of('service').map(({ service }) => {
    let { port } = service;
    while (taken.has(port)) port = port < 65_535 ? port + 1 : firstPort;
    taken.add(port);
    return { ...service, port };
  });
  return {
    ...{ file, services, isBuilt: of('service').some((part) => part.isBuilt) },
    ports: Object.fromEntries(of('service').flatMap(({ service, asked }) => asked.map((one) => [service.name, one]))),
    databases: of('database').map((part) => part.neighbour),
    caches: of('cache').map((part) => part.neighbour),
    notes: [
      ...(includes ? [`${file} includes other files, which were not looked at.`] : []),
      ...of('note').map((part) => part.note),
    ],
  };
}

type Part =
  | { readonly as: 'database' | 'cache'; readonly neighbour: Neighbour }
  | { readonly as: 'note'; readonly note: string }
  /** `asked`: the port inside, where the driver could not know it. */
  | { readonly as: 'service'; readonly service: FoundService; readonly isBuilt: boolean; readonly asked: number[] };

function partOf(file: string, name: string, fields: Fields): Part {
  const called = oneLine(name);
  const isBuilt = fields['build'] !== undefined && fields['build'] !== null;
  const image = typeof fields['image'] === 'string' ? oneLine(fields['image']) : '';
  const base = isBuilt ? '' : baseOf(image);
  const { targets, published } = publishedOf(fields);
  const inside = insideOf(fields);
  const note = (text: string): Part => ({ as: 'note', note: text });
  if (databases.test(base)) return { as: 'database', neighbour: { name: called, image, published } };
  if (caches.test(base)) return { as: 'cache', neighbour: { name: called, image, published } };
  if (infrastructure.test(base)) return note(`${called} (${image}) runs once, beside both colours.`);
  if (!isBuilt && inside === null)
    return note(`${called} (${image || 'no image'}) has no port: taken for what runs once, beside both colours.`);
  if (Array.isArray(fields['profiles']) && fields['profiles'].length > 0)
    return note(`${called} belongs to profiles of ${file}: add it by hand, and "profiles" to the driver.`);
  if (inside === null)
    return note(
      `${called} is built in ${file} and has no port, so a deployment refuses it. Give it a port for its health, or name it under "infrastructure" of the driver: it then runs once and keeps its old code.`,
    );
  if (!nameShape().safeParse(name).success || isReserved(name))
    return note(
      `"${called}" of ${file} is no name for a service here (small letters, digits and hyphens, beginning with a letter): rename it there, then add it.`,
    );
  const path = healthOf(fields)?.path ?? null;
  const service = {
    ...{ name, run: `docker compose up ${name}`, port: published ?? inside, evidence: file },
    ...{ healthPath: path ?? '/health', healthEvidence: path ? 'its healthcheck' : null },
  };
  return { as: 'service', service, isBuilt, asked: targets.length === 1 ? [] : [inside] };
}

/** `registry:5000/team/postgres:16@sha256:…` → `postgres`. */
const baseOf = (image: string): string => image.split('/').at(-1)!.split(/[:@]/)[0]!.toLowerCase();

import type { Found } from './init.ts';
import type { FoundMigrations } from './init-migrations.ts';
import type { FoundService } from './init-services.ts';
import { findSuites, type FoundSuite } from './init-suites.ts';

/** A commented greenroom.yaml for what was found. Only checks of kinds that there are go in. */
export function firstFile(found: Found, kinds: ReadonlySet<string>): string {
  const lines = [
    '# yaml-language-server: $schema=node_modules/greenroom/schema/greenroom.schema.json',
    '# What is released, where, and what must hold. `greenroom validate` reads it, `greenroom explain <path>` tells what a field means.',
    '',
    `project: ${found.project}`,
    `path: [staging, production] # an environment accepts only what the one before it has proven`,
    '',
    'services:',
    ...found.services.flatMap(serviceLines),
    ...databaseLines(found),
    ...cacheLines(found),
    '',
    'environments:',
    ...composeLines(found),
    ...['staging', 'production'].flatMap((name, index) => environmentLines(found, name, index)),
    '',
    '# The seven phases and their budgets are there without being named; a phase is named to give it checks.',
    ...phaseLines(found, kinds),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A YAML scalar that is read back as exactly this text. */
const scalar = (text: string): string =>
  /^(\.env|[A-Za-z/])[\w./: @=-]*$/.test(text) && !/: |:$| $|^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;

const serviceLines = (service: FoundService): readonly string[] => [
  `  ${service.name}:`,
  `    run: ${scalar(service.run)} # ${service.evidence ? `from ${service.evidence}` : 'correct this: nothing told how it starts'}; listens on $PORT`,
  `    port: ${service.port}`,
  '    # Its answer must name the release that runs: the value of $GREENROOM_RELEASE, here in the JSON field "release".',
  `    health: { path: ${scalar(service.healthPath)}, within: 500ms, starts-in: 30s, release: $.release }`,
];

function databaseLines(found: Found): readonly string[] {
  if (found.database === null) return [];
  const source =
    found.database === 'own'
      ? '    url: ${DATABASE_URL} # looked up when a deployment begins, never printed'
      : "    embedded: true # a PostgreSQL of Greenroom's; for your own:  url: ${DATABASE_URL}";
  return ['', 'databases:', '  main:', source, ...migrationLines(found.migrations)];
}

function migrationLines(migrations: FoundMigrations | null): readonly string[] {
  if (!migrations) return ['    # migrate: npm run db:migrate'];
  if (migrations.migrate === null)
    return [
      `    # ${migrations.evidence} was found, but no tool that remembers which of them have run. Name the command that does:`,
      '    # migrate: npm run db:migrate',
    ];
  return [
    `    migrate: ${scalar(migrations.migrate)} # from ${migrations.evidence}`,
    ...(migrations.revision ? [`    revision: ${scalar(migrations.revision)}`] : []),
    migrations.back
      ? `    back: ${scalar(migrations.back)}`
      : '    forward-only: true # no command that takes a migration back was found',
    '    budget: 2m',
  ];
}

const cacheLines = (found: Found): readonly string[] =>
  found.hasRedis ? ['', '# caches:', '#   main: { redis: "${REDIS_URL}" }'] : [];

const composeLines = (found: Found): readonly string[] =>
  found.composeFiles.length > 0
    ? [`  # ${found.composeFiles.join(', ')} was found; services run as processes here until the driver is changed.`]
    : [];

function environmentLines(found: Found, name: string, index: number): readonly string[] {
  const ports = found.services.map((service) => `${service.name}: ${portFor(service.port, index)}`).join(', ');
  const file = found.variableFiles[name];
  const schema = found.variableSchema ? `, schema: ${scalar(found.variableSchema)}` : '';
  const variables = file ? [`    variables: { file: ${scalar(file)}${schema} }`] : [`    # variables: .env.${name}`];
  return [
    `  ${name}:`,
    '    driver: process',
    `    ports: { ${ports} }${index === 0 ? ' # what people ask; must differ where environments share a machine' : ''}`,
    ...variables,
    `    bake: ${index === 0 ? '1m' : '{ for: 10m, every: 5s, roll-back: automatic }'}${index === 0 ? ' # how long the new version is watched after it took over' : ''}`,
  ];
}

const portFor = (port: number, index: number): number =>
  port + index * 100 <= 65_535 ? port + index * 100 : port - index * 100;

function phaseLines(found: Found, kinds: ReadonlySet<string>): readonly string[] {
  const checks: Record<FoundSuite['phase'], string[]> = { preflight: [], health: [], integration: [], performance: [] };
  if (kinds.has('variables') && found.variableSchema) checks.preflight.push('variables-complete: { kind: variables }');
  if (kinds.has('ports')) checks.preflight.push('ports-free: { kind: ports }');
  if (kinds.has('http'))
    for (const service of found.services)
      checks.health.push(
        `${service.name}-answers: { kind: http, service: ${service.name}, path: ${scalar(service.healthPath)} }`,
      );
  for (const suite of findSuites(found, kinds)) checks[suite.phase].push(suite.check);
  const phases = Object.entries(checks).filter(([, list]) => list.length > 0);
  if (phases.length === 0) return ['phases: {}'];
  return [
    'phases:',
    ...phases.flatMap(([phase, list]) => [`  ${phase}:`, '    checks:', ...list.map((check) => `      ${check}`)]),
  ];
}

import type { Found } from './init.ts';
import { oneLine, type Neighbour } from './init-compose.ts';
import type { FoundMigrations } from './init-migrations.ts';
import type { FoundService } from './init-services.ts';
import { findSuites, type FoundSuite } from './init-suites.ts';

/** A commented greenroom.yaml for what was found. Only checks of kinds that there are go in. */
export function firstFile(found: Found, kinds: ReadonlySet<string>): string {
  const lines = [
    '# yaml-language-server: $schema=node_modules/greenroom/schema/greenroom.schema.json',
    '# What is released, where, and what must hold. `greenroom validate` reads it, `greenroom explain <path>` tells what a field means.',
    ...found.notes.map((note) => `# Note: ${note}`),
    '',
    `project: ${found.project}`,
    `path: [staging, production] # an environment accepts only what the one before it has proven`,
    '',
    'services:',
    ...found.services.flatMap((service) => serviceLines(service, found)),
    ...databaseLines(found),
    ...cacheLines(found),
    '',
    'environments:',
    ...composeLines(found),
    ...['staging', 'production'].flatMap((name, index) => environmentLines(found, name, index)),
    '',
    '# The seven phases and their budgets are there without being named; a phase is named to give it checks.',
    ...phaseLines(found, kinds),
    ...rehearsalLines(found, kinds),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A YAML scalar that is read back as exactly this text. */
const scalar = (text: string): string =>
  /^(\.env|[A-Za-z/])[\w./: @=-]*$/.test(text) && !/: |:$| $|^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;

function serviceLines(service: FoundService, found: Found): readonly string[] {
  const { name, run, evidence, healthPath, healthEvidence } = service;
  const how =
    found.driver === 'compose'
      ? `not used: ${evidence} says what runs`
      : `${evidence ? `from ${evidence}` : 'correct this: nothing told how it starts'}; listens on $PORT`;
  const guessed = found.driver === 'compose' ? ` # a guess: ${evidence} has no healthcheck that asks a path` : '';
  const path = healthEvidence ? ` # path from ${healthEvidence}` : guessed;
  return [
    `  ${name}:`,
    `    run: ${scalar(run)} # ${how}`,
    `    port: ${service.port}`,
    '    # Its answer must name the release that runs: the value of $GREENROOM_RELEASE, here in the JSON field "release".',
    `    health: { path: ${scalar(healthPath)}, within: 500ms, starts-in: 30s, release: $.release }${path}`,
  ];
}

function databaseLines(found: Found): readonly string[] {
  if (found.database === null) return [];
  const beside = found.compose?.databases ?? [];
  const [source, isActive] = databaseSource(found, beside[0]);
  const lines = ['databases:', '  main:', source, ...migrationLines(found.migrations)];
  return ['', ...beside.map((one) => seen(one, found)), ...(isActive ? lines : lines.map(commented))];
}

/** Asked only where it can be reached from this machine: a check that has no way to its database stops every deployment. */
function databaseSource(found: Found, beside: Neighbour | undefined): readonly [line: string, isActive: boolean] {
  if (found.database === 'embedded')
    return ["    embedded: true # a PostgreSQL of Greenroom's; for your own:  url: ${DATABASE_URL}", true];
  const isActive = found.database === 'own' || (beside?.published ?? null) !== null;
  return ['    url: ${DATABASE_URL} # looked up when a deployment begins, never printed', isActive];
}

const commented = (line: string): string => (/^\s*#/.test(line) ? line : `# ${line}`);

const seen = ({ name, image, published }: Neighbour, { compose }: Found): string =>
  `# ${compose?.file} runs ${name} (${image}) once, beside both colours${
    published === null
      ? '; it publishes no port, so nothing here can ask it. To have it asked: publish one, and say its URL'
      : `; from this machine it is at 127.0.0.1:${published}`
  }`;

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

/** Only the team knows where a copy comes from, so the check waits as a comment. */
function rehearsalLines({ migrations, project }: Found, kinds: ReadonlySet<string>): readonly string[] {
  if (!kinds.has('migration-rehearsal') || !migrations?.files) return [];
  const copy = `${project.replaceAll('-', '_')}_copy`;
  return [
    '# Rehearses these migrations on clones of a copy of production (docs/guide/rehearsal.md); a check of the phase preflight:',
    `#   migration-on-a-copy: { kind: migration-rehearsal, timeout: 20m, server: "\${REHEARSAL_SERVER}", production: secret://env/PRODUCTION_READER, copy: { database: ${copy} }, files: ${scalar(migrations.files)}, old-statements: ["replace this by what the version that serves asks of these tables, with values"] }`,
  ];
}

function cacheLines(found: Found): readonly string[] {
  const beside = found.compose?.caches ?? [];
  if (!found.hasRedis && beside.length === 0) return [];
  const lines = ['caches:', '  main: { redis: "${REDIS_URL}" }'];
  const isActive = beside.some((one) => one.published !== null);
  return ['', ...beside.map((one) => seen(one, found)), ...(isActive ? lines : lines.map(commented))];
}

const composeLines = ({ composeFiles, compose, driver }: Found): readonly string[] => {
  if (driver === 'process')
    return composeFiles.length > 0
      ? [
          `  # ${composeFiles.map(oneLine).join(', ')} was found; services run as processes here until the driver is changed.`,
        ]
      : [];
  const others = composeFiles.filter((file) => file !== compose?.file).map(oneLine);
  return others.length > 0
    ? [`  # Found too: ${others.join(', ')}. "file" of the driver takes a list; later ones win.`]
    : [];
};

/** The second environment has a compose project of its own, or both would share databases and volumes. */
function driverLine({ compose, driver, project }: Found, name: string, index: number): string {
  if (driver === 'process' || !compose) return '    driver: process';
  const inside = Object.entries(compose.ports).map(([service, port]) => `${service}: ${port}`);
  const parts = [
    ...['kind: compose', `file: ${compose.file}`],
    ...(index > 0 ? [`project: ${project}-${name}`] : []),
    ...(inside.length > 0 ? [`ports: { ${inside.join(', ')} }`] : []),
  ];
  return `    driver: { ${parts.join(', ')} }`;
}

function environmentLines(found: Found, name: string, index: number): readonly string[] {
  const ports = found.services.map((service) => `${service.name}: ${portFor(service.port, index)}`).join(', ');
  const file = found.variableFiles[name];
  const schema = found.variableSchema ? `, schema: ${scalar(found.variableSchema)}` : '';
  const variables = file ? [`    variables: { file: ${scalar(file)}${schema} }`] : [`    # variables: .env.${name}`];
  return [
    `  ${name}:`,
    driverLine(found, name, index),
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
  // By its compose file the team's own containers may hold them: taking them over is asked for by itself.
  if (kinds.has('ports') && found.driver !== 'compose') checks.preflight.push('ports-free: { kind: ports }');
  if (kinds.has('http'))
    for (const service of found.services)
      checks.health.push(
        `${service.name}-answers: { kind: http, service: ${service.name}, path: ${scalar(service.healthPath)} }`,
      );
  if (kinds.has('redis') && found.compose?.caches.some((one) => one.published !== null))
    checks.preflight.push('cache-answers: { kind: redis }');
  for (const suite of findSuites(found, kinds)) checks[suite.phase].push(suite.check);
  const phases = Object.entries(checks).filter(([, list]) => list.length > 0);
  if (phases.length === 0) return ['phases: {}'];
  return [
    'phases:',
    ...phases.flatMap(([phase, list]) => [`  ${phase}:`, '    checks:', ...list.map((check) => `      ${check}`)]),
  ];
}

/** The floors as ARCHITECTURE.md prints them: a room may use the floors below it and nothing else. A new room is added here and there. */
export const floors: readonly { readonly floor: number; readonly rooms: readonly string[] }[] = [
  { floor: 0, rooms: ['domain'] },
  { floor: 1, rooms: ['kinds', 'host', 'kernel'] },
  {
    floor: 2,
    rooms: [
      'checks',
      'drivers',
      'traffic',
      'effects',
      'edge',
      'haproxy',
      'docker',
      'embedded',
      'load',
      'refresh',
      'rehearsal',
      'report',
    ],
  },
  { floor: 3, rooms: ['config', 'store', 'workflow'] },
  { floor: 4, rooms: ['app'] },
  { floor: 5, rooms: ['cli'] },
];

/** Files that stand on every floor at once; nobody below knows them. */
export const roof: readonly string[] = ['compose.ts', 'plugs.ts'];

interface Pair {
  readonly from: string;
  readonly to: string;
  /** `types`: nothing of it runs. */
  readonly only: 'all' | 'types';
  readonly why: string;
}

/** Where a room may use what its floor alone would not allow. */
export const allowedPairs: readonly Pair[] = [
  { from: 'cli', to: 'compose.ts', only: 'all', why: 'the command line opens the roof' },
  {
    from: 'cli',
    to: 'plugs.ts',
    only: 'all',
    why: 'reading the file and its schemas needs the register, not the world',
  },
];

/** Where a floor would allow what the house does not want. */
export const closedPairs: readonly Pair[] = [
  { from: 'cli', to: 'store', only: 'types', why: 'doors ask use cases; they may name what comes back' },
];

interface Door {
  readonly modules: readonly string[];
  readonly rooms: readonly string[];
}

/** Which rooms may hold a raw client. */
export const doors: readonly Door[] = [
  {
    modules: ['node:net', 'node:tls', 'node:http', 'node:https', 'node:http2', 'node:dgram', 'undici'],
    rooms: ['effects', 'edge', 'haproxy', 'docker', 'embedded', 'load', 'refresh', 'rehearsal'],
  },
  { modules: ['node:child_process'], rooms: ['host', 'effects', 'edge', 'haproxy', 'embedded', 'load'] },
  { modules: ['node:worker_threads'], rooms: ['host', 'load', 'refresh'] },
  { modules: ['@electric-sql/pglite-tools/pg_dump'], rooms: ['refresh'] },
  { modules: ['node:sqlite'], rooms: ['effects'] },
  { modules: ['httpxy'], rooms: ['edge'] },
  { modules: ['pg'], rooms: ['store', 'effects', 'embedded', 'refresh', 'rehearsal', 'workflow'] },
  { modules: ['libpg-query'], rooms: ['rehearsal'] },
  { modules: ['kysely'], rooms: ['store', 'compose.ts'] },
  { modules: ['@dbos-inc/dbos-sdk'], rooms: ['workflow'] },
  {
    modules: ['node:fs'],
    rooms: ['host', 'effects', 'edge', 'haproxy', 'embedded', 'load', 'config', 'cli', 'compose.ts'],
  },
  {
    modules: ['node:crypto'],
    rooms: ['host', 'effects', 'edge', 'embedded', 'load', 'refresh', 'rehearsal', 'config', 'store', 'compose.ts'],
  },
];

/** Rooms that get clock, chance, network and processes handed in, so that a test or a replay can hand in others. */
export const handedIn: readonly string[] = ['domain', 'kinds', 'checks', 'drivers', 'traffic', 'report', 'app'];

/** Rooms where every file beside the tests is a plug. */
export const plugRooms: readonly string[] = ['checks', 'drivers', 'traffic'];

export const longestFileLines = 400;

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(' ');

/** The tables of ARCHITECTURE.md, one row a line. */
export const tables = (): readonly string[] => [
  ...floors.map(({ floor, rooms }) => `| ${floor} | ${code(rooms)} |`),
  `| roof | ${code(roof)} |`,
  ...allowedPairs.map(({ from, to, why }) => `| \`${from}\` → \`${to}\` | allowed | ${why} |`),
  ...closedPairs.map(({ from, to, why }) => `| \`${from}\` → \`${to}\` | types only | ${why} |`),
  ...doors.map(({ modules, rooms }) => `| ${code(modules)} | ${code(rooms)} |`),
];

/** One refresh in a process of its own, as a command line would do it; what it took is its last line. Only when started as a program. */
import { noLimits } from '../src/domain/refresh/source-limits.ts';
import { writeSync } from 'node:fs';
import { compiledKernel } from '../src/refresh/compiled-kernel.ts';
import type { RefreshRules } from '../src/domain/refresh/rules.ts';
import { keepNone } from '../src/refresh/kept.ts';
import { runRefresh, type Station } from '../src/refresh/run-refresh.ts';
import { narrowRules, objectRules, quarter, rules } from './refresh-source.ts';

export interface Told {
  readonly rowCount: number;
  /** Milliseconds since the process began, by station. */
  readonly stations: Readonly<Partial<Record<Station, number>>>;
  readonly peakBytes: number;
  /** Most that was held while rows were copied, looked at every 50 ms. */
  readonly copyBytes: number;
  /** The kernel was WebAssembly, as a build has it. */
  readonly isCompiled: boolean;
  readonly originalCount: number;
  readonly setBytes: number;
}

const LOOK_MS = 50;
/** By part; all others: those of the whole source. */
const rulesOf: Readonly<Partial<Record<string, RefreshRules>>> = { narrow: narrowRules, objects: objectRules };

/** `keptBytes`: so much is kept of each row, where it is to be seen that memory grows. */
async function main([sourceUrl, targetUrl, proven, part, keptBytes = '0']: readonly string[]): Promise<void> {
  const stations: Partial<Record<Station, number>> = {};
  let copyBytes = 0;
  const look = (): void => {
    if (stations.copying && !stations.building) copyBytes = Math.max(copyBytes, process.memoryUsage.rss());
  };
  setInterval(look, LOOK_MS).unref();
  const kept: Buffer[] = [];
  let keptCount = 0;
  const refreshed = await runRefresh({
    ...{ environment: 'staging', sourceEnvironment: 'production', sourceUrl: sourceUrl!, targetUrl: targetUrl! },
    rules: rulesOf[part ?? 'all'] ?? rules,
    looked: null,
    ...{
      secret: Buffer.from('a key that everybody may know'),
      workerCount: 2,
      isOwnTarget: false,
      isDryRun: false,
      migrate: null,
      limits: noLimits,
      keep: keepNone,
    },
    subset: part === 'quarter' ? quarter : null,
    ...{ isProven: proven === 'proven', at: new Date().toISOString(), signal: new AbortController().signal },
    onStation: (station) => (stations[station] = performance.now()),
    onProgress({ rowCount }) {
      kept.push(Buffer.alloc((rowCount - keptCount) * Number(keptBytes), 1));
      keptCount = rowCount;
    },
    underLock: (act) => act(),
  });
  const told: Told = {
    rowCount: refreshed.tables.reduce((sum, { rowCount }) => sum + rowCount, 0),
    ...{ stations, peakBytes: process.resourceUsage().maxRSS * 1024, copyBytes },
    isCompiled: compiledKernel() !== null,
    ...{ originalCount: refreshed.proof?.originalCount ?? 0, setBytes: refreshed.proof?.setBytes ?? 0 },
  };
  writeSync(1, `${JSON.stringify(told)}\n`);
}

if (process.argv[1] === import.meta.filename)
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });

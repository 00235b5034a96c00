import type { Effects, Load } from '../kinds/effects.ts';
import type { Rehearsals } from '../kinds/rehearsals.ts';
import { createClock } from './clock.ts';
import { createFiles } from './files.ts';
import { createHttp } from './http.ts';
import { createProcesses } from './process.ts';
import { createRedactor, type Redactor, type Secret } from './redaction.ts';
import { verifySignatures } from './signatures.ts';
import { createSql } from './sql.ts';
import { createTcp } from './tcp.ts';

/** All doors with one redaction behind them; secrets that turn up later go to `redactor.add`. The load generator and the rehearsal of migrations are rooms of their own. */
export function createEffects(options: {
  readonly secrets: readonly Secret[];
  readonly load: Load;
  readonly rehearsals?: Rehearsals;
}): Effects & { readonly redactor: Redactor } {
  const redactor = createRedactor(options.secrets);
  return {
    http: createHttp(redactor),
    tcp: createTcp(redactor),
    sql: createSql(redactor),
    process: createProcesses(redactor, { isBound: true }),
    files: createFiles(redactor),
    clock: createClock(),
    load: options.load,
    rehearsals: options.rehearsals ?? noRehearsals,
    signatures: { verify: verifySignatures },
    redactor,
  };
}

/** For worlds that never rehearse. */
const nowhere = () => Promise.reject(new Error('nothing can be rehearsed here'));
const noRehearsals: Rehearsals = { rehearse: nowhere, restore: nowhere };

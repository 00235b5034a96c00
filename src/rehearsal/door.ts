/** The rehearsal as the doors hand it to checks. What it needs is loaded when somebody asks. */
import type { Rehearsals } from '../kinds/rehearsals.ts';

export const createRehearsals = (): Rehearsals => ({
  async rehearse(request, signal) {
    const { rehearseRequest } = await import('./rehearse-request.ts');
    return rehearseRequest(request, signal);
  },
  async restore(request, signal) {
    const { restoreBackup } = await import('./restore-backup.ts');
    return restoreBackup(request, signal);
  },
});

/**
 * How a migrate command learns of its lock timeout, in production as on a copy: libpq and its kin read PGOPTIONS; a command whose driver does
 * not is told by GREENROOM_LOCK_TIMEOUT_MS. Whether it obeys is measured by a rehearsal only.
 */
export const lockTimeoutVariables = (
  lockTimeoutMs: number,
  given: Readonly<Record<string, string>>,
): Readonly<Record<'PGOPTIONS' | 'GREENROOM_LOCK_TIMEOUT_MS', string>> => ({
  PGOPTIONS: `${given['PGOPTIONS'] ?? ''} -c lock_timeout=${lockTimeoutMs}`.trim(),
  GREENROOM_LOCK_TIMEOUT_MS: String(lockTimeoutMs),
});

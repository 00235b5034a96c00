import { normalQuantile } from './normal.ts';

/** What a comparison must be able to see: `alpha` one-sided false alarms, `power` the share of real ones caught. */
export interface Sensitivity {
  alpha: number;
  power: number;
}

/** How many standard errors a real effect must lie beyond the border to be caught with the power wanted. */
export function standardErrorsNeeded({ alpha, power }: Sensitivity): number {
  return normalQuantile(1 - alpha) + normalQuantile(power);
}

/**
 * The smallest true ratio that is called worse than `allowedRatio` in `power` of runs, when the logarithm of the ratio
 * is known to within `standardError`. Infinity when it is not known at all.
 */
export function minimumDetectableRatio(allowedRatio: number, standardError: number, sensitivity: Sensitivity): number {
  return allowedRatio * Math.exp(standardErrorsNeeded(sensitivity) * standardError);
}

/**
 * The smallest true shift between two samples that Mann–Whitney (two-sided: pass alpha / 2) sees in `power` of runs,
 * in units of their common standard deviation. π/3 is what ranks lose against means on normal values.
 */
export function minimumDetectableShift(sampleOld: number, sampleNew: number, sensitivity: Sensitivity): number {
  return standardErrorsNeeded(sensitivity) * Math.sqrt((1 / sampleOld + 1 / sampleNew) * (Math.PI / 3));
}

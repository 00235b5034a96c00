/**
 * Traffic that turns bad late: a share of all requests of a bake forgets nothing, so the longer it has been good, the longer it stays
 * blind. A CUSUM chart (Page 1954) sums what each request says for "bad" against "as bad as is allowed", and never falls below zero:
 * it judges the newest requests, from whichever moment speaks most against them. One chart looks for twice the allowed share, which
 * takes many requests to tell; one for an outage of half of what may still go wrong, which takes few.
 */

/** What one chart has summed. `requests` and `badAnswers`: since it was last at zero. */
export interface TrafficChart {
  /** Logarithm of the odds for "bad". */
  readonly score: number;
  readonly requests: number;
  readonly badAnswers: number;
}

/** Requests without a fault between two false alarms, at exactly the allowed share: e to the power of it, a billion at least. */
const faultScore = 21;
/** Twenty to one against the newest requests: no fault, but nothing that may end well. */
const openScore = 3;
/** Where none at all may be bad, the first chart still needs a share to compare with. */
const leastShare = 0.001;

const zero: TrafficChart = { score: 0, requests: 0, badAnswers: 0 };
export const emptyCharts: readonly TrafficChart[] = [zero, zero];

/** Takes in what one look has counted. `allowed`: share from 0; from 1 on everything is, and the charts stay at zero. */
export function withTraffic(
  charts: readonly TrafficChart[],
  seen: { readonly requests: number; readonly badAnswers: number },
  allowed: number,
): readonly TrafficChart[] {
  if (allowed >= 1) return emptyCharts;
  const usual = Math.max(allowed, leastShare);
  const half = (1 + usual) / 2;
  return [Math.min(2 * usual, half), half].map((bad, index) => {
    const chart = charts[index] ?? zero;
    const good = Math.max(0, seen.requests - seen.badAnswers);
    const score = chart.score + seen.badAnswers * Math.log(bad / usual) + good * Math.log((1 - bad) / (1 - usual));
    if (score <= 0) return zero;
    const { requests, badAnswers } = seen;
    return { score, requests: chart.requests + requests, badAnswers: chart.badAnswers + badAnswers };
  });
}

/** The newest requests that nobody would take for good, and are enough to judge; null: there are none. */
export const badTraffic = (charts: readonly TrafficChart[], minimumRequests: number): TrafficChart | null =>
  charts.find(({ score, requests }) => score > faultScore && requests >= minimumRequests) ?? null;

/** The newest requests that may have turned bad; null: nothing speaks for that. */
export const openTraffic = (charts: readonly TrafficChart[]): TrafficChart | null =>
  charts.find(({ score }) => score > openScore) ?? null;

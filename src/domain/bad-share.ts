/**
 * Whether more requests go bad than is allowed, and not just by chance. A share that is only compared is above what is allowed sooner or later,
 * the oftener it is looked at: beside a service of which three in a hundred have always failed, ten looks a second would send back one good
 * release in six. What is looked at instead are odds, and those may be looked at as often as one likes: whatever the number of looks, they reach
 * a hundred to one at most once in a hundred bakes of a release that is exactly as bad as is allowed (Ville 1939).
 */
import type { BakeBaseline } from './bake.ts';

const faultOdds = 100;
/** How much worse it may be, as steps of the logarithm of the odds that a request goes bad: each as likely as the others before anything was seen. */
const steps = [0.1, 0.2, 0.4, 0.8, 1.4, 2, 3, 4, 6];

/** How many times likelier it is to see this where more goes bad than `allowed` (a share) than where so much does. */
export function oddsAbove({ requests, badAnswers }: BakeBaseline, allowed: number): number {
  if (allowed <= 0) return badAnswers > 0 ? Infinity : 0;
  if (allowed >= 1) return 0;
  const evens = allowed / (1 - allowed);
  const each = steps.map((step) => {
    const worse = evens * Math.exp(step);
    const share = worse / (1 + worse);
    const good = requests - badAnswers;
    return Math.exp(badAnswers * Math.log(share / allowed) + good * Math.log((1 - share) / (1 - allowed)));
  });
  return each.reduce((sum, odds) => sum + odds, 0) / steps.length;
}

export const isProvenAbove = (seen: BakeBaseline, allowed: number): boolean => oddsAbove(seen, allowed) >= faultOdds;

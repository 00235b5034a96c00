import { z } from 'zod';
import { durationMs, share } from '../kinds/fields.ts';

const all = 100;

const percent = share()
  .transform((part) => Math.round(part * 1e9) / 1e7)
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= all, {
    error: 'must be whole percent, 1% to 100%',
  });

const steps = z
  .array(percent)
  .min(2, { error: 'needs a share before the 100% at its end, such as [25%, 50%, 100%]' })
  .max(10)
  .superRefine((percents, context) => {
    const falls = percents.findIndex((value, index) => index > 0 && value <= percents[index - 1]!);
    if (falls > 0) context.addIssue({ code: 'custom', message: 'must rise from share to share', path: [falls] });
    else if (percents.at(-1) !== all)
      context.addIssue({ code: 'custom', message: 'must end with 100%', path: [percents.length - 1] });
  })
  .describe('Shares of the traffic that the new version gets one after the other; the last is 100%.');

const fields = z.strictObject({
  steps,
  for: durationMs()
    .prefault('1m')
    .refine((forMs) => forMs > 0, { error: 'must be longer than nothing: a share that is not watched shows nothing' })
    .describe('How long each share is watched before the next.'),
});

/** A list of shares alone takes the default of the rest. */
export const shift = z
  .union([steps.transform((percents) => fields.parse({ steps: percents.map((each) => `${each}%`) })), fields])
  .describe(
    'Cut-over by shares, each watched, and handed back at the first that goes bad: `[25%, 50%, 100%]`, or `{ steps, for }`.',
  );

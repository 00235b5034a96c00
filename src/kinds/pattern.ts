import { RE2JS } from 're2js';
import { z } from 'zod';

/**
 * A regular expression that a team writes, in RE2's syntax: it takes time in proportion to the text, whatever the pattern
 * (`(a*)*b` on 27 characters takes V8 half a minute). Stays a text in the configuration; `matcher` compiles it.
 */
export const pattern = () =>
  z
    .string()
    .min(1)
    .max(1_000)
    .superRefine((text, context) => {
      try {
        RE2JS.compile(text);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        context.addIssue({ code: 'custom', message: `is not a regular expression of RE2: ${why}` });
      }
    })
    .meta({ format: 're2' });

/** Whether any part of a text matches; `^` and `$` stand for the text's ends. Throws on a text that `pattern` refuses. */
export function matcher(text: string): (subject: string) => boolean {
  const compiled = RE2JS.compile(text);
  return (subject) => compiled.test(subject);
}

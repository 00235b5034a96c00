import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyLine } from './copy-line.ts';

/** As PostgreSQL reads it. */
const read = (line: string): (string | null)[] =>
  line
    .slice(0, -1)
    .split('\t')
    .map((field) =>
      field === '\\N'
        ? null
        : field.replace(/\\(.)/g, (_, sign: string) => ({ t: '\t', n: '\n', r: '\r' })[sign] ?? sign),
    );

test('what is written is read again, on one line', () => {
  const value = fc.option(
    fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\\', 'N', '\t', '\n', '\r', 't', 'é') })),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
      const line = copyLine(values);
      expect(line.split('\n')).toHaveLength(2);
      expect(read(line)).toEqual(values);
    }),
  );
});

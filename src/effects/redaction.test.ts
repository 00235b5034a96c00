import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from './redaction.ts';

const secretText = fc
  .string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 60 })
  .filter((text) => text.trim() === text && text.length >= 6 && new Set(text).size > 3);

/** Written here once more, apart from the code under test: how programs print a secret. */
const encoders: Record<string, (secret: string, before: string) => string> = {
  raw: (secret) => secret,
  'base64 at any offset': (secret, before) => Buffer.from(`${before}${secret}tail`).toString('base64'),
  'base64 alone': (secret) => Buffer.from(secret).toString('base64'),
  'base64 wrapped at 76': (secret, before) =>
    Buffer.from(before.padEnd(50, 'x') + secret + 'tail')
      .toString('base64')
      .replace(/.{76}/g, '$&\n'),
  base64url: (secret, before) => Buffer.from(before + secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  HEX: (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'URL component': (secret) => encodeURIComponent(secret),
  'URL lower hex': (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  'URL form': (secret) => new URLSearchParams({ token: secret }).toString(),
  'URL RFC 3986': (secret) =>
    encodeURIComponent(secret).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
  JSON: (secret) => JSON.stringify({ secret }),
  'JSON in JSON': (secret) => JSON.stringify(JSON.stringify({ secret })),
  'HTML text': (secret) => secret.replace(/[&<>]/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt' }[c]};`),
  'HTML attribute': (secret) =>
    secret.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!),
  'shell single quotes': (secret) => `'${secret.replaceAll("'", "'\\''")}'`,
  'shell double quotes': (secret) => `"${secret.replace(/["\\$`]/g, '\\$&')}"`,
};

function throughChunks(secrets: readonly string[], bytes: Buffer, cuts: readonly number[]): string {
  const stream = createRedactor(secrets).stream();
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const end of [...ends, bytes.length]) {
    pieces.push(stream.push(bytes.subarray(at, end)));
    at = end;
  }
  return Buffer.concat([...pieces, stream.end()]).toString();
}

/** The longest piece of the encoded secret that nothing around it explains. */
function leaked(printed: string, output: string, allowed: number): boolean {
  for (let at = 0; at + allowed < printed.length; at += 1) {
    if (output.includes(printed.slice(at, at + allowed + 1))) return true;
  }
  return false;
}

describe('F109 F110 a secret in any form and cut anywhere', () => {
  for (const [name, encode] of Object.entries(encoders)) {
    test(name, () => {
      fc.assert(
        fc.property(
          secretText,
          fc.string({ maxLength: 3 }),
          fc.array(fc.nat(), { maxLength: 12 }),
          (secret, before, cuts) => {
            if (createRedactor([secret]).warnings.length > 0) return;
            const printed = encode(secret, before);
            const output = throughChunks([secret], Buffer.from(`log ${printed} end\n`), cuts);
            expect(output).toContain('***');
            // Of base64 only the characters that mix in a neighbouring byte remain: fewer than 3 on each side.
            const core = name.startsWith('base64') ? null : encode(secret, before);
            if (core !== null)
              expect(output).not.toContain(secret.length > 3 && core.length > 5 ? core.slice(1, -1) : core);
            const plainCore = Buffer.from(secret)
              .toString('base64')
              .slice(0, Math.floor((Buffer.byteLength(secret) * 8) / 6));
            expect(leaked(plainCore, output, 6)).toBe(false);
            expect(output).not.toContain(secret);
          },
        ),
        { numRuns: 150 },
      );
    });
  }

  test('any number of secrets, any neighbours: the result does not depend on the cuts and holds no secret', () => {
    const piece = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('\n', '\r\n', 'a', 'ab', 'é'));
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\\'), minLength: 6, maxLength: 14 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.array(fc.oneof(piece, fc.nat({ max: 3 })), { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (secrets, parts, cuts) => {
          const text = parts.map((part) => (typeof part === 'string' ? part : (secrets[part] ?? 'b'))).join('');
          const bytes = Buffer.from(text);
          const output = throughChunks(secrets, bytes, cuts);
          expect(output).toBe(throughChunks(secrets, bytes, []));
          for (const secret of secrets) expect(output.replace(/[\r\n]/g, '')).not.toContain(secret);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('the same as masking every occurrence found by brute force', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('x', 'y', 'z'), minLength: 6, maxLength: 9 }), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.string({ unit: fc.constantFrom('x', 'y', 'z', ' '), maxLength: 200 }),
        (secrets, text) => {
          const hidden = new Set<number>();
          for (const secret of secrets) {
            for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
              for (let i = at; i < at + secret.length; i += 1) hidden.add(i);
            }
          }
          const visible = [...text].filter((_, index) => !hidden.has(index)).join('');
          expect(createRedactor(secrets).text(text).replaceAll('*', '')).toBe(visible);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('text without a secret is the same string', () => {
    const redactor = createRedactor(['correct-horse-battery']);
    expect(redactor.text('correct-horse-batter y\u0000 ✓')).toBe('correct-horse-batter y\u0000 ✓');
  });
});

test('F109 of 4,000 printed secrets none leaks; without redaction the same look finds them all', () => {
  /** Inside a longer text that is encoded as a whole; answers the characters that stem from the secret alone. */
  const core = (secret: string, before: string): string => {
    const end = Math.floor(((before.length + Buffer.byteLength(secret)) * 8) / 6);
    return Buffer.from(`${before}${secret}tail`)
      .toString('base64')
      .slice(Math.ceil((before.length * 8) / 6), end);
  };
  const forms: ((secret: string) => string)[] = [
    (secret) => secret,
    (secret) => core(secret, ''),
    (secret) => core(secret, 'x'),
    (secret) => core(secret, 'xy'),
    (secret) => Buffer.from(secret).toString('base64url'),
    (secret) => Buffer.from(secret).toString('hex'),
    (secret) => encodeURIComponent(secret),
    (secret) => JSON.stringify(secret).slice(1, -1),
    (secret) => secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    (secret) => secret.replaceAll("'", `'"'"'`),
  ];
  const secrets = fc.sample(
    secretText.filter((text) => text.length >= 12 && !text.includes('>')),
    { numRuns: 100, seed: 1 },
  );
  const redactor = createRedactor(secrets);
  let [printed, leaked, visible] = [0, 0, 0];
  for (const secret of secrets) {
    for (const form of forms) {
      for (const cut of [0, 3, 7, 11]) {
        const text = `time=1 msg="${form(secret)}" end`;
        const stream = redactor.stream();
        const bytes = Buffer.from(text);
        const at = 12 + cut;
        const pieces = [stream.push(bytes.subarray(0, at)), stream.push(bytes.subarray(at)), stream.end()];
        printed += 1;
        if (Buffer.concat(pieces).includes(form(secret))) leaked += 1;
        if (text.includes(form(secret))) visible += 1;
      }
    }
  }
  expect({ printed, leaked, visible }).toEqual({ printed: 4_000, leaked: 0, visible: 4_000 });
});

test('F112 short secrets and common words are refused with a warning that does not show them', () => {
  const redactor = createRedactor([
    { name: 'PIN', value: 'q7x9z' },
    { name: 'DB_PASSWORD', value: 'Postgres' },
    'long-enough-1',
  ]);
  expect(redactor.warnings).toEqual([
    'Secret "PIN" is shorter than 6 characters and is not hidden in output.',
    'Secret "DB_PASSWORD" is a common word and is not hidden in output.',
  ]);
  expect(redactor.text('postgres q7x9z long-enough-1 {')).toBe('postgres q7x9z *** {');
});

test('F113 every long line of a PEM is hidden, alone, wrapped and in JSON', () => {
  const lines = Array.from({ length: 6 }, (_, i) =>
    Buffer.from(`line number ${i} of the key material, padded ....`).toString('base64'),
  );
  const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  const redactor = createRedactor([pem]);
  for (const printed of [
    pem,
    pem.replaceAll('\n', '\r\n'),
    JSON.stringify(pem),
    `key: ${lines[3]}`,
    pem.replaceAll('\n', ' '),
  ]) {
    const output = redactor.text(printed);
    for (const line of lines) expect(output).not.toContain(line.slice(4, 20));
  }
  expect(redactor.text('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
});

test('F114 a secret that is rotated while output runs: the old one and the new one are hidden', () => {
  const redactor = createRedactor(['old-value-111']);
  const stream = redactor.stream();
  const before = stream.push(Buffer.from('a old-value-111 b new-va'));
  redactor.add(['new-value-222']);
  const after = stream.push(Buffer.from('lue-111 old-value-111 new-value-222 old-val'));
  redactor.add(['third-value-333']);
  const output = Buffer.concat([
    before,
    after,
    stream.push(Buffer.from('ue-111 third-value-333')),
    stream.end(),
  ]).toString();
  expect(output).toBe('a *** b new-value-111 *** *** *** ***');
});

test('bytes are held back for no longer than a secret is long', () => {
  const stream = createRedactor(['aaaaaaaaab']).stream();
  let held = 0;
  for (let i = 0; i < 100; i += 1) held += 1_000 - stream.push(Buffer.alloc(1_000, 'a')).length;
  expect(held).toBeLessThan(20);
});

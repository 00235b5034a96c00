import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as op from './operations.ts';
import { asText, column, maskText, testKernel } from './testing/copy-stream.ts';

const kernel = testKernel();
const [other, again] = [testKernel('another'), testKernel()];
const mask = (operation: number, text: string): string => maskText(kernel, operation, text)!;
const words = fc.string({ unit: 'grapheme', maxLength: 80 });
const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
const every = Object.entries(op).filter(([, code]) => code >= op.EMAIL && code < 32);

describe('every masker of text', () => {
  test.each(every)('%s: same text and key, same mask; another key, another mask', (_name, code) => {
    const text = 'Anna-Maria.Berg4711@work.example';
    const first = mask(code, text);
    expect(mask(code, text)).toBe(first);
    expect(maskText(other, code, text)).not.toBe(first);
    expect(maskText(again, code, text)).toBe(first);
  });
  test.each(every)('%s: any text gives text in UTF-8, nothing stays nothing', (_name, code) => {
    fc.assert(
      fc.property(words, (text) => {
        const masked = kernel.mask(column(code), Buffer.from(text));
        expect(masked).not.toBeNull();
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(masked!)).not.toThrow();
        if (text === '') expect(masked!.length).toBe(0);
      }),
    );
  });
});

describe('e-mail', () => {
  test('a reserved domain, folded case, at most 29 signs', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const masked = mask(op.EMAIL, address);
        expect(masked).toMatch(/^u[a-z2-7]{16}@example\.(?:com|net|org)$/);
        expect(mask(op.EMAIL, address.toUpperCase())).toBe(masked);
      }),
    );
  });
  test('F103 ten thousand addresses stay as many', () => {
    const seen = new Set(Array.from({ length: 10_000 }, (_, i) => mask(op.EMAIL, `user${i}@work.example`)));
    expect(seen.size).toBe(10_000);
  });
});

describe('digits', () => {
  test('F103 a permutation of every number of three digits', () => {
    const all = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));
    expect(new Set(all.map((one) => mask(op.DIGITS_ONLY, one))).size).toBe(1000);
    expect(all.filter((one) => mask(op.DIGITS_ONLY, one) === one).length).toBeLessThan(20);
  });
  test.each([
    [1, 10],
    [2, 100],
  ])('and of %i digits', (length, count) => {
    const all = Array.from({ length: count }, (_, i) => String(i).padStart(length, '0'));
    expect(new Set(all.map((one) => mask(op.DIGITS_ONLY, one))).size).toBe(count);
  });
  test('form and length stay, and the way it is written changes nothing', () => {
    fc.assert(
      fc.property(digits(7, 40), (number) => {
        const masked = mask(op.DIGITS_ONLY, number);
        expect(masked).toMatch(new RegExp(`^\\d{${number.length}}$`));
        const written = `+${number.slice(0, 2)} (${number.slice(2, 5)}) ${number.slice(5)}`;
        expect(mask(op.DIGITS_ONLY, written)).toBe(`+${masked.slice(0, 2)} (${masked.slice(2, 5)}) ${masked.slice(5)}`);
      }),
    );
  });
});

describe('the way back', () => {
  const back = (operation: number, text: string): string | null => asText(kernel.unmask(operation, Buffer.from(text)));
  const signs = fc.array(fc.constantFrom(...'abXYZ0189-_.é日 @+(', 'Anna', 'anna@sea.example', '+49 170 1234567'), {
    maxLength: 30,
  });
  const text = signs.map((parts) => parts.join(''));
  test.each([op.DIGITS_ONLY, op.TOKEN])('of what is permuted whole, %i', (operation) => {
    fc.assert(
      fc.property(text, (was) => {
        expect(back(operation, mask(operation, was))).toBe(was);
      }),
    );
  });
  test('of numbers of JSON, which begin with no 0', () => {
    fc.assert(
      fc.property(fc.integer(), (was) => {
        expect(back(op.JSON_NUMBER, mask(op.JSON_NUMBER, `${was}`))).toBe(`${was}`);
      }),
    );
  });
  test('of IBANs whose check digits are right', () => {
    const real = 'DE89 3704 0044 0532 0130 00';
    expect(back(op.IBAN, mask(op.IBAN, real))).toBe(real);
    expect(back(op.IBAN, mask(op.IBAN, '37040044'))).toBe('37040044');
  });
  test('of the numbers of a running text; its addresses stay', () => {
    const was = 'call (415) 555-1234 or +49 170 1234567, from 10.1.2.3, 42 times, write to anna@sea.example';
    const masked = mask(op.TEXT, was);
    expect(masked).not.toContain('1234567');
    expect(back(op.TEXT, masked)).toMatch(
      /^call \(415\) 555-1234 or \+49 170 1234567, from [\d.]+, 42 times, write to u\w{16}@example\.\w{3}$/,
    );
  });
  test('there is none of cards, and of what was not permuted', () => {
    expect(back(op.CARD, mask(op.CARD, '4111 1111 1111 1111'))).toBe(null);
    expect(back(op.CARD, mask(op.CARD, '4111 1111'))).toBe('4111 1111');
    expect(back(op.EMAIL, 'anna@sea.example')).toBe(null);
  });
});

describe('token', () => {
  test('every sign keeps its kind; two tokens stay two', () => {
    const token = fc.string({ unit: fc.constantFrom(...'abcXYZ0189-_.é日'), minLength: 1, maxLength: 60 });
    const shape = (text: string): string =>
      text
        .replace(/[a-z]/g, 'a')
        .replace(/[A-Z]/g, 'A')
        .replace(/\d/g, '0')
        .replace(/[^\0-\x7f]/gu, '#');
    fc.assert(
      fc.property(token, token, (a, b) => {
        expect(shape(mask(op.TOKEN, a))).toBe(shape(a));
        expect(mask(op.TOKEN, a) === mask(op.TOKEN, b)).toBe(a === b);
      }),
      { numRuns: 500 },
    );
  });
  test('one changed sign changes the whole', () => {
    const [a, b] = ['A', 'B'].map((end) => mask(op.TOKEN, `abcdefghijklmnopqrstuvwxyz${end}`)) as [string, string];
    const same = Array.from(a).filter((sign, i) => sign === b[i]).length;
    expect(same).toBeLessThan(9);
  });
});

describe('card and IBAN', () => {
  const luhn = (number: string): number =>
    Array.from(number, Number)
      .toReversed()
      .reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) % 10;
  test('a card in the test range with the right check digit, written as before', () => {
    fc.assert(
      fc.property(digits(12, 19), (number) => {
        const masked = mask(op.CARD, number);
        expect(masked).toMatch(new RegExp(`^400000\\d{${number.length - 6}}$`));
        expect(luhn(masked)).toBe(0);
      }),
    );
    expect(mask(op.CARD, '5555 5555 5555 4444')).toMatch(/^4000 00\d\d \d{4} \d{4}$/);
  });
  const rest97 = (iban: string): number => {
    const turned = iban.replaceAll(' ', '').replace(/^(....)(.*)$/, '$2$1');
    return Number(BigInt(turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n);
  };
  test('an IBAN of the same country, with the right check digits, another for another', () => {
    const account = fc.string({ unit: fc.constantFrom(...'0123456789ABZ'), minLength: 11, maxLength: 30 });
    const valid = account.map((bban) => `DE${String(98 - rest97(`DE00${bban}`)).padStart(2, '0')}${bban}`);
    fc.assert(
      fc.property(valid, valid, (a, b) => {
        const masked = mask(op.IBAN, a);
        expect(rest97(masked)).toBe(1);
        expect(masked).toMatch(/^DE/);
        expect(masked.length).toBe(a.length);
        expect(masked === mask(op.IBAN, b)).toBe(a === b);
      }),
      { numRuns: 300 },
    );
    expect(mask(op.IBAN, 'DE89 3704 0044 0532 0130 00')).toMatch(/^DE\d\d( \d{4}){4} \d\d$/);
  });
});

describe('names', () => {
  test('a full name is its parts, in either order and however written', () => {
    const [given, family] = [mask(op.GIVEN_NAME, 'Anna'), mask(op.FAMILY_NAME, 'Berg')];
    expect(mask(op.FULL_NAME, 'Anna Berg')).toBe(`${given} ${family}`);
    expect(mask(op.FULL_NAME, 'ANNA  berg')).toBe(`${given}  ${family}`);
    expect(mask(op.FULL_NAME, 'Berg, Anna')).toBe(`${family}, ${given}`);
    expect(mask(op.FULL_NAME, 'Anna')).toBe(given);
  });
  test('made-up words end as no name ends', () => {
    for (const text of ['Anna', 'Bo', 'Céline', '李'])
      expect(mask(op.GIVEN_NAME, text)).toMatch(/^[A-Z][a-z]{3}[xvzw]q$/);
    expect(mask(op.COMPANY, 'Sea Ltd')).toMatch(/^[A-Z][a-z]{5}[xvzw]q (?:Works|Trade|Group|Labs)$/);
    expect(mask(op.STREET, '12 Sea Road')).toMatch(/^\d{1,4} [A-Z][a-z]{5}[xvzw]q Street$/);
  });
});

describe('addresses of machines', () => {
  test('ranges for documentation', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), (four, six) => {
        expect(mask(op.IP_TEXT, four)).toMatch(/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$/);
        expect(mask(op.IP_TEXT, six)).toMatch(/^2001:db8::[0-9a-f]{4}:[0-9a-f]{4}$/);
      }),
    );
    expect(mask(op.IP_TEXT, 'unknown')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });
  test('one host stays one host, the path goes', () => {
    const [a, b] = [mask(op.URL_TEXT, 'http://sea.example/anna?x=1'), mask(op.URL_TEXT, 'https://SEA.example/bo')];
    expect(a).toMatch(/^https:\/\/[a-z2-7]{12}\.example\.com\/[a-z2-7]{12}$/);
    expect(a.slice(0, 32)).toBe(b.slice(0, 32));
    expect(a).not.toBe(b);
  });
});

test('a constant, and what is not for text', () => {
  expect(asText(kernel.mask(column(op.FIXED, Buffer.from('gone')), Buffer.from('secret')))).toBe('gone');
  expect(kernel.mask(column(op.FIXED, 0), Buffer.from('secret'))).toBeNull();
  expect(kernel.mask(column(31), Buffer.from('secret'))).toBeNull();
});

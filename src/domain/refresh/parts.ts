// What stands inside of a text and tells somebody: e-mail addresses, numbers, addresses of machines. The same on both sides, so that one is found as the other was taken.

// oxlint-disable-next-line no-control-regex -- all of ASCII
const beyondAscii = /[^\0-\x7f]/;
export const isAscii = (text: string): boolean => !beyondAscii.test(text);
/** What is of ASCII alone has one form; most texts are. */
export const fold = (text: string): string => (isAscii(text) ? text : text.normalize('NFC')).toLowerCase();

const addresses = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[\p{L}\d-]{2,}/gu;
const asciiAddresses = /[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[a-z\d-]{2,}/g;

/** Addresses with whatever may belong to one. Each has also the form that `bareAddress` gives. */
export function addressesIn(folded: string): readonly string[] {
  // The expression is slow where there is no address: it begins at every sign.
  if (!folded.includes('@')) return [];
  const found = [...folded.matchAll(isAscii(folded) ? asciiAddresses : addresses)];
  return found.flatMap(({ 0: text, index }) => [text, ...bareAddress(folded, index + text.indexOf('@'))]);
}

/** The bare form of what stands around each @, with a point behind it or not. */
export function bareAddressesIn(folded: string): readonly string[] {
  const found: string[] = [];
  for (let at = folded.indexOf('@'); at >= 0; at = folded.indexOf('@', at + 1)) found.push(...bareAddress(folded, at));
  return found;
}

const ofName = /[\p{L}\p{N}_.+-]/u;
const ofHost = /[\p{L}\p{N}_.-]/u;
const atEdge = /[_.+-]/;

/** Of letters, digits, points and the like alone, none of which stands at an end: what is meant by `*anna@sea.example*`, `user/anna@sea.example` and `Anna <anna@sea.example>`. */
function bareAddress(folded: string, at: number): readonly string[] {
  let [from, end] = [at, at + 1];
  for (let sign = signBefore(folded, from); ofName.test(sign); sign = signBefore(folded, from)) from -= sign.length;
  for (let sign = signAt(folded, end); ofHost.test(sign); sign = signAt(folded, end)) end += sign.length;
  while (from < at && atEdge.test(folded[from]!)) from += 1;
  while (end > at + 1 && atEdge.test(folded[end - 1]!)) end -= 1;
  return from < at && end > at + 1 ? [folded.slice(from, end)] : [];
}

const signAt = (text: string, at: number): string =>
  at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : '';
function signBefore(text: string, at: number): string {
  const isPair = at > 1 && /[\udc00-\udfff]/.test(text[at - 1]!);
  return text.slice(Math.max(0, at - (isPair ? 2 : 1)), at);
}

const parting = /[\s"'<>(){}[\],;\u2010-\u2027]+/;

/** To its first and last word. */
export const trimmed = (folded: string): string =>
  folded.replace(/^[^\p{L}\p{N}_-]+/u, '').replace(/(?<=[\p{L}\p{N}_-])[^\p{L}\p{N}_-]+$/u, '');
/** Whether its words are. */
export const isParted = (folded: string): boolean => parting.test(trimmed(folded));

/** What nothing parts, as URLs, IPv6 addresses and keys of Base64, of more than so many words: each as it stands, and from where a `=` names it. */
export function gluedIn(folded: string, wordCount: number): readonly string[] {
  return folded.split(parting).flatMap((each) => {
    const text = trimmed(each);
    if ((text.match(/[\p{L}\p{N}_-]+/gu)?.length ?? 0) <= wordCount) return [];
    return [text, ...[...text.matchAll(/=(?=[\p{L}\p{N}_-])/gu)].map(({ index }) => text.slice(index + 1))];
  });
}

export const FEWEST_DIGITS = 7;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;

export interface DigitRun {
  /** From its first digit to its last. */
  readonly text: string;
  readonly index: number;
}

/** Digits that belong together, with what people write between them; and each row of digits alone. No expressions: of a row of megabytes they would need more stack than there is. */
export const numbersIn = (text: string): readonly DigitRun[] => digitRuns(text, ' ()./-');
export const plainNumbersIn = (text: string): readonly DigitRun[] => digitRuns(text, '');

function digitRuns(text: string, between: string): readonly DigitRun[] {
  const runs: DigitRun[] = [];
  let [first, last] = [-1, -1];
  for (let i = 0; i <= text.length; i++) {
    if (isDigit(text.charCodeAt(i))) {
      if (first < 0) first = i;
      last = i;
    } else if (first >= 0 && (i === text.length || !between.includes(text[i]!))) {
      if (last - first >= FEWEST_DIGITS - 1) runs.push({ text: text.slice(first, last + 1), index: first });
      first = -1;
    }
  }
  return runs;
}

const four = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** Of four numbers, and perhaps how long its network is. */
export const isFourNumbers = (text: string): boolean => four.test(text.replace(/\/\d+$/, ''));
/** All groups, four numbers inside, and the network. */
const LONGEST_HOST = 49;

/** The machine's address in one with its network, unless that is the network's own; and one of four numbers inside of one of groups. */
export function hostsOf(folded: string): readonly string[] {
  if (folded.length > LONGEST_HOST) return [];
  const host = /^([\da-f.:]+)\/\d{1,3}$/.exec(folded)?.[1];
  const isMeant = host !== undefined && !/(?:\.0|:)$/.test(host) && (four.test(host) || /:.*:/.test(host));
  const inside = (host ?? folded).startsWith('::ffff:') ? (host ?? folded).slice(7) : '';
  return [...(isMeant ? [host] : []), ...(four.test(inside) ? [inside] : [])];
}

const compact = /^[\da-f]{32}$/;
const dashed = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A UUID with its dashes if it has none, without them if it has. */
export function otherUuid(word: string): readonly string[] {
  if (compact.test(word)) return [word.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')];
  return dashed.test(word) ? [word.replaceAll('-', '')] : [];
}

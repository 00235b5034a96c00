// Words that nothing parts, as in a URL, an IPv6 address or a key of Base64: of more words than a form is made of they are looked for as they stand.
import { byteLengthOf, isWordSign, signAt, signBefore, wordsIn } from './words.ts';

/** Blanks, quotation marks, brackets, commas, and what is beyond ASCII and in no word. */
const parting = /[\s"'<>(){}[\],;]|[^\p{L}\p{N}\0-\x7f]/u;

/** Of so many words in a row a form is made, whatever stands between them; what has more is taken as it stands. */
export const MOST_WORDS = 5;
/** Of what is longer nobody asks. */
const LONGEST_GLUED = 2048;
/** So many places where it may begin, and for each so many where it may end. */
const MOST_EDGES = 4;

interface Stretch {
  readonly from: number;
  readonly end: number;
  readonly wordCount: number;
}

/** From one word to another with nothing that parts them. */
function* stretchesIn(folded: string): Generator<Stretch> {
  let [from, end, wordCount] = [0, 0, 0];
  for (const { text, index } of wordsIn(folded)) {
    if (wordCount === 0 || parting.test(folded.slice(end, index))) {
      yield { from, end, wordCount };
      [from, wordCount] = [index, 0];
    }
    wordCount += 1;
    end = index + text.length;
  }
  yield { from, end, wordCount };
}

const isShort = (text: string): boolean => text.length <= LONGEST_GLUED && byteLengthOf(text) <= LONGEST_GLUED;

/** All words of the text as they stand, where nothing parts them: a URL, an IPv6 address, a key of Base64. */
export function gluedOf(folded: string): readonly string[] {
  const [, only, ...others] = stretchesIn(folded);
  const glued = only && others.length === 0 && only.wordCount > MOST_WORDS ? folded.slice(only.from, only.end) : '';
  return glued !== '' && isShort(glued) ? [glued] : [];
}

/** Each of these in a text: as it stands, from where a `=`, `:` or `|` names it, to where `&`, `|`, `#` or `%` end it, and without the length of a network. */
export function gluedIn(folded: string): readonly string[] {
  return [...stretchesIn(folded)]
    .filter(({ wordCount }) => wordCount > MOST_WORDS)
    .flatMap(({ from, end }) => {
      const text = folded.slice(from, end);
      const starts = [0, ...edgesOf(text, 0, (i) => '=:|'.includes(text[i]!) && isWordSign(signAt(text, i + 1)), 1)];
      const network = /\/\d{1,3}$/.exec(text.slice(-4))?.[0].length ?? 0;
      return starts.flatMap((start) =>
        [text.length, text.length - network, ...edgesOf(text, start, (i) => '&|#%'.includes(text[i]!), 0)]
          .map((until) => text.slice(start, lastWordEnd(text, start, until)))
          .filter((each) => each !== '' && isShort(each)),
      );
    });
}

/** The first ones behind `from`. */
function edgesOf(text: string, from: number, isEdge: (i: number) => boolean, behind: number): readonly number[] {
  const edges: number[] = [];
  for (let i = from + 1; i < text.length && edges.length < MOST_EDGES; i++) if (isEdge(i)) edges.push(i + behind);
  return edges;
}

function lastWordEnd(text: string, from: number, until: number): number {
  let end = until;
  for (let sign = signBefore(text, end); end > from && !isWordSign(sign); sign = signBefore(text, end))
    end -= sign.length;
  return end;
}

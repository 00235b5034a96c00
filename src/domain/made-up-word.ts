// Words that are nobody's name: two or three syllables and an end that no language's names have.
const consonants = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'z'];
const syllables = consonants.flatMap((consonant) => ['a', 'e', 'i', 'o', 'u'].map((vowel) => consonant + vowel));
const ends = ['xq', 'vq', 'zq', 'wq'];

/** The `index`th made-up word of that many syllables; no two are alike. */
export function madeUpWord(index: number, syllableCount: number): string {
  // 2,503 is prime to how many words there are, so neighbours look different.
  let rest = (index * 2503) % (syllables.length ** syllableCount * ends.length);
  let word = '';
  for (let i = 0; i < syllableCount; i++) {
    word += syllables[rest % syllables.length];
    rest = Math.floor(rest / syllables.length);
  }
  word += ends[rest % ends.length];
  return word[0]!.toUpperCase() + word.slice(1);
}

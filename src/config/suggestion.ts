/** Edits between two words: insert, delete, replace, or swap neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[_\s-]/g, '');

/** The known word that was probably meant, or null. Capitals, hyphens and underscores do not count as mistakes. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const seen = plain(word.slice(0, 60));
  let best: { word: string; distance: number } | null = null;
  for (const candidate of known) {
    const target = plain(candidate);
    const distance = editDistance(seen, target);
    const allowed = Math.max(1, Math.floor(Math.min(seen.length, target.length) / 3));
    if (distance <= allowed && (!best || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? null;
}

/** The remedy for an unknown word: the one meant when there is one, else all there are. */
export function useOneOf(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  if (known.length === 0) return 'Nothing of the kind is declared.';
  const quoted = known.slice(0, 16).map((candidate) => `"${candidate}"`);
  const more = known.length > 16 ? ` and ${known.length - 16} more` : '';
  const list = `Use one of ${quoted.join(', ')}${more}.`;
  if (!meant) return list;
  return known.length > 8 ? `Did you mean "${meant}"?` : `Did you mean "${meant}"? ${list}`;
}

// At which of its commits a migration is cut off: of a loop of batches not at each.
import { withoutValues } from './captured-statement.ts';

/** With no more commits each of them is tried. */
const mostCuts = 12;

/**
 * Numbers of statements after which something was committed, out of all of them. Each kind of place once: what has run last there and what
 * would come next, without values. Then the first, the last and evenly between, up to `mostCuts`.
 */
export async function chooseCuts(commits: readonly number[], texts: readonly string[]): Promise<readonly number[]> {
  if (commits.length <= mostCuts) return commits;
  const shown = await Promise.all(texts.map(shownOf));
  const kinds = new Map<string, number>();
  for (const after of commits) {
    const kind = JSON.stringify([shown[after - 1], shown[after]]);
    if (!kinds.has(kind)) kinds.set(kind, after);
  }
  const chosen = new Set([...kinds.values(), commits.at(-1)!]);
  for (let step = 0; step < mostCuts && chosen.size < mostCuts; step += 1)
    chosen.add(commits[Math.round((step * (commits.length - 1)) / (mostCuts - 1))]!);
  return commits.filter((after) => chosen.has(after));
}

/** Two programs or two tables are never alike; what a SELECT calls may take a table's name as a value. */
async function shownOf(text: string): Promise<string> {
  if (/^\s*select\b/i.test(text)) return text.replaceAll(/\b\d+(?:\.\d+)?\b/g, '?');
  const changesRows = /^\s*(?:with|insert|update|delete|merge)\b/i.test(text);
  return changesRows ? withoutValues(text).catch(() => text) : text;
}

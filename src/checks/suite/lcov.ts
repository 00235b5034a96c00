import path from 'node:path';
import { linesOf } from '../../kinds/text-lines.ts';

export type LineCoverage =
  | { readonly status: 'read'; readonly found: number; readonly hit: number }
  | { readonly status: 'malformed'; readonly reason: string };

/** One source file, in however many records it stands: each test may have one of its own. */
interface Source {
  readonly lines: Set<number>;
  readonly hitLines: Set<number>;
  /** Most lines that a record says it has (LF), and most that it says were hit (LH). */
  mostFound: number;
  mostHit: number;
  /** Lines hit in all records, by their LH or, without one, counted. */
  allHit: number;
}

/** Sums the lines of all source files in an lcov report, each line once; a record that is not closed makes it malformed. */
export function readLcov(text: string): LineCoverage {
  const sources = new Map<string, Source>();
  let record: { source: Source; hit: number; covered: number } | null = null;
  for (const line of linesOf(text)) {
    const [key, value = ''] = splitOnce(line);
    if (key === 'SF') {
      if (record) return { status: 'malformed', reason: 'one of its records is not closed' };
      record = { source: sourceOf(sources, path.posix.normalize(value)), hit: -1, covered: 0 };
    } else if (!record) continue;
    else if (key === 'LF') record.source.mostFound = Math.max(record.source.mostFound, numberOf(value));
    else if (key === 'LH') record.hit = numberOf(value);
    else if (key === 'DA') {
      const [number = '', hits] = value.split(',');
      record.source.lines.add(numberOf(number));
      if (!(Number(hits) > 0)) continue;
      record.source.hitLines.add(numberOf(number));
      record.covered += 1;
    } else if (key === 'end_of_record') {
      record.source.allHit += record.hit >= 0 ? record.hit : record.covered;
      record.source.mostHit = Math.max(record.source.mostHit, record.hit);
      record = null;
    }
  }
  if (record) return { status: 'malformed', reason: 'its last record is not closed' };
  let [found, hit] = [0, 0];
  for (const source of sources.values()) {
    found += foundIn(source);
    hit += hitIn(source);
  }
  if (found === 0) return { status: 'malformed', reason: 'it counts no lines' };
  return { status: 'read', found, hit };
}

function sourceOf(sources: Map<string, Source>, file: string): Source {
  const source = sources.get(file) ?? {
    ...{ lines: new Set(), hitLines: new Set(), mostFound: 0, mostHit: 0, allHit: 0 },
  };
  sources.set(file, source);
  return source;
}

/** The totals are optional, and so are the lines; where both stand, the worse counts. */
const foundIn = ({ lines, mostFound }: Source): number => Math.max(lines.size, mostFound);

const hitIn = (source: Source): number =>
  source.lines.size > 0 ? Math.min(source.hitLines.size, source.allHit) : Math.min(source.mostHit, foundIn(source));

/** -1 where there is none. */
function numberOf(text: string): number {
  const number = Number.parseInt(text, 10);
  return number >= 0 ? number : -1;
}

function splitOnce(line: string): [string, string?] {
  const at = line.indexOf(':');
  return at < 0 ? [line.trim()] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

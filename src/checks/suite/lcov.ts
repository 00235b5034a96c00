import { linesOf } from '../../kinds/text-lines.ts';

export type LineCoverage =
  | { readonly status: 'read'; readonly found: number; readonly hit: number }
  | { readonly status: 'malformed'; readonly reason: string };

/** Sums the lines of all files in an lcov report; a record that is not closed makes it malformed. */
export function readLcov(text: string): LineCoverage {
  let [found, hit, records] = [0, 0, 0];
  let record: { found: number; hit: number; seen: number; covered: number } | null = null;
  for (const line of linesOf(text)) {
    const [key, value = ''] = splitOnce(line);
    if (key === 'SF') record = { found: -1, hit: -1, seen: 0, covered: 0 };
    else if (!record) continue;
    else if (key === 'LF') record.found = Number.parseInt(value, 10);
    else if (key === 'LH') record.hit = Number.parseInt(value, 10);
    else if (key === 'DA') {
      record.seen += 1;
      if (Number(value.split(',')[1]) > 0) record.covered += 1;
    } else if (key === 'end_of_record') {
      // The totals are optional; where they are missing, the lines themselves are counted.
      found += record.found >= 0 ? record.found : record.seen;
      hit += record.hit >= 0 ? record.hit : record.covered;
      records += 1;
      record = null;
    }
  }
  if (record) return { status: 'malformed', reason: 'its last record is not closed' };
  if (records === 0 || found === 0) return { status: 'malformed', reason: 'it counts no lines' };
  return { status: 'read', found, hit };
}

function splitOnce(line: string): [string, string?] {
  const at = line.indexOf(':');
  return at < 0 ? [line.trim()] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

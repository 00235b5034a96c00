// What a whole database seems to hold about people. What one column is sure to hold, names, is looked for in the others.
import { detect, tellingOf, type Detected } from './detect.ts';
import { detectLeaves, leavesIn, type DetectedLeaf } from './detect-leaves.ts';
import { outboundIn } from './outbound-columns.ts';
import { columnName, familyOf, type SourceColumn, type SourceTable } from './source-schema.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';
import { isFullName } from './value-shapes.ts';

export interface DetectedColumn {
  /** Of JSON: what its most certain leaf holds. */
  readonly detected: Detected;
  /** Of JSON; empty for others. */
  readonly leaves: readonly DetectedLeaf[];
}

/** By name of the column; what nothing speaks for is not here. */
export function detectSchema(tables: readonly SourceTable[]): ReadonlyMap<string, DetectedColumn> {
  const found = new Map<string, DetectedColumn>();
  for (const table of tables) {
    const around = surroundingsOf(
      table.name,
      table.columns.map(({ name }) => name),
    );
    for (const column of table.columns) {
      const detected = detectColumn(table, column, around);
      if (detected) found.set(columnName(table, column), detected);
    }
  }
  const names = namesIn(tables, found);
  for (const table of tables)
    for (const column of table.columns) {
      const name = columnName(table, column);
      const detected = found.has(name) ? null : namesInside(column, names);
      if (detected) found.set(name, { detected, leaves: [] });
    }
  return found;
}

function detectColumn(table: SourceTable, column: SourceColumn, around: Surroundings): DetectedColumn | null {
  const family = familyOf(column.type);
  const leaves = family === 'json' ? detectLeaves(column.samples, around) : [];
  const outbound = outboundIn(table, column, leaves);
  if (outbound) return { detected: outbound, leaves };
  if (family === 'json') {
    const [first] = [...leaves.filter(({ detected }) => detected.confidence === 'sure'), ...leaves];
    return first ? { detected: first.detected, leaves } : null;
  }
  const detected =
    (family === 'text' ? jsonInside(column, around) : null) ?? detect(column.name, family, column.samples, around);
  return detected ? { detected, leaves: [] } : null;
}

/** JSON in a column of text cannot be masked by path; what it holds is said. */
function jsonInside({ samples }: SourceColumn, around: Surroundings): Detected | null {
  const values = samples.filter((sample) => sample !== null && sample.trim() !== '');
  const objects = values.filter((sample) => /^\s*[{[]/.test(sample!));
  if (objects.length === 0 || objects.length < values.length / 2) return null;
  if (leavesIn(objects, around).length === 0) return null;
  const leaves = detectLeaves(objects, around);
  const secret = leaves.find(({ detected }) => detected.masker === 'token');
  const [first = secret] = [...leaves.filter(({ detected }) => detected.confidence === 'sure'), ...leaves];
  if (!first) return null;
  const because = `in the JSON that it holds as text ${(secret ?? first).detected.because}`;
  return { masker: secret ? 'token' : 'text', confidence: 'likely', because };
}

const FEWEST_LETTERS = 3;
const word = /\p{Lu}[\p{L}'’-]+/gu;
const nameMaskers: readonly string[] = ['given-name', 'family-name', 'full-name'];

/** Capitalised words of columns that are sure to hold names of people. */
function namesIn(tables: readonly SourceTable[], found: ReadonlyMap<string, DetectedColumn>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of tables)
    for (const column of table.columns) {
      const detected = found.get(columnName(table, column))?.detected;
      if (detected?.confidence !== 'sure' || !nameMaskers.includes(detected.masker)) continue;
      for (const value of tellingOf(column.samples, familyOf(column.type)))
        for (const [name] of value.matchAll(word)) if (name.length >= FEWEST_LETTERS) names.add(name);
    }
  return names;
}

/** A title with somebody's name in it. Fewer than two different names may be chance. */
function namesInside({ samples, type }: SourceColumn, names: ReadonlySet<string>): Detected | null {
  const family = familyOf(type);
  if (family !== 'text' && family !== 'text-array') return null;
  const values = tellingOf(samples, family);
  const met = values.map((value) => (value.match(word) ?? []).filter((each) => names.has(each)));
  const share = met.filter((each) => each.length > 0).length / Math.max(1, values.length);
  if (share < 0.1 || new Set(met.flat()).size < 2) return null;
  const because = `${Math.round(share * 100)} % of ${values.length} values hold names that columns of names have`;
  const isNameAlone = values.filter(isFullName).length >= 0.8 * values.length;
  return { masker: isNameAlone ? 'full-name' : 'text', confidence: 'likely', because };
}

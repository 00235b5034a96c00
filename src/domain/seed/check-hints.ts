// What the text of a CHECK constraint gives away of the values it wants. Only hints: whether a value is taken, PostgreSQL is asked.

export interface Hints {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  /** Instants. */
  readonly dates: readonly number[];
  readonly patterns: readonly string[];
}

const quotedText = /'((?:[^']|'')*)'/g;
const bareNumber = /(?<![\w.'"])-?\d+(?:\.\d+)?(?![\w'])/g;
const isDate = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** PostgreSQL writes `2024-01-01 00:00:00+00`. */
function instantOf(text: string): number {
  const [day, time] = text.split(/[ T]/) as [string, string?];
  if (time === undefined) return Date.parse(day);
  const [, clock, zone] = /^([\d:.]+)(.*)$/.exec(time)!;
  const offset = zone === '' ? 'Z' : /^[+-]\d\d$/.test(zone!) ? `${zone}:00` : zone!;
  return Date.parse(`${day}T${clock!.length === 5 ? `${clock}:00` : clock}${offset}`);
}

export function hintsOf(conditions: readonly string[]): Hints {
  const sql = conditions.join(' AND ');
  const quoted = [...sql.matchAll(quotedText)].map(([, text]) => text!.replaceAll("''", "'"));
  const bare = [...sql.replace(quotedText, "''").matchAll(bareNumber)].map(([text]) => Number(text));
  const numbers = quoted.filter((text) => /^-?\d+(?:\.\d+)?$/.test(text)).map(Number);
  const patterns = [...sql.matchAll(/(?<!!)~\*? \(?'((?:[^']|'')*)'/g)].map(([, text]) => text!.replaceAll("''", "'"));
  return {
    texts: [...new Set(quoted)],
    numbers: [...new Set([...bare, ...numbers])].toSorted((a, b) => a - b),
    dates: quoted
      .filter((text) => isDate.test(text))
      .map(instantOf)
      .filter((at) => !Number.isNaN(at))
      .toSorted((a, b) => a - b),
    patterns,
  };
}

/** What a column is compared with, where a condition speaks of several: `kind = 'person'`. */
export function comparedTexts(sql: string, column: string): readonly string[] {
  const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const after = new RegExp(
    `(?<!["\\w])"?${name}"?\\)*(?:::[\\w ]+)?\\)* (?:=|<>) (?:ANY \\()*\\(*(?:ARRAY\\[)?\\(*(?=('(?:[^']|'')*'[^\\]=<>]*))`,
    'g',
  );
  const found = [...sql.matchAll(after)].flatMap(([, list]) => {
    // A list goes on behind a comma; anything else ends with its first text.
    const all = [...list!.matchAll(quotedText)];
    return (/^'(?:[^']|'')*'[^,']*,/.test(list!) ? all : all.slice(0, 1)).map(([, text]) =>
      text!.replaceAll("''", "'"),
    );
  });
  return [...new Set(found)];
}

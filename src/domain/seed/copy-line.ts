// Rows as COPY reads them in its text form.

const special = /[\\\t\n\r]/g;
const written: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A null is `\N`. */
export function copyLine(values: readonly (string | null)[]): string {
  let line = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (i > 0) line += '\t';
    line += value === null ? '\\N' : special.test(value) ? value.replace(special, (sign) => written[sign]!) : value;
    special.lastIndex = 0;
  }
  return `${line}\n`;
}

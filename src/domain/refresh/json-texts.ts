// What a JSON value says, without reading it as one: for texts that are looked through.

/** Texts and large numbers in the text of a JSON value, keys too, whatever it is nested in and however often a key stands there. */
export function textsOf(json: string): readonly string[] {
  // Most values are one text without an escape.
  if (json.startsWith('"') && json.indexOf('"', 1) === json.length - 1 && !json.includes('\\'))
    return [json.slice(1, -1)];
  const texts: string[] = [];
  // No expression for a whole string: of one of 16 MB with an escape it would need more stack than there is.
  const begin = /"|\d{7,}/g;
  for (let found = begin.exec(json); found !== null; found = begin.exec(json)) {
    if (found[0] !== '"') {
      texts.push(found[0]);
      continue;
    }
    const end = endOfString(json, begin.lastIndex);
    if (end < 0) continue;
    const inside = json.slice(begin.lastIndex, end);
    texts.push(inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside);
    begin.lastIndex = end + 1;
  }
  return texts;
}

/** Where the quote stands that closes it: one with no backslash before, or with an even number of them. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (before > from && json[before - 1] === '\\') before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return -1;
}

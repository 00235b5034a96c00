/** Lines one by one: a text of many megabytes is never an array of its lines, which takes many times its size. */
export function* linesOf(text: string): Generator<string> {
  let at = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
    yield text.slice(at, end);
    at = end + 1;
  }
  if (at < text.length) yield text.slice(at);
}

import { excerpt } from '../../kinds/wording.ts';

const mostLines = 3;
const mostLetters = 300;
/** Where in a program it happened, and which Node it was. */
const isTrace = /^\s+at |^Node\.js v|^\s*[{}^~-]*\s*$/;
/** Words of PostgreSQL's with values of rows in them. */
const hasValues = /^\s*(?:DETAIL|CONTEXT|detail|where):?\b/;

/** What a program printed last and is not its stack, in one line. `password`: of the clone, which is in the address that it was given. */
export function lastLines(output: string, password: string): string {
  const lines = output.split('\n').filter((line) => !isTrace.test(line) && !hasValues.test(line));
  const last = lines.slice(-mostLines).join(' | ');
  return excerpt(password === '' ? last : last.replaceAll(password, '***'), mostLetters);
}

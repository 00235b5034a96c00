import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { Failure } from '../../domain/failure.ts';

export interface File {
  readonly path: string;
  readonly text: string;
}

const MOST = 10;

/** What the CLI of either generation says beside a mistake. */
export const isWarning = (line: string): boolean =>
  /level=warning|^WARNING:|^DEPRECATED:|variable is not set\. Defaulting to a blank/.test(line);

/** What the compose CLI said is wrong, each with file and line as far as they can be found. Never empty. Pure. */
export function mistakesIn(said: string, files: readonly File[]): readonly Failure[] {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isWarning(line));
  const telling = lines.filter((line) => placeOf(line, files) !== null);
  const [first = 'it gave no reason'] = lines;
  return (telling.length > 0 ? telling : [first]).slice(0, MOST).map((line) => ({
    code: 'GR6442',
    // Where the release is kept tells nobody anything.
    message: `The compose file cannot be used: ${line.replace(/^ERROR: /, '').replace(/^validating \/\S+: /, '')}`,
    where: placeOf(line, files) ?? files.map(({ path }) => path).join(', '),
    do: 'Correct it; "docker compose config" shows the same.',
  }));
}

/** `yaml: line 5: …` · `in "./docker-compose.yml", line 3, column 5` · `services.web.ports.0 must be …` · `service "web" …`. */
function placeOf(line: string, files: readonly File[]): string | null {
  const [, number, column] = /\bline (\d+)(?:, column (\d+))?/.exec(line) ?? [];
  if (number !== undefined) {
    const file = files.find(({ path }) => line.includes(path)) ?? files[0];
    return file ? [file.path, number, ...(column ? [column] : [])].join(':') : null;
  }
  const dotted = /\b((?:services|networks|volumes|secrets|configs)(?:\.[\w-]+)+)/.exec(line)?.[1]?.split('.');
  const service = /\bservice ['"]?([\w.-]+)/i.exec(line)?.[1];
  const extra = /Additional property ([\w.-]+)|Unsupported config option for [\w.-]+: '([\w.-]+)'/.exec(line);
  const base = dotted ?? (service === undefined ? null : ['services', service]);
  const path = base && [...base, ...(extra ? [extra[1] ?? extra[2] ?? ''] : [])];
  return path && locate(path, files);
}

/** File, line and column of the deepest part of the path that is written anywhere; later files win, as they do in Compose. */
export function locate(path: readonly string[], files: readonly File[]): string | null {
  for (let depth = path.length; depth > 1; depth -= 1)
    for (const file of files.toReversed()) {
      const counter = new LineCounter();
      const offset = offsetOf(parseDocument(file.text, { lineCounter: counter }), path.slice(0, depth));
      if (offset === null) continue;
      const { line, col } = counter.linePos(offset);
      return `${file.path}:${line}:${col} (${path.join('.')})`;
    }
  return null;
}

function offsetOf(document: Document.Parsed, path: readonly string[]): number | null {
  let node: unknown = document.contents;
  let offset: number | null = null;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((each) => isPair(each) && isScalar(each.key) && String(each.key.value) === step);
      if (!pair) return null;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? null;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? null;
    } else return null;
  }
  return offset;
}

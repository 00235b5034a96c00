import { createReadStream } from 'node:fs';
import { pipeline, Transform, type Writable } from 'node:stream';

/** Longer than any line that may be left out, so that no more than this is held back. */
const LONGEST_LINE_BYTES = 1024;

/** Sends a file without its lines that are one of `without`, byte for byte otherwise. `onBroken`: it could not be read to its end, which the reader of the pipe would take for the end. */
export function feedFile(
  { path, without }: { readonly path: string; readonly without: readonly string[] },
  into: Writable,
  onBroken: () => void,
): void {
  const source = createReadStream(path);
  source.once('error', onBroken);
  // A process that ends early needs the rest no more.
  pipeline(source, withoutLines(without), into, () => {});
}

/** Exported for its laws. */
export function withoutLines(without: readonly string[]): Transform {
  const unwanted = new Set(without);
  let held: Buffer = Buffer.alloc(0);
  let isInside = false;
  const isWanted = (line: Buffer): boolean =>
    line.length > LONGEST_LINE_BYTES || !unwanted.has(line.toString('latin1').replace(/\r?\n$/, ''));
  return new Transform({
    transform(chunk: Buffer, _, done) {
      let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      held = Buffer.alloc(0);
      const out: Buffer[] = [];
      while (rest.length > 0) {
        const end = rest.indexOf(10);
        const piece = end < 0 ? rest : rest.subarray(0, end + 1);
        if (end < 0 && !isInside && piece.length <= LONGEST_LINE_BYTES) {
          held = Buffer.from(piece);
          break;
        }
        // Of a line that is longer than any unwanted one, the beginning is on its way already.
        if (isInside || isWanted(piece)) out.push(piece);
        isInside = end < 0;
        rest = rest.subarray(piece.length);
      }
      done(null, Buffer.concat(out));
    },
    flush(done) {
      done(null, held.length > 0 && isWanted(held) ? held : null);
    },
  });
}

// What a plan says of each column, written where the kernel reads it.
import { MOST_COLUMNS, PARAMETERS, PARAMETERS_END, PROGRAM } from './layout.ts';
import { IS_ENTITY } from './rows.ts';

/** JSON by path. What no key or element meets has the operation of the node that it stands in. */
export interface JsonNode {
  readonly operation: number;
  readonly elements: JsonNode | null;
  readonly anyKey: JsonNode | null;
  readonly keys: Readonly<Record<string, JsonNode>>;
}

export interface ColumnProgram {
  readonly operation: number;
  /** A number, the bytes of a constant, or the root of JSON paths. */
  readonly parameter: number | Uint8Array | JsonNode;
  /** Its value says whose the row's dates are. */
  readonly isEntity: boolean;
}

/** Writes the programs of a table's columns; false when they are too many or their parameters too large. */
export function writeProgram(memory: Uint8Array, columns: readonly ColumnProgram[]): boolean {
  if (columns.length > MOST_COLUMNS) return false;
  const view = new DataView(memory.buffer, memory.byteOffset);
  let next = PARAMETERS;
  const reserve = (byteCount: number): number => {
    const at = next;
    next += (byteCount + 3) & ~3;
    if (next > PARAMETERS_END) throw tooLarge;
    return at;
  };
  const writeBytes = (bytes: Uint8Array): number => {
    const at = reserve(bytes.length);
    memory.set(bytes, at);
    return at;
  };
  const writeConstant = (bytes: Uint8Array): number => {
    const at = reserve(4 + bytes.length);
    view.setInt32(at, bytes.length);
    memory.set(bytes, at + 4);
    return at;
  };
  const writeNode = (node: JsonNode): number => {
    const keys = Object.entries(node.keys);
    const at = reserve(16 + keys.length * 12);
    view.setInt32(at, node.operation);
    view.setInt32(at + 4, node.elements ? writeNode(node.elements) : 0);
    view.setInt32(at + 8, node.anyKey ? writeNode(node.anyKey) : 0);
    view.setInt32(at + 12, keys.length);
    for (const [i, [key, child]] of keys.entries()) {
      const bytes = new TextEncoder().encode(key);
      view.setInt32(at + 16 + i * 12, writeBytes(bytes));
      view.setInt32(at + 20 + i * 12, bytes.length);
      view.setInt32(at + 24 + i * 12, writeNode(child));
    }
    return at;
  };
  try {
    for (const [i, { operation, parameter, isEntity }] of columns.entries()) {
      const at = PROGRAM + i * 16;
      view.setInt32(at, operation);
      const isNumber = typeof parameter === 'number';
      const place = isNumber
        ? parameter
        : parameter instanceof Uint8Array
          ? writeConstant(parameter)
          : writeNode(parameter);
      view.setInt32(at + 4, place);
      view.setInt32(at + 8, isEntity ? IS_ENTITY : 0);
    }
  } catch (error) {
    if (error === tooLarge) return false;
    throw error;
  }
  return true;
}

const tooLarge = new Error('the parameters of a program do not fit');

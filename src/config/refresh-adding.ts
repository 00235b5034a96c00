// New lines for a `refresh.yaml` that people wrote: put in at the end of "columns", everything else stays as it is, to the byte.
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import { failed, ok, type Result } from '../domain/failure.ts';
import { understandRefresh } from './refresh.ts';

const shownAs = 'refresh.yaml';

/** Lines are rules or comments, without indentation. Fails when the file could not be read as before afterwards. */
export function addLines(text: string, lines: readonly string[]): Result<string> {
  const before = understandRefresh(text, shownAs);
  if (!before.ok) return before;
  const hasRule = lines.some((line) => !line.startsWith('#'));
  const place = placeIn(text, hasRule);
  if (!place.ok) return place;
  const { offset, indent, prefix, cut } = place.value;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const isAfterLine = offset === 0 || text[offset - 1] === '\n';
  const added = [...prefix, ...lines.map((line) => indent + line)].map((line) => line + end).join('');
  const kept = text.slice(0, offset);
  const head = cut === null ? kept : kept.slice(0, cut[0]) + kept.slice(cut[1]);
  const whole = `${head}${isAfterLine ? '' : end}${added}${text.slice(offset)}`;
  const after = understandRefresh(whole, shownAs);
  const isSame =
    after.ok &&
    Object.entries(before.value.rules.columns).every(
      ([name, rule]) => JSON.stringify(after.value.rules.columns[name]) === JSON.stringify(rule),
    ) &&
    JSON.stringify({ ...after.value, rules: { ...after.value.rules, columns: {} } }) ===
      JSON.stringify({ ...before.value, rules: { ...before.value.rules, columns: {} } });
  return isSame ? ok(whole) : refuseForm();
}

const refuseForm = () =>
  failed({
    code: 'GR5074',
    message: 'Nothing can be added to "columns" of refresh.yaml as it is written.',
    where: 'refresh.yaml (columns)',
    do: 'Write "columns:" on a line of its own, and each column below it on one.',
  });

interface Place {
  readonly offset: number;
  readonly indent: string;
  /** Lines before the new ones. */
  readonly prefix: readonly string[];
  /** From where to where an empty `{}` stands. */
  readonly cut: readonly [number, number] | null;
}

/** `hasRule`: whether there is more to add than comments, below which "columns" would hold nothing. */
function placeIn(text: string, hasRule: boolean): Result<Place> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core' });
  const pair = isMap(document.contents)
    ? (document.contents as YAMLMap<Node, Node | null>).items.find(
        ({ key }) => isScalar(key) && key.value === 'columns',
      )
    : undefined;
  const header = hasRule ? 'columns:' : 'columns: {}';
  if (!pair) return ok({ offset: text.length, indent: '  ', prefix: ['', header], cut: null });
  const { value } = pair;
  if (value === null || !isMap(value) || value.anchor !== undefined) return refuseForm();
  if (value.items.length === 0 && value.flow) {
    const [from, to] = value.range!;
    return ok({ offset: lineAfter(text, to), indent: '  ', prefix: [], cut: hasRule ? [from, to] : null });
  }
  if (value.flow) return refuseForm();
  const [first] = value.items as Pair<Node, Node | null>[];
  const { col } = lines.linePos(first!.key.range![0]);
  return ok({ offset: lineAfter(text, endOf(value)), indent: ' '.repeat(col - 1), prefix: [], cut: null });
}

/** Where the last sign of a node stands, comments and blank lines behind it left out. */
function endOf(node: Node): number {
  if ((isMap(node) || isSeq(node)) && !node.flow) {
    const last = node.items.at(-1);
    if (isSeq(node)) return last ? endOf(last as Node) : node.range![1];
    const { key, value } = last as Pair<Node, Node | null>;
    return value?.range && value.range[1] > key.range![1] ? endOf(value) : key.range![1];
  }
  return node.range![1];
}

function lineAfter(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/**
 * Aho–Corasick over bytes. The root and its children hold full rows (nearly all bytes of a log end there); deeper states hold
 * their few children as a list and fall back by `failure`, so that memory grows with the patterns only, not with the alphabet.
 */
export interface Automaton {
  /** Class of a byte; 0 for bytes in no pattern. */
  readonly classOf: Uint16Array;
  readonly classCount: number;
  /** States below this have a row in `rows`. */
  readonly denseCount: number;
  readonly rows: Int32Array;
  readonly child: Int32Array;
  readonly sibling: Int32Array;
  readonly label: Uint16Array;
  readonly failure: Int32Array;
  readonly depth: Int32Array;
  /** Length of the longest pattern that ends in the state, 0 when none does. */
  readonly longest: Int32Array;
  /** 1 for bytes that begin a pattern. */
  readonly first: Uint8Array;
}

export function step(automaton: Automaton, state: number, byte: number): number {
  const label = automaton.classOf[byte]!;
  return label === 0 ? 0 : advance(automaton, state, label);
}

function advance(automaton: Automaton, from: number, label: number): number {
  let state = from;
  while (state >= automaton.denseCount) {
    const next = childOf(automaton, state, label);
    if (next !== 0) return next;
    state = automaton.failure[state]!;
  }
  return automaton.rows[state * automaton.classCount + label]!;
}

type Tree = Pick<Automaton, 'child' | 'sibling' | 'label'>;

function childOf(tree: Tree, state: number, label: number): number {
  let next = tree.child[state]!;
  while (next !== 0 && tree.label[next] !== label) next = tree.sibling[next]!;
  return next;
}

export function buildAutomaton(patterns: readonly Uint8Array[]): Automaton {
  const { classOf, classCount } = classes(patterns);
  const size = patterns.reduce((total, pattern) => total + pattern.length, 0) + 257;
  const integers = (): Int32Array => new Int32Array(size);
  const tree = { child: integers(), sibling: integers(), label: new Uint16Array(size) };
  const [failure, depth, longest] = [integers(), integers(), integers()];
  const first = new Uint8Array(256);
  let count = 1;
  const grow = (state: number, label: number): number => {
    const known = childOf(tree, state, label);
    if (known !== 0) return known;
    tree.label[count] = label;
    depth[count] = depth[state]! + 1;
    tree.sibling[count] = tree.child[state]!;
    tree.child[state] = count;
    return count++;
  };
  // First bytes first, so that the dense states are the lowest numbers.
  for (const pattern of patterns) {
    if (pattern.length === 0) continue;
    first[pattern[0]!] = 1;
    grow(0, classOf[pattern[0]!]!);
  }
  const denseCount = count;
  for (const pattern of patterns) {
    let state = 0;
    for (const byte of pattern) state = grow(state, classOf[byte]!);
    longest[state] = pattern.length;
  }
  longest[0] = 0;
  const rows = new Int32Array(denseCount * classCount);
  const automaton = { classOf, classCount, denseCount, rows, ...tree, failure, depth, longest, first };
  link(automaton, count);
  return automaton;
}

export const emptyAutomaton = buildAutomaton([]);

/** Fills the dense rows, then failure links and longest matches level by level. */
function link(automaton: Automaton, count: number): void {
  const { rows, classCount, denseCount, child, sibling, label, failure, longest } = automaton;
  for (let root = child[0]!; root !== 0; root = sibling[root]!) rows[label[root]!] = root;
  for (let state = 1; state < denseCount; state += 1) {
    for (let c = 1; c < classCount; c += 1) rows[state * classCount + c] = childOf(automaton, state, c) || rows[c]!;
  }
  const queue = new Int32Array(count);
  let end = 0;
  for (let state = child[0]!; state !== 0; state = sibling[state]!) queue[end++] = state;
  for (let at = 0; at < end; at += 1) {
    const state = queue[at]!;
    longest[state] = Math.max(longest[state]!, longest[failure[state]!]!);
    for (let next = child[state]!; next !== 0; next = sibling[next]!) {
      failure[next] = advance(automaton, failure[state]!, label[next]!);
      queue[end++] = next;
    }
  }
}

function classes(patterns: readonly Uint8Array[]): { classOf: Uint16Array; classCount: number } {
  const classOf = new Uint16Array(256);
  let classCount = 1;
  for (const pattern of patterns) {
    for (const byte of pattern) if (classOf[byte] === 0) classOf[byte] = classCount++;
  }
  return { classOf, classCount };
}

import type { Engine, FlowContext, FoundFlow, Turn } from './engine.ts';

/** This flow was cut off, or its engine was closed: whatever it still does is told to nobody. */
class CutOff extends Error {
  constructor(id: string) {
    super(`the flow ${id} was cut off`);
    this.name = 'CutOff';
  }
}

interface Flow {
  readonly id: string;
  readonly kind: string;
  readonly input: unknown;
  readonly turn: Turn | null;
  status: 'queued' | 'running' | 'ended';
  /** What it broke of. */
  error: unknown;
  readonly messages: unknown[];
  readonly keys: Set<string>;
  readonly cut: AbortController;
  recorded: number;
  /** Ends the wait of an empty inbox. */
  wake: () => void;
}

/** Of the engine, for the flows in it. */
interface Doors {
  spawn(kind: string, id: string, input: unknown): void;
  tell(id: string, message: unknown, key: string): Promise<void>;
  cutOff(id: string): void;
}

type Body = (context: FlowContext, input: never) => Promise<void>;

/** What others would read back from a database. */
const asJson = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

/** The contract of the engine in one process and without a database: nothing of it outlives the process. For tests. */
export function openMemoryEngine(onBroken: (error: unknown) => void = () => {}): Engine {
  const bodies = new Map<string, Body>();
  const flows = new Map<string, Flow>();
  let isClaiming = false;
  const claim = () => {
    const waiting = [...(isClaiming ? flows.values() : [])].filter((flow) => flow.status === 'queued');
    for (const flow of waiting.toSorted((a, b) => (a.turn?.number ?? 0) - (b.turn?.number ?? 0)))
      if (!isHeld(flow.turn)) run(flow);
  };
  const isHeld = (turn: Turn | null) =>
    turn !== null && [...flows.values()].some((each) => each.turn?.lock === turn.lock && each.status === 'running');
  const run = (flow: Flow) => {
    flow.status = 'running';
    void bodies.get(flow.kind)!(contextOf(flow, doors), flow.input as never)
      .catch((error: unknown) => {
        if (error instanceof CutOff) return;
        flow.error = error;
        onBroken(error);
      })
      .finally(() => finish(flow));
  };
  const finish = (flow: Flow) => {
    flow.status = 'ended';
    claim();
  };
  const cutOff = (flow: Flow) => {
    flow.cut.abort();
    flow.wake();
    finish(flow);
  };
  const add = (kind: string, id: string, input: unknown, turn: Turn | null) => {
    if (id === '') throw new Error(`a flow of kind "${kind}" needs an id`);
    if (!bodies.has(kind)) throw new Error(`no flow is called "${kind}"`);
    if (flows.has(id)) return;
    const fresh = { status: 'queued', error: null, keys: new Set<string>(), recorded: 0, wake: () => {} } as const;
    flows.set(id, { ...fresh, id, kind, input: asJson(input), turn, cut: new AbortController(), messages: [] });
    queueMicrotask(claim);
  };
  const tell = async (id: string, message: unknown, key: string) => {
    const flow = flows.get(id);
    if (!flow) throw new Error(`there is no flow "${id}"`);
    if (flow.keys.has(key)) return;
    flow.keys.add(key);
    flow.messages.push(asJson(message));
    flow.wake();
  };
  const doors: Doors = {
    spawn: (kind, id, input) => add(kind, id, input, null),
    tell,
    cutOff: (id) => void (flows.has(id) && cutOff(flows.get(id)!)),
  };
  return {
    define: (kind, flow) => void bodies.set(kind, flow as Body),
    open: async () => void ((isClaiming = true), claim()),
    start: async (kind, id, input, turn) => add(kind, id, input, turn),
    tell,
    find: async (id) => found(flows.get(id)),
    async abandon(id) {
      for (const flow of flows.values())
        if (flow.status !== 'ended' && (flow.id === id || flow.id.startsWith(`${id}/`))) cutOff(flow);
    },
    close: async () => {
      isClaiming = false;
      for (const flow of flows.values()) if (flow.status === 'running') cutOff(flow);
    },
  };
}

/** What a flow may do; once it was cut off, nothing of it counts. */
function contextOf(flow: Flow, { spawn, tell, cutOff }: Doors): FlowContext {
  const answer = <T>(value: T): T => {
    if (flow.cut.signal.aborted) throw new CutOff(flow.id);
    flow.recorded += 1;
    return asJson(value);
  };
  return {
    id: flow.id,
    step: async (_name, effect) => {
      if (flow.cut.signal.aborted) throw new CutOff(flow.id);
      try {
        return answer(await effect(flow.cut.signal));
      } catch (error) {
        answer(null);
        throw error;
      }
    },
    inbox: async (timeoutMs) => {
      if (flow.messages.length === 0 && timeoutMs > 0) await nextOf(flow, timeoutMs);
      return answer(flow.messages.shift() ?? null);
    },
    spawn: async (kind, id, input) => answer(flow.cut.signal.aborted ? null : spawn(kind, id, input)) as void,
    tell: async (id, message, key) => answer(await (flow.cut.signal.aborted ? null : tell(id, message, key))) as void,
    recorded: async () => flow.recorded,
    cutOff: async (id) => answer(cutOff(id)),
  };
}

function found(flow: Flow | undefined): FoundFlow | null {
  if (!flow) return null;
  const { error, status } = flow;
  const reason = error === null ? null : error instanceof Error ? error.message : String(error);
  const ended = reason === null ? 'ended' : 'broken';
  const owner = status === 'queued' ? null : 'memory';
  return { status: status === 'ended' ? ended : 'open', reason, otherVersion: null, owner };
}

function nextOf(flow: Flow, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    flow.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

import type { Engine, FlowContext } from './engine.ts';

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
  readonly lock: string | null;
  status: 'queued' | 'running' | 'ended';
  readonly messages: unknown[];
  readonly keys: Set<string>;
  readonly cut: AbortController;
  recorded: number;
  /** Ends the wait of an empty inbox. */
  wake: () => void;
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
    for (const flow of isClaiming ? flows.values() : []) if (flow.status === 'queued' && !isHeld(flow.lock)) run(flow);
  };
  const isHeld = (lock: string | null) =>
    lock !== null && [...flows.values()].some((each) => each.lock === lock && each.status === 'running');
  const run = (flow: Flow) => {
    flow.status = 'running';
    void bodies.get(flow.kind)!(contextOf(flow), flow.input as never)
      .catch((error: unknown) => void (error instanceof CutOff || onBroken(error)))
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
  const add = (kind: string, id: string, input: unknown, lock: string | null) => {
    if (id === '') throw new Error(`a flow of kind "${kind}" needs an id`);
    if (!bodies.has(kind)) throw new Error(`no flow is called "${kind}"`);
    if (flows.has(id)) return;
    const fresh = { status: 'queued', messages: [], keys: new Set<string>(), recorded: 0, wake: () => {} } as const;
    flows.set(id, { ...fresh, id, kind, input: asJson(input), lock, cut: new AbortController(), messages: [] });
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
  const contextOf = (flow: Flow): FlowContext => {
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
      spawn: async (kind, id, input) => answer(add(kind, id, input, null)),
      tell: async (id, message, key) => answer(await (flow.cut.signal.aborted ? null : tell(id, message, key))) as void,
      recorded: async () => flow.recorded,
      cutOff: async (id) => answer(flows.has(id) && cutOff(flows.get(id)!)) as void,
    };
  };
  return {
    define: (kind, flow) => void bodies.set(kind, flow as Body),
    open: async () => void ((isClaiming = true), claim()),
    start: async (kind, id, input, lock) => add(kind, id, input, lock),
    tell,
    isOpen: async (id) => (flows.get(id)?.status ?? 'ended') !== 'ended',
    close: async () => {
      isClaiming = false;
      for (const flow of flows.values()) if (flow.status === 'running') cutOff(flow);
    },
  };
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

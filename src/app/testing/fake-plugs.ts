import { fail } from '../../domain/failure.ts';
import { cookieOf, drawCookie, drawOf, previewHeader } from '../../kinds/beside.ts';
import type { Colour, Command, Driver, Instance, Slot } from '../../kinds/driver.ts';
import type { MaintenanceWish } from '../../kinds/maintenance.ts';
import type {
  ColourLoad,
  Traffic,
  TrafficHandle,
  TrafficPlace,
  TrafficState,
  TrafficTarget,
} from '../../kinds/traffic.ts';
import { z } from 'zod';

/** A machine that exists in memory: what runs in which colour, and what was done to it. Refuses a lower epoch, as real ones do. */
export interface FakeDriver extends Driver {
  readonly running: Map<string, Instance[]>;
  /** `start staging/blue backend`, in the order of doing. */
  readonly done: string[];
}

const placeOf = (slot: Slot): string => `${slot.environment}/${slot.colour}`;

export function fakeDriver(): FakeDriver {
  const running = new Map<string, Instance[]>();
  const done: string[] = [];
  const epochs = new Map<string, number>();
  let port = 20_000;
  const instance = (slot: Slot, service: string): Instance => ({
    ...{ service, host: '127.0.0.1', port: (port += 1), pid: port, startedTicks: '1', releaseId: slot.release.id },
    ...{ startedAt: 1, log: null },
  });
  const act = ({ kind, service }: Command, slot: Slot) => {
    const others = (running.get(placeOf(slot)) ?? []).filter((each) => each.service !== service);
    const mine = (running.get(placeOf(slot)) ?? []).find((each) => each.service === service);
    const isSame = mine?.releaseId === slot.release.id;
    if (kind === 'start') running.set(placeOf(slot), [...others, isSame ? mine : instance(slot, service!)]);
    if (kind === 'stop') running.set(placeOf(slot), others);
  };
  return {
    ...{ kind: 'process', summary: 'in memory', schema: z.json(), running, done },
    plan: (change, slot) =>
      slot.services.map(({ name }) => ({ kind: change, text: `${change} ${name}`, service: name })),
    async run(command, slot) {
      if (slot.epoch < (epochs.get(slot.environment) ?? 0))
        fail({ code: 'GR6409', message: `epoch ${slot.epoch} is too low` });
      epochs.set(slot.environment, slot.epoch);
      done.push(`${command.kind} ${placeOf(slot)} ${command.service}`);
      act(command, slot);
    },
    observe: async (slot) => running.get(placeOf(slot)) ?? [],
  };
}

/** Proxies in memory, one for each environment. */
export interface FakeTraffic extends Traffic {
  /** What each points to; null: it does not run. */
  readonly states: Map<string, TrafficState | null>;
  /** True: started by an older Greenroom. */
  isOld: boolean;
  /** Targets that were prepared, in their order. */
  readonly prepared: TrafficTarget[];
  /** Public addresses of more proxies. */
  others: readonly TrafficPlace['services'][];
  /** Whom a caller with these headers reaches. */
  targetFor(environment: string, headers?: Readonly<Record<string, string>>): Pick<TrafficState, 'services'> | null;
  /** Where each listens. */
  readonly addresses: Map<string, TrafficPlace['services']>;
  /** What `load` answers; nobody is there otherwise. */
  loads: (environment: string) => readonly ColourLoad[];
  readonly wishes: Map<string, MaintenanceWish>;
  readonly done: string[];
}

export const loadOf = (colour: Colour, over: Partial<ColourLoad> = {}): ColourLoad => ({
  ...{ colour, httpInFlight: 0, webSockets: 0, requests: 0, status5xx: 0, transportErrors: 0, givenUp: 0 },
  ...{ unanswered: [], slowestAnswerMs: 0, countedSinceAt: 1, firstErrorAt: null, ...over },
});

export function fakeTraffic(): FakeTraffic {
  const states = new Map<string, TrafficState | null>();
  const kept = new Map<string, TrafficState>();
  const done: string[] = [];
  const wishes: FakeTraffic['wishes'] = new Map();
  const addresses = new Map<string, TrafficPlace['services']>();
  /** As the real ones: addresses are given once, to the one that is started. */
  const fit = (place: TrafficPlace) => {
    const { environment, services } = place;
    if (!states.get(environment)) addresses.set(environment, services);
    if (JSON.stringify(addresses.get(environment)) !== JSON.stringify(services))
      fail({ code: 'GR7404', message: 'the proxy has other public addresses' });
  };
  const handle = (place: TrafficPlace, environment = place.environment): TrafficHandle => ({
    listeners: async () => (states.get(environment) ? (addresses.get(environment) ?? place.services) : null),
    async ensure() {
      fit(place);
      const before = kept.get(environment) ?? { epoch: 0, colour: null, release: null, services: {} };
      if (!states.get(environment)) states.set(environment, before);
    },
    current: async () => states.get(environment) ?? null,
    others: () => plug.others,
    prepare: async (target) => (fit(place), void plug.prepared.push(target)),
    async point(target) {
      fit(place);
      if (target.epoch < (kept.get(environment)?.epoch ?? 0)) fail({ code: 'GR7409', message: 'an older epoch' });
      const { beside } = target;
      if (beside && plug.isOld) fail({ code: 'GR7437', message: 'the proxy is too old' });
      const who = beside?.gets.kind === 'share' ? `${beside.gets.percent} %` : 'preview';
      const also = beside ? ` beside ${beside.colour} ${beside.release} ${who}` : '';
      done.push(`point ${environment} ${target.colour ?? 'nobody'} ${target.release ?? 'nothing'}${also}`);
      kept.set(environment, { ...target });
      states.set(environment, { ...target });
      return target;
    },
    load: async () => (fit(place), plug.loads(environment)),
    closeSessions: async (colour) => (fit(place), void done.push(`close ${environment} ${colour}`)),
    async maintain(wish) {
      fit(place);
      if (wish.epoch < (wishes.get(environment)?.epoch ?? 0)) fail({ code: 'GR7409', message: 'an older epoch' });
      wishes.set(environment, wish);
      done.push(`${wish.page ? 'close' : 'open'} ${environment}`);
    },
    maintenance: async () => (states.get(environment) ? (wishes.get(environment)?.page ?? null) : null),
    async stop() {
      done.push(`stop ${environment}`);
      states.set(environment, null);
    },
  });
  const plug: FakeTraffic = {
    ...{ kind: 'edge', summary: 'in memory', schema: z.json(), states, addresses, wishes, done, loads: () => [] },
    isOld: false,
    prepared: [],
    others: [],
    open: (place) => handle(place),
    targetFor(environment, headers = {}) {
      const state = states.get(environment) ?? null;
      const gets = state?.beside?.gets;
      if (!state?.beside || !gets) return state;
      // Who has drawn nothing draws badly.
      const draw = drawOf(cookieOf(headers['cookie'], drawCookie)) ?? 99;
      const isFor = gets.kind === 'share' ? draw < gets.percent : headers[previewHeader] === gets.secret;
      return isFor ? state.beside : state;
    },
  };
  return plug;
}

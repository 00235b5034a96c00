import { fail } from '../../domain/failure.ts';
import type { Json } from '../../domain/json.ts';
import type { Instance } from '../../kinds/driver.ts';
import { excerpt } from '../../kinds/wording.ts';
import { documentIn, isUntrusted, request, retryAfterMs } from '../wish/answers.ts';
import { refused, undocumented, unreached, unreadable } from '../wish/remote-failures.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import { askServices, parseAddress } from '../wish/services.ts';
import { holdsAll, partAt, textAt } from './expected.ts';
import { askOf, valuesOf } from './requests.ts';
import type { HttpDriverConfig } from './schema.ts';

type Scene = RemoteScene<HttpDriverConfig>;
type ApiState = Extract<HttpDriverConfig['state'], { path: string }>;

const PAUSE_MS = 250;

/** What runs in the colour. Throws `GR6431` to `GR6433`; a state that cannot be known is never "nothing runs". */
export async function askHttpState(scene: Scene, signal: AbortSignal): Promise<readonly Instance[]> {
  const { config, slot } = scene;
  const { state } = config;
  if ('addresses' in state) {
    const book = Object.entries(state.addresses[slot.colour]);
    return askServices(
      scene,
      Object.fromEntries(book.map(([name, text]) => [name, parseAddress(text)!])),
      state,
      signal,
    );
  }
  const untilMs = scene.host.elapsed() + config['state-within'];
  if (!state.path.includes('{service}'))
    return instancesIn(scene, state, await ask(scene, state, null, untilMs, signal));
  const each = await Promise.all(
    slot.services.map(async ({ name }) => {
      const document = await ask(scene, state, name, untilMs, signal);
      return document === null ? [] : instanceIn(scene, state, name, found(scene, document, state.instances));
    }),
  );
  return each.flat();
}

/** The document; null when a status says that nothing is there. What may pass is asked again until the time is up. */
async function ask(
  scene: Scene,
  state: ApiState,
  service: string | null,
  untilMs: number,
  signal: AbortSignal,
): Promise<Json | null> {
  const { host } = scene;
  const asked = askOf(scene, state, valuesOf(scene, { service: service ?? '' }));
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(asked.timeoutMs, Math.ceil(untilMs - host.elapsed())));
    const answer = await request(scene, { ...asked, method: 'GET', timeoutMs }, signal);
    const mayPass =
      answer.status === 'unreachable'
        ? !isUntrusted(answer)
        : answer.code === 429 || answer.code === 408 || answer.code >= 500;
    if (answer.status === 'answered' && !mayPass) {
      if (state.none.includes(answer.code)) return null;
      if (answer.code !== 200) fail(refused(scene, 'state', answer.code, answer.body));
      const document = documentIn(answer);
      if ('why' in document) fail(unreadable(scene, 'state', undocumented(scene, document.why, answer.body)));
      return document.json;
    }
    const pauseMs = (answer.status === 'answered' && retryAfterMs(answer, host.now())) || PAUSE_MS;
    if (!mayPass || host.elapsed() + pauseMs > untilMs)
      fail(
        answer.status === 'answered'
          ? refused(scene, 'state', answer.code, answer.body)
          : unreached(scene, 'state', answer.reason),
      );
    await host.sleep(pauseMs, signal);
  }
}

/** Services that are not asked about are none of ours; one that stands there twice is refused. */
function instancesIn(scene: Scene, state: ApiState, document: Json | null): readonly Instance[] {
  if (document === null) return [];
  const list = found(scene, document, state.instances);
  if (!Array.isArray(list)) return unknowable(scene, `${state.instances} is not an array`);
  const ours = list.flatMap((each: Json) => {
    const name = textAt(each, state.service) ?? unknowable(scene, `an instance has no ${state.service}`);
    return scene.slot.services.some((service) => service.name === name) ? instanceIn(scene, state, name, each) : [];
  });
  const twice = ours.find(({ service }, index) => ours.findIndex((other) => other.service === service) !== index);
  return twice ? unknowable(scene, `it says that ${twice.service} runs twice in one colour`) : ours;
}

function instanceIn(scene: Scene, state: ApiState, service: string, one: Json): readonly Instance[] {
  if (state.running && !holdsAll(one, state.running)) return [];
  const read = (path: string): string => textAt(one, path) ?? unknowable(scene, `${service} has no ${path}`);
  const text = state.address === undefined ? `${read(state.host)}:${read(state.port)}` : read(state.address);
  const place = parseAddress(text) ?? unknowable(scene, `${service} is said to be at ${excerpt(text, 80)}`);
  const startedAt = Date.parse(textAt(one, state.started) ?? '') || 0;
  const releaseId = read(state.release);
  return [{ service, ...place, pid: null, startedTicks: null, releaseId, startedAt, log: null }];
}

const found = (scene: Scene, document: Json, path: string): Json =>
  partAt(document, path) ?? unknowable(scene, `there is no ${path} in it`);

const unknowable = (scene: Scene, why: string): never => fail(unreadable(scene, 'state', why));

import type { JsonObject } from './json.ts';
import type { OwnAnswer, ResultFinding } from './verdict.ts';

/** A difference that comes from what runs and hangs, or stands in the way: nothing has gone, so nothing is started. */
export interface Deafness extends JsonObject {
  readonly difference: string;
  /** It does not answer where it listens itself; null: it does, or it is the proxy that cannot be asked. */
  readonly service: string | null;
  /** The public address; null where nobody asked it. */
  readonly address: string | null;
}

/** One environment's record beside what really runs there. */
export type Comparison =
  /** `recorded` serves by the record; the differences from it in words. */
  | {
      readonly status: 'compared';
      readonly environment: string;
      readonly recorded: string;
      /** Its id: several releases may have one version. */
      readonly release: string;
      readonly differences: readonly string[];
      /** Services that run, and not as they were started; absent where there are none. */
      readonly changed?: readonly string[];
      /** Services that run as they were started with fewer copies than they are to have; what brings those is said with the difference. */
      readonly short?: readonly string[];
      /** Of the differences, those by which requests do not reach the recorded release though everything runs; absent where there are none. */
      readonly deaf?: readonly Deafness[];
    }
  /** By the record nothing serves: there is nothing to differ from. */
  | { readonly status: 'empty'; readonly environment: string }
  /** Nobody can tell what runs. */
  | { readonly status: 'blind'; readonly environment: string; readonly reason: string };

/**
 * Whether the record can be trusted. A difference is a warning: somebody has to say that they know of it. The environment that is
 * deployed to must be seen, or nothing is judged; of the one that gave the proof, not being seen is a warning like a difference.
 * @param here null where nothing serves
 * @param proof null for the first environment of the path
 * @param line name of the line, for `greenroom accept`
 */
export function judgeDrift(here: Comparison | null, proof: Comparison | null, line: string): OwnAnswer {
  const places = [here, proof].filter((each) => each !== null);
  const findings = places.flatMap(findingsOf);
  if (here && here.status !== 'compared')
    return {
      ...{ outcome: 'error', findings, reason: `not measured: ${sentence(here)}` },
      next: `Run "greenroom status" and "greenroom resume"; deploy again when ${here.environment} can be asked.`,
    };
  const doubtful = places.filter((each) => each.status === 'blind' || hasDrifted(each));
  const mends = doubtful.flatMap((each) => mendsOf(each));
  if (doubtful.length > 0)
    return {
      ...{ outcome: 'warn', findings, reason: doubtful.map(sentence).join('; ') },
      cause: 'Something was changed, stopped or died there outside Greenroom.',
      next: `Find out what happened. "greenroom accept ${line}" takes it upon you; or cancel, bring back what is recorded, and deploy again${mends.length > 0 ? `: ${mends.join('; ')}` : ''}.`,
    };
  const isSeen = places.some((each) => each.status === 'compared');
  return { outcome: isSeen ? 'pass' : 'skip', findings, reason: places.map(sentence).join(', ') };
}

/**
 * What brings back what is recorded; empty where nothing differs. What has gone is started, what runs is never ended unasked: another colour
 * replaces it. Neither is done beside a deployment that is not over, also where that one waits.
 */
export function mendsOf(place: Comparison, isBusy = false): readonly string[] {
  const whenFree = isBusy ? '; run it once nothing is in progress there' : '';
  if (place.status === 'blind') return ['"greenroom resume" brings back what is recorded to serve'];
  if (!hasDrifted(place) || place.status !== 'compared') return [];
  const { changed = [], short = [], deaf = [], differences, environment, release } = place;
  const running = [...changed, ...short];
  const isMore = differences.some(
    (each) =>
      !running.some((name) => each.startsWith(`${name} `)) && !deaf.some(({ difference }) => difference === each),
  );
  const replaced = [...new Set([...changed, ...deaf.flatMap(({ service }) => service ?? [])])];
  const addresses = deaf.filter(({ service }) => service === null).map(({ address }) => address);
  return [
    ...(isMore ? [`"greenroom resume" starts what has gone and points the proxy back${whenFree}`] : []),
    ...(replaced.length > 0
      ? [
          `"greenroom rollback ${environment} --to ${release}" replaces ${replaced.join(', ')}, which "greenroom resume" leaves as it runs: the recorded release is started beside it and gets the traffic${whenFree}`,
        ]
      : []),
    ...(addresses.length > 0 ? [freesProxy(addresses.filter((each) => each !== null))] : []),
  ];
}

/** A process that hangs holds its port, so nothing comes up beside it. */
function freesProxy(addresses: readonly string[]): string {
  const listening = addresses.length > 0 ? ` ("ss -ltnp" names who listens at ${addresses.join(', ')})` : '';
  return `end the process that hangs or is not the proxy's${listening} with "kill -9"; what does not come up again by itself, "greenroom resume" brings back`;
}

const hasDrifted = (place: Comparison): boolean => place.status === 'compared' && place.differences.length > 0;

function sentence(place: Comparison): string {
  const { environment } = place;
  if (place.status === 'empty') return `by the record nothing serves ${environment}`;
  if (place.status === 'blind') return `${environment} cannot be compared with its record: ${place.reason}`;
  if (!hasDrifted(place)) return `${environment} runs ${place.recorded} as recorded`;
  return `${environment} is not as recorded (${place.recorded}): ${place.differences.join(', ')}`;
}

function findingsOf(place: Comparison): readonly ResultFinding[] {
  const { environment: name } = place;
  if (place.status === 'empty') return [{ name, outcome: 'skip', value: 'nothing serves', threshold: null }];
  if (place.status === 'blind') return [{ name, outcome: 'error', value: place.reason, threshold: null }];
  const threshold = place.recorded;
  if (!hasDrifted(place)) return [{ name, outcome: 'pass', value: 'as recorded', threshold }];
  return place.differences.map((value) => ({ name, outcome: 'warn', value, threshold }));
}

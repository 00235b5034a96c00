import type { BakeTally } from '../../domain/bake.ts';
import type { HttpAnswer } from '../../kinds/effects.ts';
import { publicAddresses, type Site } from '../site.ts';
import type { ProbeAnswer } from './bake-look.ts';

/** What the bake asks through the public address of every proxy, as a user would. */
export function probesOf(site: Site): readonly { readonly service: string; readonly url: string }[] {
  const { project, environment } = site;
  const declared = environment.bake.probes;
  const probes =
    declared.length > 0 ? declared : project.services.map(({ name, health }) => ({ service: name, path: health.path }));
  return [publicAddresses(project, environment), ...site.traffic.others()].flatMap((addresses) =>
    probes.map(({ service, path }) => {
      const place = addresses[service]!;
      return { service, url: `http://${place.host}:${place.port}${path}` };
    }),
  );
}

/** An answer of 500 or more is a failure; no answer at all is an error. */
export async function probe(
  site: Site,
  tally: BakeTally,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) {
  const answers = await Promise.all(
    probesOf(site).map(async ({ service, url }) => {
      return {
        service,
        url,
        answer: await site.effects.http.request(
          { method: 'GET', url, headers, timeoutMs: 5_000, maxBytes: 4096 },
          signal,
        ),
      };
    }),
  );
  if (signal.aborted) return { tally, answers: [] };
  const failures = answers.flatMap(({ url, answer }) =>
    answer.status === 'answered' && answer.code >= 500 ? [`${url} answered ${answer.code}`] : [],
  );
  const errors = answers.flatMap(({ url, answer }) =>
    answer.status === 'unreachable' ? [`${url}: ${answer.reason}`] : [],
  );
  const told: BakeTally = {
    ...tally,
    probes: tally.probes + answers.length,
    failedProbes: tally.failedProbes + failures.length,
    errorsInARow: errors.length > 0 ? tally.errorsInARow + 1 : 0,
    lastFailure: failures[0] ?? errors[0] ?? tally.lastFailure,
    ...(tally.answered && { answered: withAnswered(tally.answered, answers) }),
  };
  const timed = answers.map(({ service, answer }): ProbeAnswer => {
    const isGood = answer.status === 'answered' && answer.code < 500;
    return { service, durationMs: isGood ? answer.durationMs : null };
  });
  return { tally: told, answers: timed };
}

const withAnswered = (
  before: readonly string[],
  answers: readonly { readonly url: string; readonly answer: HttpAnswer }[],
): readonly string[] => [
  ...new Set([...before, ...answers.flatMap(({ url, answer }) => (answer.status === 'answered' ? [url] : []))]),
];

import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { github, type Reply } from './api.ts';
import { parseAddress, type Place } from '../wish/services.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import type { GithubConfig } from './schema.ts';

type Scene = RemoteScene<GithubConfig>;

const runSchema = z.object({
  id: z.int().positive(),
  display_title: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  html_url: z.string().default(''),
});
export type Run = z.infer<typeof runSchema>;
const detailsSchema = z.object({ workflow_run_id: z.int().positive() });
const listSchema = z.object({ workflow_runs: z.array(runSchema) });
const jobsSchema = z.object({ jobs: z.array(z.object({ id: z.int().positive() })) });
const annotationsSchema = z.array(z.object({ title: z.string().nullable(), message: z.string().nullable() }));

/** A value of an answer, or the reply that there is instead. */
export type Told<T> =
  | { readonly status: 'told'; readonly value: T }
  | { readonly status: 'strange'; readonly why: string }
  | { readonly status: 'instead'; readonly reply: Exclude<Reply, { status: 'ok' }> };

/** Jobs of a run whose outputs are read. */
const MOST_JOBS = 20;
const title = 'greenroom';

/** How the key stands in the title of a run: in brackets, so that no key is the beginning of another. */
export const markOf = (key: string): string => `[${key}]`;

/** Id of the run that a dispatch began; null when the answer has none (204). */
export function runIdIn(json: Json | undefined): string | null {
  const parsed = detailsSchema.safeParse(json);
  return parsed.success ? String(parsed.data.workflow_run_id) : null;
}

export const readRun = (scene: Scene, id: string, signal: AbortSignal): Promise<Told<Run>> =>
  ask(scene, `/actions/runs/${encodeURIComponent(id)}`, runSchema, signal);

/** The run that carries this key in its title; null when there is none yet. The title is what `run-name` of the workflow says. */
export async function findRun(
  scene: Scene,
  key: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Told<Run | null>> {
  // A clock may be ahead of GitHub's by some minutes.
  const since = new Date(sinceMs - 10 * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const query = new URLSearchParams({ event: 'workflow_dispatch', created: `>=${since}`, per_page: '100' });
  const list = await ask(scene, `/actions/workflows/${scene.config.workflow}/runs?${query}`, listSchema, signal);
  if (list.status !== 'told') return list;
  const found = list.value.workflow_runs.find((run) => run.display_title.includes(markOf(key)));
  return { status: 'told', value: found ?? null };
}

/** The address that a job of the run printed as `::notice title=greenroom::{"address":"host:port"}`; null when none did. */
export async function addressIn(scene: Scene, id: string, signal: AbortSignal): Promise<Told<Place | null>> {
  const jobs = await ask(
    scene,
    `/actions/runs/${encodeURIComponent(id)}/jobs?filter=latest&per_page=100`,
    jobsSchema,
    signal,
  );
  if (jobs.status !== 'told') return jobs;
  const places: Place[] = [];
  for (const job of jobs.value.jobs.slice(0, MOST_JOBS)) {
    // The check run of a job has the job's id.
    const notes = await ask(scene, `/check-runs/${job.id}/annotations?per_page=100`, annotationsSchema, signal);
    if (notes.status !== 'told') return notes;
    for (const note of notes.value.filter((each) => each.title === title)) {
      const place = placeIn(note.message ?? '');
      if (place === null) return { status: 'strange', why: 'its notice "greenroom" is not {"address":"host:port"}' };
      places.push(place);
    }
  }
  return places.length > 1
    ? { status: 'strange', why: `it has ${places.length} notices "greenroom"` }
    : { status: 'told', value: places[0] ?? null };
}

function placeIn(message: string): Place | null {
  try {
    const { address } = JSON.parse(message) as { address?: unknown };
    return typeof address === 'string' ? parseAddress(address) : null;
  } catch {
    return null;
  }
}

async function ask<T>(scene: Scene, path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<Told<T>> {
  const reply = await github(scene, { path }, signal);
  if (reply.status !== 'ok') return { status: 'instead', reply };
  const parsed = schema.safeParse(reply.json);
  if (parsed.success) return { status: 'told', value: parsed.data };
  const at = z.core.toDotPath(parsed.error.issues[0]?.path ?? []) || 'the document';
  return { status: 'strange', why: reply.json === undefined ? reply.why : `${at} is not what is documented` };
}

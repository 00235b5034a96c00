import { z } from 'zod';
import { failed, ok, type Result } from '../../domain/failure.ts';
import type { Slot, SlotService } from '../../kinds/driver.ts';
import { excerpt } from '../../kinds/wording.ts';

/** Name and version of what goes over standard input and output. A program refuses a version that it does not know. */
const protocol = 'greenroom.driver/1';
export type Action = 'prepare' | 'start' | 'stop' | 'state';

/** Bytes of an answer that are read; a longer one is refused. */
export const maxAnswerBytes = 1024 * 1024;

interface Wish {
  readonly action: Action;
  /** Null for `state`, which acts on nothing. */
  readonly key: string | null;
  readonly attempt: number;
  /** Those that are asked about; only the one that starts is told its variables. */
  readonly services: readonly SlotService[];
  readonly stateDirectory: string;
}

/** What the program reads. Pure. */
export function documentOf(slot: Slot<unknown>, wish: Wish): string {
  const { id, revision, version, artifact } = slot.release;
  const services = wish.services.map((service) => ({
    name: service.name,
    argv: service.argv,
    stopGraceMs: service.stopGraceMs,
    ...(wish.action === 'start' && { variables: variablesOf(slot, service) }),
  }));
  return `${JSON.stringify({
    ...{ protocol, action: wish.action, key: wish.key, attempt: wish.attempt },
    epoch: wish.action === 'state' ? null : slot.epoch,
    ...{ project: slot.project, environment: slot.environment, colour: slot.colour, host: slot.host },
    release: id === '' ? null : { id, revision, version, artifact, directory: slot.artifactDirectory },
    stateDirectory: wish.stateDirectory,
    services,
  })}\n`;
}

const variablesOf = (slot: Slot<unknown>, service: SlotService): Readonly<Record<string, string>> => ({
  ...service.variables,
  GREENROOM_RELEASE: slot.release.id,
  GREENROOM_ENVIRONMENT: slot.environment,
  GREENROOM_COLOUR: slot.colour,
});

const common = { protocol: z.literal(protocol).optional(), message: z.string().optional() };
const doneSchema = z.strictObject({ ...common, outcome: z.literal('done') });

const instanceSchema = z.strictObject({
  service: z.string(),
  release: z.string().min(1),
  host: z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, { error: 'expected a host name or an address' }),
  port: z.int().min(1).max(65_535),
  startedAt: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  pid: z.int().positive().optional(),
  log: z.strictObject({ path: z.string().regex(/^\/[^\0]*$/), from: z.int().min(0).default(0) }).optional(),
});
const stateSchema = z.strictObject({ ...common, instances: z.array(instanceSchema).max(1_000) });
export type StatedInstance = z.infer<typeof instanceSchema>;

/** `{"outcome":"done"}` of an act. */
export const parseDone = (text: string, bytes: number): Result<z.infer<typeof doneSchema>> =>
  parse(doneSchema, text, bytes);

/** `{"instances":[…]}` of `state`. Only services that were asked about may be in it, each at most once. */
export function parseState(
  text: string,
  bytes: number,
  asked: readonly Pick<SlotService, 'name'>[],
): Result<readonly StatedInstance[]> {
  const parsed = parse(stateSchema, text, bytes);
  if (!parsed.ok) return parsed;
  const seen = new Set<string>();
  for (const [index, { service }] of parsed.value.instances.entries()) {
    const isAsked = asked.some(({ name }) => name === service);
    if (isAsked && !seen.has(service)) {
      seen.add(service);
      continue;
    }
    const name = JSON.stringify(excerpt(service, 60));
    return failed({
      code: 'GR6426',
      message: isAsked
        ? `It says that ${name} runs twice in one colour.`
        : `It says that ${name} runs, which it was not asked about.`,
      where: `instances[${index}].service`,
      do: `Answer for each of these once, and for nothing else: ${asked.map((one) => one.name).join(', ')}.`,
    });
  }
  return { ok: true, value: parsed.value.instances };
}

function parse<T>(schema: z.ZodType<T>, text: string, bytes: number): Result<T> {
  if (bytes > maxAnswerBytes)
    return unreadable(
      `Its answer is ${bytes} bytes long; at most ${maxAnswerBytes} are read.`,
      'Write logs to standard error, and the answer only to standard output.',
    );
  if (text.trim() === '')
    return unreadable('It answered nothing.', 'Print one JSON document to standard output before it ends.');
  const json = parseJson(text);
  if (json === undefined)
    return unreadable(
      `Its answer is not one JSON document: ${excerpt(text, 120)}`,
      'Print exactly one JSON document to standard output; everything else belongs to standard error.',
    );
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const where = z.core.toDotPath(issue?.path ?? []) || 'the whole document';
  return failed({
    code: 'GR6425',
    message: `Its answer is not of the shape that ${protocol} asks for: ${where}: ${excerpt(issue?.message ?? 'wrong', 160)}.`,
    where,
    do: 'Compare it with the answers on the page of the driver "command".',
  });
}

const unreadable = (message: string, next: string): Result<never> => failed({ code: 'GR6424', message, do: next });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

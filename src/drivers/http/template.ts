import { z } from 'zod';
import type { Json } from '../../domain/json.ts';

/** `{release}`: a place in a text that is filled when a request is made. Other braces stay as they are. */
const place = /\{([a-z]+(?:\.[A-Za-z0-9_-]+)?)\}/g;
const texts = new Set([
  ...['project', 'environment', 'colour', 'service', 'release', 'revision', 'version', 'artifact'],
  ...['epoch', 'operation', 'host'],
]);
/** Whole values, which fill a body's leaf that is nothing else. */
const wholes = new Set(['variables', 'argv']);

export type Values = Readonly<Record<string, Json>>;

const namesIn = (text: string): readonly string[] => [...text.matchAll(place)].map((match) => match[1]!);
const isKnown = (name: string): boolean => texts.has(name) || /^(secret|answer)\..+$/.test(name);

/** A text with places; every name is checked when the file is read. */
export const template = () =>
  z
    .string()
    .min(1)
    .max(4_000)
    .superRefine((text, context) => {
      for (const name of namesIn(text).filter((each) => !isKnown(each)))
        context.addIssue({ code: 'custom', message: wholes.has(name) ? alone(name) : unknown(name) });
    });

const alone = (name: string): string => `{${name}} must be a whole value of a body`;
const unknown = (name: string): string =>
  `{${name}} is no place that is filled; there are ${[...texts, ...wholes].map((each) => `{${each}}`).join(' ')} {secret.NAME} {answer.NAME}`;

/** JSON whose texts are templates. */
export const bodyTemplate = () =>
  z.record(z.string(), z.unknown()).superRefine((body, context) => {
    for (const leaf of leavesOf(body))
      for (const name of namesIn(leaf)) {
        if (isKnown(name) || (wholes.has(name) && leaf === `{${name}}`)) continue;
        context.addIssue({ code: 'custom', message: wholes.has(name) ? alone(name) : unknown(name) });
      }
  });

const leavesOf = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : value !== null && typeof value === 'object'
      ? Object.values(value).flatMap(leavesOf)
      : [];

/** Names that a request takes of an answer or of the secrets: `secret.token`. */
export const namesOf = (value: unknown): readonly string[] => leavesOf(value).flatMap(namesIn);

/** Fills a text; `encode` makes each value safe for where it goes. A name without value stays empty. */
export const fill = (text: string, values: Values, encode: (value: string) => string = (value) => value): string =>
  text.replace(place, (_, name: string) => encode(textOf(values[name])));

/** A leaf that is one place takes the value as it is: a number stays a number. */
export function fillBody(value: unknown, values: Values): Json {
  if (typeof value === 'string') {
    const [only] = namesIn(value);
    return only !== undefined && value === `{${only}}` ? (values[only] ?? null) : fill(value, values);
  }
  if (Array.isArray(value)) return value.map((each) => fillBody(each, values));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillBody(each, values)]));
  return value as Json;
}

const textOf = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

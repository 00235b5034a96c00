import type { Ask } from '../wish/answers.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import type { HttpDriverConfig } from './schema.ts';
import { fill, fillBody, type Values } from './template.ts';

type Scene = RemoteScene<HttpDriverConfig>;

interface Template {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

/** What every place of a template is filled with. `answer.…` and service come with the request. */
export function valuesOf({ slot, secrets }: Scene, more: Values = {}): Values {
  const { id, revision, version, artifact } = slot.release;
  return {
    ...{ project: slot.project, environment: slot.environment, colour: slot.colour, host: slot.host },
    ...{ release: id, revision, version, artifact, epoch: slot.epoch, operation: slot.operation },
    ...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`secret.${name}`, value])),
    ...more,
  };
}

/** Values go into paths encoded, into headers on one line, into bodies as JSON. */
export function askOf({ config }: Scene, template: Template, values: Values): Ask {
  const path = fill(template.path, values, encodeURIComponent);
  const headers = Object.entries({ ...config.headers, ...template.headers }).map(
    ([name, value]) => [name.toLowerCase(), fill(value, values).replace(/[\r\n\0]+/g, ' ')] as const,
  );
  const body = template.body === undefined ? undefined : JSON.stringify(fillBody(template.body, values));
  return {
    method: template.method ?? 'GET',
    url: `${config.base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...Object.fromEntries(headers),
    },
    ...(body !== undefined && { body }),
    timeoutMs: config['answer-within'],
  };
}

// `greenroom refresh` between two PostgreSQL servers of its own, as somebody at a shell would call it.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findTools, openServers, type Servers } from '../../bench/refresh-servers.ts';
import { joinPostgres } from '../../src/embedded/postgres.ts';
import type { Ended, Running } from '../rig/playground.ts';
import { Tiny } from '../rig/tiny.ts';

export interface Lab {
  readonly servers: Servers;
  readonly tiny: Tiny;
  /** Temporary files of the command. */
  readonly temporary: string;
  rules(text: string): void;
  start(...more: readonly string[]): Running;
  refresh(...more: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

/** Null where PostgreSQL's own package is missing. `prod` and `stage` are made by who uses it. */
export async function openLab(): Promise<Lab | null> {
  const tools = findTools();
  if (tools === null) return null;
  const servers = await openServers(tools);
  const tiny = await Tiny.open();
  const values = (url: string) => ({ variables: { values: { MOOD: tiny.play.beside('mood'), SHOP_URL: url } } });
  tiny.overlay({
    databases: { main: { url: '${SHOP_URL}' } },
    environments: { staging: values(servers.target.url('stage')), production: values(servers.source.url('prod')) },
  });
  // Greenroom's own database stays between two commands.
  const own = await joinPostgres({ homeDir: tiny.play.beside('postgres'), label: 'refresh lab' });
  const temporary = path.join(servers.dir, 'temporary');
  mkdirSync(temporary);
  const variables = {
    READER_URL: servers.source.url('prod', 'reader'),
    REFRESH_KEY: 'long enough to be a key of somebody',
    TMPDIR: temporary,
  };
  const start = (...more: readonly string[]): Running =>
    tiny.play.start(['refresh', 'staging', ...more], { variables, timeoutMs: 240_000 });
  return {
    ...{ servers, tiny, temporary, start },
    rules: (text) =>
      writeFileSync(
        tiny.play.file('refresh.yaml'),
        `source: { url: "\${READER_URL}" }\nkey: secret://env/REFRESH_KEY\n${text}`,
      ),
    refresh: (...more) => start(...more).ended,
    async close() {
      await own.leave();
      await tiny.close();
      servers.close();
    },
  };
}

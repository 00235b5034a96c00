import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Check, CheckContext, Judgement } from '../check.ts';

/** A configuration as a team writes it, and the world it is asked about. */
export interface CheckWorld {
  readonly config: unknown;
  readonly context: CheckContext;
}

export interface CheckContract {
  /** `import.meta.url` of the plug's test; the page and the plug lie beside it. */
  readonly testUrl: string;
  /** Everything as it should be. */
  readonly good: () => CheckWorld | Promise<CheckWorld>;
  /** Nothing answers, nothing is there. */
  readonly dead: () => CheckWorld | Promise<CheckWorld>;
  /** Gathering takes far longer than the test, unless it is aborted. Left out where gathering waits for nobody. */
  readonly slow?: () => CheckWorld | Promise<CheckWorld>;
}

/** Asks a check as the step runner does: what was not measured becomes `error`. */
export async function ask<Config, Data>(
  check: Check<Config, Data>,
  world: CheckWorld,
  signal = new AbortController().signal,
): Promise<Judgement> {
  const config = check.schema.parse(world.config);
  const gathered = await check.gather(config, world.context, signal);
  if (gathered.status === 'measured') return check.judge(config, gathered.data);
  const { reason, cause, next } = gathered;
  return {
    outcome: 'error',
    reason,
    findings: [],
    ...(cause === undefined ? {} : { cause }),
    ...(next === undefined ? {} : { next }),
  };
}

/** What every check keeps; each plug's test calls it once. */
export function checkContract<Config, Data>(check: Check<Config, Data>, contract: CheckContract): void {
  const folder = path.dirname(fileURLToPath(contract.testUrl));
  const inputSchema = z.toJSONSchema(check.schema, { io: 'input', unrepresentable: 'any' });

  describe(`${check.kind} keeps the contract of checks`, () => {
    test('lies in a file of its kind, with a page that speaks of every field', () => {
      expect(existsSync(path.join(folder, `${check.kind}.ts`))).toBe(true);
      const page = readFileSync(path.join(folder, `${check.kind}.md`), 'utf8');
      expect(page).toContain(check.summary);
      const fields = Object.keys(inputSchema.properties ?? {});
      expect(fields.length).toBeGreaterThan(0);
      expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
    });

    test('refuses keys it does not know, and says what each field means', async () => {
      const { config } = await contract.good();
      expect(check.schema.safeParse({ ...(config as object), 'no-such-field': 1 }).success).toBe(false);
      const undescribed = Object.entries(inputSchema.properties ?? {}).filter(
        ([, field]) => typeof field !== 'object' || !field.description,
      );
      expect(undescribed.map(([name]) => name)).toEqual([]);
    });

    test('a good world passes, with a value behind it', async () => {
      const judgement = await ask(check, await contract.good());
      expect(judgement).toMatchObject({ outcome: 'pass' });
      expect(judgement.reason).toMatch(/\.$/);
      expect(judgement.findings.length).toBeGreaterThan(0);
    });

    test('judges the same data to the same bytes, also when it comes back from the record', async () => {
      for (const world of [await contract.good(), await contract.dead()]) {
        const config = check.schema.parse(world.config);
        const gathered = await check.gather(config, world.context, new AbortController().signal);
        if (gathered.status === 'not-measured') continue;
        const [configAgain, dataAgain] = JSON.parse(JSON.stringify([config, gathered.data])) as [Config, Data];
        const first = JSON.stringify(check.judge(config, gathered.data));
        expect(JSON.stringify(check.judge(config, gathered.data))).toBe(first);
        expect(JSON.stringify(check.judge(configAgain, dataAgain))).toBe(first);
      }
    });

    test('a dead world does not pass, does not throw, and names a next step', async () => {
      const judgement = await ask(check, await contract.dead());
      expect(['fail', 'error']).toContain(judgement.outcome);
      expect(judgement.reason).toMatch(/\.$/);
      expect(judgement.next).toBeTruthy();
    });

    test('an abort ends it quickly and never passes', async () => {
      const aborted = AbortSignal.abort(new Error('enough'));
      await expect(settled(check, await contract.good(), aborted)).resolves.not.toBe('pass');
      if (!contract.slow) return;
      const world = await contract.slow();
      const startedAt = performance.now();
      const outcome = await settled(check, world, AbortSignal.timeout(150));
      expect(outcome).not.toBe('pass');
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    });
  });
}

async function settled<Config, Data>(
  check: Check<Config, Data>,
  world: CheckWorld,
  signal: AbortSignal,
): Promise<string> {
  return ask(check, world, signal).then(
    (judgement) => judgement.outcome,
    () => 'rejected',
  );
}

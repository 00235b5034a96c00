import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, FlowContext } from '../engine.ts';

type Script = (flow: FlowContext) => Promise<void>;

/** What every engine must do within one process; run by the test of each. What a crash leaves is asked in test/kill. */
export function engineContract(name: string, make: () => Promise<Engine>): void {
  describe(`engine contract: ${name}`, () => {
    const scripts = new Map<string, Script>();
    let engine: Engine;
    beforeAll(async () => {
      engine = await make();
      engine.define('script', (flow) => scripts.get(flow.id)!(flow));
      await engine.open();
    }, 60_000);
    afterAll(() => engine.close());

    let started = 0;
    const start = (id: string, script: Script, lock = id, number = (started += 1)) => {
      scripts.set(id, script);
      return engine.start('script', id, {}, { lock, number });
    };
    const statusOf = async (id: string) => (await engine.find(id))?.status;
    const ended = async (...ids: readonly string[]) => {
      for (const id of ids)
        await expect.poll(() => statusOf(id), { timeout: 10_000, interval: 20, message: id }).toBe('ended');
    };

    test('F020 messages that arrive before the flow waits are kept, in their order', async () => {
      const [gate, heard] = [Promise.withResolvers<void>(), [] as unknown[]];
      await start('early', async (flow) => {
        await flow.step('busy', () => gate.promise);
        for (let count = 0; count < 4; count += 1) heard.push(await flow.inbox(count < 3 ? 5_000 : 0));
      });
      for (const word of ['a', 'b', 'c']) await engine.tell('early', { word }, `early/${word}`);
      gate.resolve();
      await ended('early');
      expect(heard).toEqual([{ word: 'a' }, { word: 'b' }, { word: 'c' }, null]);
    });

    test('F020 messages to a flow that still queues are kept', async () => {
      const [gate, heard] = [Promise.withResolvers<void>(), [] as unknown[]];
      await start('holder', (flow) => flow.step('hold', () => gate.promise), 'one place');
      await start('waiter', async (flow) => void heard.push(await flow.inbox(5_000)), 'one place');
      await engine.tell('waiter', 'kept', 'waiter/1');
      expect(await statusOf('waiter')).toBe('open');
      gate.resolve();
      await ended('holder', 'waiter');
      expect(heard).toEqual(['kept']);
    });

    test('a message is heard once for each key, also when it is told again after it was heard', async () => {
      const heard: unknown[] = [];
      await start('keyed', async (flow) => {
        for (let count = 0; count < 3; count += 1) heard.push(await flow.inbox(count < 2 ? 5_000 : 300));
      });
      await engine.tell('keyed', 1, 'keyed/same');
      await engine.tell('keyed', 2, 'keyed/same');
      await expect.poll(() => heard.length).toBe(1);
      await engine.tell('keyed', 3, 'keyed/same');
      await engine.tell('keyed', 4, 'keyed/other');
      await ended('keyed');
      expect(heard).toEqual([1, 4, null]);
    });

    test('an empty inbox answers null in its time, and a message ends the wait at once', async () => {
      const waits: { answer: unknown; tookMs: number }[] = [];
      await start('waits', async (flow) => {
        for (const timeoutMs of [0, 250, 60_000]) {
          const beganAt = performance.now();
          const answer = await flow.inbox(timeoutMs);
          waits.push({ answer, tookMs: performance.now() - beganAt });
        }
      });
      await expect.poll(() => waits.length, { timeout: 5_000 }).toBe(2);
      await engine.tell('waits', 'now', 'waits/1');
      await ended('waits');
      expect(waits.map((each) => each.answer)).toEqual([null, null, 'now']);
      expect(waits[1]!.tookMs).toBeGreaterThan(240);
      expect(waits[2]!.tookMs).toBeLessThan(10_000);
    });

    test('flows with one lock run one after another in the order of their start; another lock does not wait', async () => {
      const seen: string[] = [];
      const script = (id: string) => async (flow: FlowContext) => {
        seen.push(`${id} begins`);
        await flow.step('work', () => sleep(30));
        seen.push(`${id} ends`);
      };
      const ids = ['l1', 'l2', 'l3', 'l4'];
      for (const id of ids) await start(id, script(id), 'shared');
      await start('free', script('free'), 'not shared');
      await ended(...ids, 'free');
      expect(seen.filter((line) => line.startsWith('l'))).toEqual(ids.flatMap((id) => [`${id} begins`, `${id} ends`]));
      expect(seen.indexOf('free begins')).toBeLessThan(seen.indexOf('l4 begins'));
    });

    test('F009 a flow that breaks gives its lock back', async () => {
      let ran = false;
      await start('breaks', () => Promise.reject(new Error('broken')), 'broken place');
      await start('behind', async () => void (ran = true), 'broken place');
      await ended('behind');
      expect(ran).toBe(true);
    });

    test('a flow starts once for each id, also after it has ended', async () => {
      let runs = 0;
      const script: Script = async (flow) => void (await flow.step('count', async () => (runs += 1)));
      await start('once', script);
      await start('once', script);
      await ended('once');
      await start('once', script);
      await sleep(300);
      expect(runs).toBe(1);
      expect(await statusOf('once')).toBe('ended');
    });

    test('a spawned flow starts once for each id, holds no lock, and its word reaches the one that spawned it', async () => {
      let runs = 0;
      const heard: unknown[] = [];
      scripts.set('child', async (flow) => {
        await flow.step('count', async () => (runs += 1));
        await flow.tell('parent', 'done', `${flow.id}/ended`);
      });
      await start('parent', async (flow) => {
        await flow.spawn('script', 'child', {});
        await flow.spawn('script', 'child', {});
        heard.push(await flow.inbox(5_000), await flow.inbox(200));
      });
      await ended('parent', 'child');
      expect([runs, heard]).toEqual([1, ['done', null]]);
    });

    test.each(['heeds', 'ignores'])('a flow that is cut off and %s the signal tells nothing', async (manner) => {
      const [parent, child] = [`cutter ${manner}`, `cut ${manner}`];
      const heard: unknown[] = [];
      const aborted = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      scripts.set(child, async (flow) => {
        await flow.step('look', async (signal) => {
          begun.resolve();
          signal.addEventListener('abort', () => aborted.resolve());
          await aborted.promise;
          if (manner === 'heeds') signal.throwIfAborted();
          return 'an answer';
        });
        await flow.tell(parent, 'too late', `${child}/ended`);
      });
      await start(parent, async (flow) => {
        await flow.spawn('script', child, {});
        await flow.step('wait', () => begun.promise);
        await flow.cutOff(child);
        heard.push(await flow.inbox(500));
      });
      await Promise.race([aborted.promise, sleep(5_000).then(() => Promise.reject(new Error('not cut off in 5 s')))]);
      await ended(parent, child);
      expect(heard).toEqual([null]);
    });

    test('an answer is recorded once, and its effect runs once', async () => {
      const counts: number[] = [];
      const answers: unknown[] = [];
      let effects = 0;
      await start('steps', async (flow) => {
        for (let count = 0; count < 3; count += 1) {
          counts.push(await flow.recorded());
          answers.push(await flow.step('same name', async () => ({ effect: (effects += 1), list: [null, 'ä'] })));
        }
        counts.push(await flow.recorded());
      });
      await ended('steps');
      expect(answers).toEqual([1, 2, 3].map((effect) => ({ effect, list: [null, 'ä'] })));
      expect(counts.map((count) => count - counts[0]!)).toEqual([0, 1, 2, 3]);
    });

    test('steps begun together each get their own answer', async () => {
      let answers: readonly number[] = [];
      await start('together', async (flow) => {
        const works = [30, 10, 20].map((ms) => flow.step(`sleep ${ms}`, () => sleep(ms, ms)));
        answers = await Promise.all(works);
      });
      await ended('together');
      expect(answers).toEqual([30, 10, 20]);
    });

    test('an effect that breaks tells its flow why, and the flow can go on', async () => {
      const said: string[] = [];
      await start('catches', async (flow) => {
        await flow
          .step('break', () => Promise.reject(new Error('no disk')))
          .catch((error: Error) => said.push(error.message));
        said.push(await flow.step('after', async () => 'goes on'));
      });
      await ended('catches');
      expect(said).toEqual(['no disk', 'goes on']);
    });

    test('F010 a flow without an id is refused, and so is a message to nobody', async () => {
      const refused: string[] = [];
      await expect(engine.start('script', '', {}, { lock: 'lock', number: 1 })).rejects.toThrow(/id/);
      await expect(engine.tell('nobody', 'word', 'nobody/1')).rejects.toThrow(/no flow|non-existent/i);
      await expect(engine.tell('', 'word', '/1')).rejects.toThrow(/no flow|non-existent/i);
      await start('spawner', async (flow) => {
        await flow.spawn('script', '', {}).catch((error: Error) => refused.push(error.message));
      });
      await ended('spawner');
      expect(refused).toEqual([expect.stringContaining('id')]);
    });

    test('a flow that was never started is not found; one that waits is open, and belongs to this version', async () => {
      expect(await engine.find('never')).toBeNull();
      await start('open', async (flow) => void (await flow.inbox(60_000)));
      await expect.poll(async () => (await engine.find('open'))?.owner).toEqual(expect.any(String));
      expect(await engine.find('open')).toMatchObject({ status: 'open', reason: null, otherVersion: null });
      await engine.tell('open', 'end', 'open/1');
      await ended('open');
    });

    test('F014 a flow that breaks says why when it is asked for', async () => {
      await start('says why', () => Promise.reject(new Error('no plan')));
      await expect.poll(() => statusOf('says why'), { timeout: 10_000 }).toBe('broken');
      expect((await engine.find('says why'))?.reason).toContain('no plan');
    });

    test('an abandoned flow never goes on, nor what it spawned, and gives its lock back', async () => {
      const begun: string[] = [];
      const wait: Script = async (flow) => {
        begun.push(flow.id);
        await flow.inbox(60_000);
        begun.push(`${flow.id} goes on`);
      };
      scripts.set('given up/1', wait);
      await start(
        'given up',
        async (flow) => {
          await flow.spawn('script', 'given up/1', {});
          await wait(flow);
        },
        'abandoned place',
      );
      await start('after it', async (flow) => void begun.push(flow.id), 'abandoned place');
      await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(2);
      await engine.abandon('given up');
      await ended('given up', 'given up/1', 'after it');
      await engine.tell('given up', 'word', 'given up/word').catch(() => {});
      await sleep(100);
      expect(begun.toSorted()).toEqual(['after it', 'given up', 'given up/1']);
    });
  });
}

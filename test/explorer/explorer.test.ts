import { describe as group, expect, test } from 'vitest';
import * as rules from '../../src/domain/deployment.ts';
import { describe, explore } from './explore.ts';
import { scenarios } from './scenarios.ts';
import { protocol, scenario, type Protocol, type Scenario } from './world.ts';

group('the whole bounded world', () => {
  let states = 0;
  let tookMs = 0;
  // Time of the processor, not of the clock: other tests run beside this one.
  const usedMs = (): number => process.cpuUsage().user / 1_000;

  test.each(scenarios)('F001 F006 F078 F080 $name', { timeout: 120_000 }, (scenario) => {
    const beganAt = usedMs();
    const { violation, ...size } = explore(rules, scenario);
    tookMs += usedMs() - beganAt;
    states += size.states;
    console.log(`${size.scenario}: ${size.states} states, ${size.moves} moves, ${size.ends} ends`);
    expect(violation && describe(violation)).toBeNull();
    expect(size.ends).toBeGreaterThan(100);
  });

  test('is large enough to mean something, and small enough to be walked every time', () => {
    console.log(`explorer: ${states} states in ${(tookMs / 1_000).toFixed(1)} s`);
    expect(states).toBeGreaterThanOrEqual(10_000);
    expect(tookMs).toBeLessThan(60_000);
  });
});

group('without one of its protections the explorer shows the shortest way to harm', () => {
  const without = (part: keyof Protocol, parts: Partial<Scenario> = {}): Scenario =>
    scenario(`without ${part}`, { crashes: 1, strays: 1, ...parts, protocol: { ...protocol, [part]: false } });
  const controls: readonly (readonly [keyof Protocol, Partial<Scenario>, RegExp])[] = [
    ['targetsFence', {}, /the traffic is where it was|never dark|does not run|is stopped only/],
    ['claimsNeedLease', {}, /the traffic is where it was|never dark|does not run|is stopped only/],
    ['stopsLook', { careless: ['switch', 'bake'], rehearses: false }, /never dark/],
    ['bakeLooks', { careless: ['switch'], rehearses: false }, /an end can be reached/],
    ['backLooks', { kills: 1 }, /sick/],
    ['backLooks', { kills: 1, rehearses: false }, /sick/],
    ['forthLooks', { kills: 1 }, /sick/],
    ['stopsEndPreview', { previews: true, rehearses: false }, /preview/],
    ['recordsFollowState', { rehearses: false }, /recorded/],
  ];

  test.each(controls)('%s', (part, parts, rule) => {
    const { violation } = explore(rules, without(part, parts));
    expect(violation?.rule).toMatch(rule);
    expect(violation!.trace.length).toBeGreaterThan(5);
    console.log(`without ${part}, ${describe(violation!)}`);
  });
});

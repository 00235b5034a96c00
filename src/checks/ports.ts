import { z } from 'zod';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { worst } from '../domain/outcome.ts';
import { portAdvice } from '../kinds/troubleshooting.ts';
import { counted } from '../kinds/wording.ts';

const schema = z.strictObject({
  ports: z
    .array(z.int().min(1).max(65_535))
    .default([])
    .describe('Ports that must be free beside the public ones of the environment.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address of this machine on which those must be free.'),
});
export type PortsConfig = z.infer<typeof schema>;

interface Port {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `ours`: the project's own services or edge hold it. */
  readonly status: 'free' | 'ours' | 'held';
  readonly owner: string | null;
}
export interface PortsData {
  readonly ports: readonly Port[];
}

export const ports: Check<PortsConfig, PortsData> = {
  kind: 'ports',
  summary:
    'Looks whether the ports that the environment needs are free or held by the project itself, and not asked for twice.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<PortsData>> {
    const more = config.ports.map((port) => ({ name: `port ${port}`, host: config.host, port, heldByUs: false }));
    const wanted = [...context.ports, ...more];
    if (wanted.length === 0) {
      const next = 'Give the services a port in greenroom.yaml, or leave this check out.';
      return { status: 'not-measured', reason: `The environment ${context.environment} needs no port.`, next };
    }
    const seen: Port[] = [];
    for (const { name, host, port, heldByUs } of wanted) {
      signal.throwIfAborted();
      const { free, owner } = heldByUs ? { free: false, owner: null } : await context.effects.tcp.isFree(host, port);
      seen.push({ name, host, port, status: heldByUs ? 'ours' : free ? 'free' : 'held', owner });
    }
    return { status: 'measured', data: { ports: seen } };
  },

  judge(_, data): Judgement {
    const findings = data.ports.map((port) => findingOf(port, data.ports));
    const outcome = worst(findings.map((finding) => finding.outcome));
    const wrong = findings.filter((finding) => finding.outcome !== 'pass');
    if (wrong.length === 0)
      return { outcome, reason: `${counted(data.ports.length, 'port')} free or held by the project itself.`, findings };
    const reason = `${counted(wrong.length, 'port')} not available: ${wrong.map((finding) => `${finding.name} is ${finding.value}`).join('; ')}.`;
    const owner = data.ports.find((port) => port.status === 'held')?.owner ?? null;
    return { outcome, reason, findings, ...portAdvice(owner) };
  },
};

function findingOf(port: Port, all: readonly Port[]): Finding {
  const name = `${port.name} (${port.host}:${port.port})`;
  const threshold = 'free, or held by the project';
  const rivals = all.filter((other) => other !== port && other.port === port.port && overlap(other.host, port.host));
  if (rivals.length > 0) {
    return {
      name,
      outcome: 'fail',
      value: `asked for twice, by ${rivals.map((rival) => rival.name).join(', ')} too`,
      threshold,
    };
  }
  if (port.status !== 'held')
    return { name, outcome: 'pass', value: port.status === 'free' ? 'free' : 'held by the project', threshold };
  return { name, outcome: 'fail', value: port.owner === null ? 'not free' : `held by ${port.owner}`, threshold };
}

const everywhere = new Set(['0.0.0.0', '::', '*']);
const overlap = (a: string, b: string): boolean => a === b || everywhere.has(a) || everywhere.has(b);

import { command } from './command.ts';
import { compose } from './compose.ts';
import { githubWorkflow } from './github-workflow.ts';
import { haproxies } from './haproxies.ts';
import { http } from './http.ts';
import type { PlatformKind } from './platform.ts';
import { swarm } from './swarm.ts';

/** Every driver that Greenroom has, with the edge but where it says otherwise. A new driver gets its line here. */
export const platforms = {
  process: { needs: [], open: async () => ({ staging: { driver: { kind: 'process' } } }) },
  'process-haproxy': {
    needs: ['haproxy'],
    open: async () => ({ staging: { driver: { kind: 'process' }, traffic: { kind: 'haproxy' } } }),
  },
  'process-haproxies': { needs: ['haproxy'], open: haproxies },
  command: { needs: [], open: command },
  http: { needs: [], open: http },
  'github-workflow': { needs: [], open: githubWorkflow },
  compose: { needs: ['docker', 'haproxy'], open: compose },
  swarm: { needs: ['a swarm', 'haproxy'], open: swarm },
} satisfies Record<string, PlatformKind>;
export type PlatformName = keyof typeof platforms;

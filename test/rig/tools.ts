// What of this machine a bench or a kill loop cannot do without.
import { spawnSync } from 'node:child_process';
import { dockerProgram } from '../../src/drivers/compose/testing/docker.ts';
import { haproxyProgram } from '../../src/haproxy/testing/rig.ts';
import { noSwarm } from './swarm.ts';

const hasCompose = (): boolean => spawnSync('docker', ['compose', 'version']).status === 0;
const tools = {
  docker: () => dockerProgram() !== null,
  haproxy: () => haproxyProgram() !== null,
  'a swarm': () => noSwarm() === null && hasCompose(),
};
export type Tool = keyof typeof tools;

export const missingTools = (needs: readonly Tool[]): readonly Tool[] => needs.filter((tool) => !tools[tool]());

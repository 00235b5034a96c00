import { commandHost } from '../../../effects/command-host.ts';
import { obey, ordered } from '../../../kinds/testing/plane.ts';
import { commandDriver } from '../../command.ts';
import type { CommandConfig } from '../scene.ts';

await obey(commandDriver(commandHost()), ordered<CommandConfig>());

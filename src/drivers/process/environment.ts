import { fail } from '../../domain/failure.ts';
import type { Slot, SlotService } from '../../kinds/driver.ts';

export type Ports = Readonly<Record<string, number>>;

/** `media-api` → `MEDIA_API_URL`. */
const urlVariable = (service: string): string => `${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`;

/** All a service learns: its own variables, its place, and where its neighbours of the same colour are. Pure. */
export function serviceVariables(
  slot: Slot,
  service: SlotService,
  ports: Ports,
  inherited: Readonly<Record<string, string>>,
): Record<string, string> {
  for (const name of Object.keys(service.variables)) assertName(name, service.name);
  const urls = Object.entries(ports).map(([name, port]) => [urlVariable(name), `http://${slot.host}:${port}`] as const);
  return {
    ...inherited,
    ...service.variables,
    ...Object.fromEntries(urls),
    PORT: String(ports[service.name]),
    HOST: slot.host,
    GREENROOM_RELEASE: slot.release.id,
    GREENROOM_ENVIRONMENT: slot.environment,
    GREENROOM_COLOUR: slot.colour,
    GREENROOM_OPERATION: slot.operation,
  };
}

/** The shell at the gate hands on only such names; a variable must not vanish without a word. */
function assertName(name: string, service: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  fail({
    code: 'GR6403',
    message: `${service} cannot be given a variable named ${JSON.stringify(name)}.`,
    where: `services.${service}.variables`,
    do: 'Use letters, digits and underscores, not beginning with a digit.',
  });
}

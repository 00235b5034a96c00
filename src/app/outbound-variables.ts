import { purposeOf, reachOf } from '../domain/refresh/outbound.ts';
import type { Project } from '../domain/project.ts';
import { environmentOf } from './plan-deployment.ts';
import type { ResolvedVariables, World } from './world.ts';

export interface SharedVariable {
  readonly name: string;
  /** Its name in the other environment. */
  readonly there: string;
  /** For people: `mail`, `payment`, `messaging`, `webhook`, `address`. */
  readonly purpose: string;
}

export interface OutboundVariables {
  /** Addresses that both environments send to; keys and passwords are the check `parity`'s. */
  readonly shared: readonly SharedVariable[];
  /** How many of either could not be resolved on this machine, so they were not compared. */
  readonly unreadCount: number;
}

const addresses: readonly (string | null)[] = ['url', 'email', 'host', 'phone'];
/** Databases and caches of greenroom.yaml are guarded elsewhere. */
const isSetting = ({ name }: { readonly name: string }): boolean => !/^(?:databases|caches)\./.test(name);
const ownName = (place: string): string => place.slice(place.lastIndexOf('.') + 1);

/** What the target would send to where the source sends to. Names only. */
export async function outboundVariables(
  world: Pick<World, 'resolveVariables'>,
  project: Project,
  target: string,
  source: string,
): Promise<OutboundVariables> {
  const [here, there] = (await Promise.all(
    [target, source].map((name) => world.resolveVariables(project, environmentOf(project, name))),
  )) as [ResolvedVariables, ResolvedVariables];
  const byValue = new Map(there.places.filter(isSetting).map(({ name, value }) => [value, name]));
  const secrets = new Set(here.secrets);
  const shared = here.places.filter(isSetting).flatMap(({ name, value }): readonly SharedVariable[] => {
    const other = byValue.get(value);
    if (other === undefined || secrets.has(value)) return [];
    if (!addresses.includes(reachOf(ownName(name), value))) return [];
    return [{ name, there: other, purpose: purposeOf(name, value) }];
  });
  return { shared, unreadCount: here.missing.length + there.missing.length };
}

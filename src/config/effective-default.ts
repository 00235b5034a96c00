import type { Project } from '../domain/project.ts';
import { durationText } from './schema-node.ts';

const list = (items: readonly string[]): string => `[${items.join(', ')}]`;

/** Defaults that depend on the rest of the file, as they would be written; null for fields that have none such. */
export function effectiveDefault(project: Project, path: readonly string[]): string | null {
  const [room, name, field, member, last] = path;
  if (room === 'path' && path.length === 1) return list(project.path);
  if (room === 'phases' && field === 'checks' && path.length === 5) return ofCheck(project, name, member, last);
  if (room === 'phases' && path.length === 3) {
    const phase = project.phases.find((one) => one.name === name);
    if (field === 'budget' && phase) return durationText(phase.budgetMs);
    if (field === 'work' && phase) return list(phase.work);
  }
  if (room === 'environments' && path.length === 4) return ofEnvironment(project, name, field, member);
  if (field !== 'variable' || path.length !== 3) return null;
  const holders = room === 'databases' ? project.databases : room === 'caches' ? project.caches : [];
  return holders.find((one) => one.name === name)?.variable ?? null;
}

function ofCheck(
  project: Project,
  phase: string | undefined,
  name: string | undefined,
  field: string | undefined,
): string | null {
  const check = project.phases.find((one) => one.name === phase)?.checks.find((one) => one.name === name);
  if (field === 'timeout' && check) return durationText(check.timeoutMs);
  return field === 'in' && check ? list(check.in) : null;
}

function ofEnvironment(
  project: Project,
  name: string | undefined,
  group: string | undefined,
  field: string | undefined,
): string | null {
  const environment = project.environments.find((one) => one.name === name);
  if (!environment || field === undefined) return null;
  if (group === 'ports') return Object.hasOwn(environment.ports, field) ? String(environment.ports[field]) : null;
  const { looks } = environment.bake;
  if (group === 'bake' && field === 'look-every' && looks) return durationText(looks.everyMs);
  if (group !== 'conditional') return null;
  if (field === 'then') return environment.conditional.then;
  if (field === 'owner') return environment.conditional.owner;
  return field === 'due-within' ? durationText(environment.conditional.dueWithinMs) : null;
}

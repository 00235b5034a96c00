import type { RefreshFile } from '../config/refresh.ts';
import { compareSchema, type Changes } from '../domain/refresh/changes.ts';
import type { Project } from '../domain/project.ts';
import type { SourceTable } from '../domain/refresh/source-schema.ts';
import { lookAtSource } from '../refresh/look-at-source.ts';
import { environmentOf } from './plan-deployment.ts';
import { findSource } from './refresh-environment.ts';
import type { World } from './world.ts';

export interface RefreshPlanWish {
  readonly project: Project;
  readonly environment: string;
  readonly file: RefreshFile;
  readonly signal: AbortSignal;
  onTable(done: number, count: number): void;
}

export interface RefreshPlan {
  readonly sourceEnvironment: string;
  readonly tables: readonly SourceTable[];
  readonly changes: Changes;
}

/** Looks at the source and says which of its columns need a rule, and which one. Writes nothing. */
export async function planRefresh(world: World, wish: RefreshPlanWish): Promise<RefreshPlan> {
  const { project, file, signal, onTable } = wish;
  const target = environmentOf(project, wish.environment);
  const { sourceEnvironment, sourceUrl } = await findSource(world, project, target, file);
  const tables = await lookAtSource({ url: sourceUrl, signal, onTable });
  return { sourceEnvironment, tables, changes: compareSchema(tables, file.rules, file.looked) };
}

import type { EvidenceBody } from '../domain/account.ts';
import { visible } from './escape.ts';

export type Plot = EvidenceBody['plots'][number];

/** So that it stays inside the drawing; title and legend have the whole. */
export const shortened = (label: string): string =>
  [...visible(label)].length > 44 ? `${[...visible(label)].slice(0, 43).join('')}…` : label;

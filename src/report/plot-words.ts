import { visible } from './escape.ts';

/** So that it stays inside the drawing; title and legend have the whole. */
export const shortened = (label: string): string =>
  [...visible(label)].length > 44 ? `${[...visible(label)].slice(0, 43).join('')}…` : label;

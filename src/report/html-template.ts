import { clipped, escapeHtml, visible, visibleBlock } from './escape.ts';

/** Markup that this program wrote. Only `html` makes it, so a string of an account can never pass for it. */
export class Html {
  readonly #markup: string;

  constructor(template: TemplateStringsArray, values: readonly HtmlValue[]) {
    this.#markup = template.reduce((made, part, index) => `${made}${markupOf(values[index - 1])}${part}`);
  }

  toString(): string {
    return this.#markup;
  }
}

/** Text that keeps its line breaks, for `<pre>`. */
interface TextBlock {
  readonly block: string;
}

export type HtmlValue = Html | TextBlock | string | number | null | undefined | false | readonly HtmlValue[];

const longestText = 4_000;

/**
 * Every value is escaped, markup is kept, lists are joined, nothing is nothing.
 * @example html`<td class="${kind}">${reason}</td>`
 */
export const html = (template: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  new Html(template, values);

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'string') return escapeHtml(clipped(visible(value), longestText));
  if ('block' in value) return escapeHtml(visibleBlock(value.block));
  return value.map(markupOf).join('');
}

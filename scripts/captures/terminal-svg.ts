/** What a terminal showed, as a picture: every stretch of one style stands at its column, whatever font the reader has. */
const cellWidth = 8.4;
const lineHeight = 18;
const margin = 16;

const inks: Readonly<Record<number, string>> = {
  31: '#ff8a85',
  32: '#5fd08a',
  33: '#e8b64c',
  34: '#82b7ff',
  35: '#c7a6ff',
  36: '#7ddbe0',
};
const plainInk = '#e7ebf0';
const dimInk = '#a3adba';

interface Style {
  readonly ink: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

interface Stretch {
  readonly column: number;
  readonly text: string;
  readonly style: Style;
}

const plain: Style = { ink: null, bold: false, dim: false };
// oxlint-disable-next-line no-control-regex -- the escape sequences are what is read
const sequence = /\u001b\[([0-9;]*)([A-Za-z])/g;

export function terminalSvg(command: string, output: string, columns: number): string {
  const lines = [`\u001b[32m$\u001b[0m \u001b[1m${command}\u001b[0m`, '', ...output.trimEnd().split('\n')];
  const width = Math.ceil(columns * cellWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>Output of ${escaped(command)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#0e1116"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${plainInk}" xml:space="preserve">`,
    ...drawn(lines, columns),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** One row a line; what is longer than the terminal is cut, and says so. */
function drawn(lines: readonly string[], columns: number): string[] {
  let style = plain;
  return lines.flatMap((line, row) => {
    const read = stretches(line, style, columns);
    style = read.style;
    if (read.stretches.length === 0) return [];
    const y = margin + (row + 0.75) * lineHeight;
    return [`<text y="${y}">${read.stretches.map(span).join('')}</text>`];
  });
}

function stretches(line: string, begin: Style, columns: number): { stretches: Stretch[]; style: Style } {
  const found: Stretch[] = [];
  let style = begin;
  let column = 0;
  let at = 0;
  const take = (text: string) => {
    const room = [...text].slice(0, Math.max(0, columns - column));
    const shown = room.join('');
    // Renderers close up rows of spaces, so that what stands between them gets a place of its own.
    for (const word of shown.matchAll(/\S+(?: \S+)*/g))
      found.push({ column: column + [...shown.slice(0, word.index)].length, text: word[0], style });
    column += [...text].length;
  };
  for (const match of line.matchAll(sequence)) {
    take(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = styled(style, match[1] ?? '');
  }
  take(line.slice(at));
  if (column > columns && found.length > 0) {
    const last = found.at(-1)!;
    found[found.length - 1] = { ...last, text: `${[...last.text].slice(0, -1).join('')}…` };
  }
  return { stretches: found, style };
}

function styled(style: Style, codes: string): Style {
  return codes.split(';').reduce<Style>((now, text) => {
    const code = Number(text);
    if (code === 0) return plain;
    if (code === 1) return { ...now, bold: true };
    if (code === 2) return { ...now, dim: true };
    if (code === 22) return { ...now, bold: false, dim: false };
    if (code === 39) return { ...now, ink: null };
    return inks[code] ? { ...now, ink: inks[code] } : now;
  }, style);
}

function span({ column, text, style }: Stretch): string {
  const x = (margin + column * cellWidth).toFixed(1);
  const length = ([...text].length * cellWidth).toFixed(1);
  const ink = style.ink ?? (style.dim ? dimInk : null);
  const fill = ink === null ? '' : ` fill="${ink}"`;
  const weight = style.bold ? ' font-weight="700"' : '';
  return `<tspan x="${x}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${fill}${weight}>${escaped(text)}</tspan>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

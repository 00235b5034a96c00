import { styleText } from 'node:util';
import type { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { visible, visibleBlock } from '../report/escape.ts';

/** Where a command's words go: people read standard error and output as lines, programs read one JSON document on standard output. */
export interface Output {
  readonly isJson: boolean;
  /** A terminal that can redraw a line. */
  readonly isLive: boolean;
  readonly isActions: boolean;
  readonly width: number;
  /** One line, whatever the text holds: names, reasons and notices of others are shown and never obeyed; only what `style` painted is colour. */
  line(text?: string): void;
  /** Lines that a report has drawn and made visible itself. */
  block(text: string): void;
  /** What `line` prints, without the end of the line. */
  drawn(text: string): string;
  /** Progress beside the result, one line; silent with --json. */
  note(text: string): void;
  json(value: unknown): void;
  failures(failures: readonly Failure[]): void;
  /** Paints text for `line`; the colour itself is put in when it is printed. */
  style(format: Style, text: string): string;
}

const styles = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;
type Style = (typeof styles)[number];

/** Half of a surrogate pair stands for a colour until it is printed: no text that came as UTF-8 holds one, so nobody else can paint. */
const firstMark = 0xdc00;
const marks = /([\uDC00-\uDC0B])/;
const codes = styles.flatMap((format) => styleText(format, '\n', { validateStream: false }).split('\n'));
const mark = (format: Style, end: 0 | 1): string => String.fromCharCode(firstMark + 2 * styles.indexOf(format) + end);

/** Text between the marks as `show` draws it, marks as colours. */
const painted = (text: string, show: (part: string) => string): string =>
  text
    .split(marks)
    .map((part, index) => (index % 2 === 1 ? codes[part.charCodeAt(0) - firstMark] : show(part)))
    .join('');

export function openOutput(isJson: boolean, variables: Readonly<Record<string, string | undefined>>): Output {
  const { stdout, stderr } = process;
  const isColour =
    !isJson &&
    (variables['FORCE_COLOR'] ? variables['FORCE_COLOR'] !== '0' : stdout.isTTY === true) &&
    !variables['NO_COLOR'] &&
    variables['TERM'] !== 'dumb';
  const style = (format: Style, text: string) => (isColour ? `${mark(format, 0)}${text}${mark(format, 1)}` : text);
  const drawn = (text: string) => (isColour ? painted(text, visible) : visible(text));
  const json = (value: unknown) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  return {
    ...{ isJson, style, json, drawn },
    isLive: !isJson && stdout.isTTY === true && variables['TERM'] !== 'dumb' && !variables['CI'],
    isActions: !isJson && variables['GITHUB_ACTIONS'] === 'true',
    width: stdout.columns ?? 100,
    line: (text = '') => void (isJson ? undefined : stdout.write(`${drawn(text)}\n`)),
    block: (text) => void (isJson ? undefined : stdout.write(`${text}\n`)),
    note: (text) => void (isJson ? undefined : stderr.write(`${drawn(style('dim', text))}\n`)),
    failures: (failures) => {
      if (isJson) json({ ok: false, failures: failures as unknown as Json });
      else {
        const text = failures.map((failure) => failureText(failure, style)).join('\n');
        stderr.write(`${isColour ? painted(text, (part) => part) : text}\n`);
      }
    },
  };
}

/** Messages carry what others wrote, a log's last lines or a name: shown, never obeyed. */
function failureText({ code, message, where, do: remedy }: Failure, style: Output['style']): string {
  const lines = [`${style('red', code)}  ${visibleBlock(message)}`];
  if (where !== undefined) lines.push(`  ${style('dim', 'where')}  ${visibleBlock(where)}`);
  if (remedy !== undefined) lines.push(`  ${style('dim', 'do')}     ${visibleBlock(remedy)}`);
  return lines.join('\n');
}

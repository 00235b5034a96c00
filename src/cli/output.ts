import { styleText } from 'node:util';
import type { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { visibleBlock } from '../report/escape.ts';

/** Where a command's words go: people read standard error and output as lines, programs read one JSON document on standard output. */
export interface Output {
  readonly isJson: boolean;
  /** A terminal that can redraw a line. */
  readonly isLive: boolean;
  readonly isActions: boolean;
  readonly width: number;
  line(text?: string): void;
  /** Progress beside the result; silent with --json. */
  note(text: string): void;
  json(value: unknown): void;
  failures(failures: readonly Failure[]): void;
  style(format: Style, text: string): string;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export function openOutput(isJson: boolean, variables: Readonly<Record<string, string | undefined>>): Output {
  const { stdout, stderr } = process;
  const isColour =
    !isJson &&
    (variables['FORCE_COLOR'] ? variables['FORCE_COLOR'] !== '0' : stdout.isTTY === true) &&
    !variables['NO_COLOR'] &&
    variables['TERM'] !== 'dumb';
  const style = (format: Style, text: string) => (isColour ? styleText(format, text, { validateStream: false }) : text);
  const json = (value: unknown) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  return {
    ...{ isJson, style, json },
    isLive: !isJson && stdout.isTTY === true && variables['TERM'] !== 'dumb' && !variables['CI'],
    isActions: !isJson && variables['GITHUB_ACTIONS'] === 'true',
    width: stdout.columns ?? 100,
    line: (text = '') => void (isJson ? undefined : stdout.write(`${text}\n`)),
    note: (text) => void (isJson ? undefined : stderr.write(`${style('dim', text)}\n`)),
    failures: (failures) => {
      if (isJson) json({ ok: false, failures: failures as unknown as Json });
      else stderr.write(`${failures.map((failure) => failureText(failure, style)).join('\n')}\n`);
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

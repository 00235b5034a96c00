/** Where something is written. Line and column count from 1. */
export interface Position {
  /** As people write it: relative to the project's folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the top of the file to a field. */
export type Path = readonly (string | number)[];

export const positionText = (at: Position): string => `${at.file}:${at.line}:${at.column}`;

/** @example pathText(['phases', 'health', 'checks', 0, 'kind']) === 'phases.health.checks[0].kind' */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const plain = /^[\w$-]+$/.test(key) ? key : JSON.stringify(key);
    return text === '' ? plain : `${text}.${plain}`;
  }, '');
}

export function whereText(at: Position | null, path: Path): string {
  const field = pathText(path);
  if (!at) return field;
  return field === '' ? positionText(at) : `${positionText(at)}  (${field})`;
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Import {
  readonly to: string;
  readonly isType: boolean;
}

export interface SourceFile {
  /** Below `src`, with slashes: `checks/http.ts`. */
  readonly path: string;
  /** First folder, or the file itself when it stands on the roof. */
  readonly room: string;
  readonly text: string;
  /** Without comments and the contents of strings. */
  readonly code: string;
  readonly imports: readonly Import[];
  readonly lineCount: number;
}

/** Every TypeScript file and page below `<root>/src`; tests and what only they use are left to `isTest`. */
export function readHouse(root: string): readonly SourceFile[] {
  const source = path.join(root, 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => /\.(ts|md)$/.test(name))
    .toSorted()
    .map((name) => readSource(source, name));
}

export const isTest = ({ path: name }: Pick<SourceFile, 'path'>): boolean =>
  name.endsWith('.test.ts') || name.includes('/testing/');

export const isCode = (file: SourceFile): boolean => file.path.endsWith('.ts') && !isTest(file);

function readSource(source: string, name: string): SourceFile {
  const text = readFileSync(path.join(source, name), 'utf8');
  const imports = importsOf(text).map(({ to, isType }) => ({
    to: to.startsWith('.') ? path.posix.join(path.posix.dirname(name), to) : to,
    isType,
  }));
  return {
    path: name,
    room: name.split('/')[0]!,
    text,
    code: bare(text),
    imports,
    lineCount: text.split('\n').length - 1,
  };
}

/** `import … from`, `export … from`, `import '…'` and `import('…')`. */
export function importsOf(text: string): readonly Import[] {
  const clause = String.raw`(?:\*(?: as \w+)?|\w+(?:, *\{[^}]*\})?|\{[^}]*\})`;
  const statements = text.matchAll(new RegExp(String.raw`^(?:import|export) (type )?${clause} from '([^']+)'`, 'gm'));
  const bareOnes = text.matchAll(/^import '([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm);
  return [
    ...[...statements].map(([, type, to]) => ({ to: to!, isType: type !== undefined })),
    ...[...bareOnes].map(([, effect, dynamic]) => ({ to: (effect ?? dynamic)!, isType: false })),
  ];
}

/** Comments and the insides of strings blanked, so that a rule meets code only. Templates are kept: they hold code. */
const bare = (text: string): string =>
  text.replaceAll(/'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|(?<![:\\/])\/\/[^\n]*/g, (found) =>
    found.startsWith("'") ? "''" : ' ',
  );

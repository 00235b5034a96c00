// `npm run new check <name>`: writes a plug with its test and its page, and its line in the registry.
import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkPage, checkPlug, checkTest } from './new-plug/check-template.ts';

/** The line in the register above which the generator writes. */
const MARKER = '// new check: above this line';
const REGISTER = 'src/plugs.ts';

/** One-word names that cannot be a constant. */
const RESERVED = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof let new null return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  ),
);

class Refused extends Error {}

/** Answers the files written or changed. Nothing is written when anything is in the way. */
export async function newCheck(root: string, name: string): Promise<readonly string[]> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Refused(
      `"${name}" is no name for a check.\n  do     Use small letters, digits and hyphens, such as "dns" or "disk-space".`,
    );
  }
  if (RESERVED.has(name))
    throw new Refused(`"${name}" is a word of TypeScript.\n  do     Choose another name, such as "${name}-rule".`);
  const folder = path.join(root, 'src/checks');
  const identifier = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const files = [
    [path.join(folder, `${name}.ts`), checkPlug(name, identifier)],
    [path.join(folder, `${name}.test.ts`), checkTest(name, identifier)],
    [path.join(folder, `${name}.md`), checkPage(name)],
  ] as const;
  for (const [file] of files) {
    if (await exists(file))
      throw new Refused(
        `${path.relative(root, file)} is there already.\n  do     Choose another name, or edit that one.`,
      );
  }
  const registerFile = path.join(root, REGISTER);
  const register = await registered(registerFile, name, identifier);
  for (const [file, text] of files) await writeFile(file, text, { flag: 'wx' });
  await writeFile(registerFile, register);
  return [...files.map(([file]) => file), registerFile].map((file) => path.relative(root, file));
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function registered(file: string, name: string, identifier: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.split(MARKER).length !== 2) {
    throw new Refused(
      `${REGISTER} must have the line "${MARKER}" once.\n  do     Put it back, below the last register(…) of the checks.`,
    );
  }
  if (new RegExp(`\\b${identifier}\\b`).test(text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''))) {
    throw new Refused(`${REGISTER} has something called "${identifier}" already.\n  do     Choose another name.`);
  }
  const lines = text.replace(MARKER, `register(${identifier}),\n  ${MARKER}`).split('\n');
  const first = lines.findIndex((line) => /^import .* from '\.\/checks\//.test(line));
  lines.splice(Math.max(first, 0), 0, `import { ${identifier} } from './checks/${name}.ts';`);
  return lines.join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [kind, name] = positionals;
  if (kind !== 'check' || name === undefined || positionals.length !== 2) {
    console.error(
      'npm run new check <name>\n  do     Name the kind of plug (check) and the plug, such as "npm run new check dns".',
    );
    return 2;
  }
  try {
    const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
    const files = await newCheck(root, name);
    console.log(
      `Written:\n${files.map((file) => `  ${file}`).join('\n')}\nThe check counts files until you write what it shall ask. Run: npm test src/checks/${name}.test.ts`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    return 2;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

// What others wrote and dist/ holds, with the terms under which they let it be passed on.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const isTerms = (name) => /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i.test(name);

/** The folder of the package that a module belongs to, the innermost one with a name; null for one of our own. */
function packageOf(module) {
  const file = module.replace(/^\0/, '').replace(/\?.*$/, '');
  if (!file.includes('/node_modules/')) return null;
  for (let folder = path.dirname(file); path.basename(folder) !== 'node_modules'; folder = path.dirname(folder))
    if (existsSync(path.join(folder, 'package.json')) && readPackage(folder).name) return folder;
  throw new Error(`no package has ${file}`);
}

const readPackage = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** One text for all packages that these modules come from, by name. Throws for one that does not say its licence. */
export function licencesOf(modules) {
  const folders = [...new Set(modules.map(packageOf))].filter((folder) => folder !== null);
  const parts = folders.map((folder) => {
    const { name, version, license, author } = readPackage(folder);
    if (typeof license !== 'string' || license === '') throw new Error(`${name} ${version} does not say its licence`);
    const texts = readdirSync(folder)
      .filter(isTerms)
      .toSorted()
      .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
    const by = typeof author === 'string' ? author : author?.name;
    const said = texts.length > 0 ? texts : [`The package has no text of its licence.${by ? ` It is by ${by}.` : ''}`];
    return [`${name} ${version} (${license})`, ...said].join('\n\n');
  });
  return `${['Greenroom is built with these packages.', ...parts.toSorted()].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

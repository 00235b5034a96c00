import { splitWords } from '../domain/words.ts';
import type { Repository } from './init-repository.ts';
import { whyUnusable } from './shape-parts.ts';
import { isReserved } from './yaml-tree.ts';

/** A thing that runs, as far as the repository tells. */
export interface FoundService {
  readonly name: string;
  readonly run: string;
  readonly port: number;
  readonly healthPath: string;
  /** What told so; null when it is only a guess to be corrected. */
  readonly evidence: string | null;
  /** What told its health path, where that is known for certain. */
  readonly healthEvidence: string | null;
}

const firstPort = 3000;
/** Settings and routes often stand in files beside the one that starts; this many are looked at. */
const filesBeside = 30;
const shellSigns = /[&|;<>$`]/;

/** Services by Procfile, else by `start` scripts, else by what Python projects look like, else one to be filled in. */
export function findServices(
  repository: Repository,
  scripts: Readonly<Record<string, string>>,
  defaultPort: number | null,
): readonly FoundService[] {
  const named = [fromProcfile(repository), fromScripts(scripts), fromPython(repository)].find(
    (found) => found.length > 0,
  ) ?? [{ name: 'app', run: 'node server.js', evidence: null }];
  const taken = new Set<number>();
  return named.map((service, index) => {
    const source = sourceOf(repository, service.run, scripts);
    let port = portIn(source) ?? (index === 0 ? defaultPort : null) ?? (defaultPort ?? firstPort) + index;
    while (taken.has(port)) port += 1;
    taken.add(port);
    return { ...service, port, healthPath: healthIn(source), healthEvidence: null };
  });
}

type Named = Pick<FoundService, 'name' | 'run' | 'evidence'>;

const nameOf = (text: string): string => {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  return name === '' || name in {} || isReserved(name) ? 'app' : name;
};

/** A command for a shell (`A=b program`, `a && b`) is given to one; a plain one runs without. */
const commandOf = (line: string): string => (isPlain(line) ? line : `sh -c ${quoted(line)}`);

/** Whether no shell is needed for it. */
export function isPlain(line: string): boolean {
  const argv = shellSigns.test(line) ? null : splitWords(line);
  return argv !== null && whyUnusable(argv) === null;
}

const quoted = (line: string): string => `"${line.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

function fromProcfile(repository: Repository): readonly Named[] {
  const lines = (repository.text('Procfile') ?? '').split(/\r?\n/);
  return lines.flatMap((line) => {
    const [, process = '', run = ''] = /^([\w-]+):\s*(\S.*?)\s*$/.exec(line) ?? [];
    return run === '' || process === 'release'
      ? []
      : [{ name: nameOf(process), run: commandOf(run), evidence: 'Procfile' }];
  });
}

function fromScripts(scripts: Readonly<Record<string, string>>): readonly Named[] {
  const starts = Object.entries(scripts).filter(
    ([name]) => name === 'start' || /^start:(?!dev|test|debug|watch|local|prod)[\w-]+$/.test(name),
  );
  return starts.map(([name, line]) => ({
    name: name === 'start' ? (starts.length > 1 ? 'backend' : 'app') : nameOf(name.slice('start:'.length)),
    // Without npm in between, the service gets its signals itself.
    run: /^node\s/.test(line) && isPlain(line) ? line : name === 'start' ? 'npm start' : `npm run ${name}`,
    evidence: `the script "${name}" of package.json`,
  }));
}

function fromPython(repository: Repository): readonly Named[] {
  const needs =
    `${repository.text('requirements.txt') ?? ''}\n${repository.text('pyproject.toml') ?? ''}`.toLowerCase();
  const top = repository.names('');
  const file = ['app', 'main', 'wsgi', 'server'].find((stem) => top.includes(`${stem}.py`)) ?? 'app';
  const listen = (run: string, evidence: string): readonly Named[] => [
    { name: 'app', run: `sh -c "exec ${run}"`, evidence },
  ];
  if (needs.includes('uvicorn') || needs.includes('fastapi'))
    return listen(`uvicorn ${file}:app --host 127.0.0.1 --port $PORT`, 'uvicorn or fastapi');
  if (needs.includes('gunicorn')) return listen(`gunicorn ${file}:app --bind 127.0.0.1:$PORT`, 'gunicorn');
  if (top.includes('manage.py')) return listen('python3 manage.py runserver 127.0.0.1:$PORT --noreload', 'manage.py');
  if (needs.includes('flask')) return listen('python3 -m flask run --host 127.0.0.1 --port $PORT', 'flask');
  return [];
}

/** The text of the file a command starts, where it is one of the repository's, then of those beside it. */
function sourceOf(repository: Repository, run: string, scripts: Readonly<Record<string, string>>): string {
  const script = /^npm (?:run )?([\w:-]+)$/.exec(run)?.[1];
  const line = (script && Object.hasOwn(scripts, script) ? scripts[script] : null) ?? run;
  const file = /([\w./-]+\.(?:[cm]?[jt]s|py))\b/.exec(line)?.[1] ?? /\b(\w+):app\b/.exec(line)?.[1]?.concat('.py');
  if (!file) return '';
  const entry = file.replace(/^\.\//, '');
  const folder = entry.includes('/') ? entry.slice(0, entry.lastIndexOf('/')) : '';
  const beside = repository
    .names(folder)
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .filter((name) => name !== entry && /\.([cm]?[jt]s|py)$/.test(name))
    .slice(0, filesBeside);
  return [entry, ...beside].map((name) => repository.text(name) ?? '').join('\n');
}

function portIn(source: string): number | null {
  const match =
    /PORT['"\])]*\s*(?:\?\?|\|\||,|or)\s*['"]?(\d{2,5})\b/.exec(source) ?? /\.listen\(\s*(\d{2,5})\b/.exec(source);
  const port = Number(match?.[1]);
  return port >= 1 && port <= 65_535 ? port : null;
}

const healthIn = (source: string): string =>
  /['"`](\/[\w/-]*(?:health|healthz|ready|status))['"`]/.exec(source)?.[1] ?? '/health';

import type { Failure } from '../../domain/failure.ts';
import type { File } from './mistakes.ts';

/** What somebody writes into `accept` who wants the empty text. */
const wordOf = (name: string): string => `unset-variable:${name}`;

/**
 * Variables of the compose file that nobody has set, each with every place that it fills. The CLI warns of them and goes on with an empty text,
 * which is how a production comes up without a password: here a person has to mean it. Pure.
 * @param said what the CLI of either generation said beside the file
 */
export function unsetVariables(said: string, files: readonly File[], accept: readonly string[]): readonly Failure[] {
  const names = [...said.matchAll(/The \\?"?(\w+)\\?"? variable is not set/g)].map(([, name]) => name!);
  return [...new Set(names)]
    .filter((name) => !accept.includes(wordOf(name)))
    .map((name) => ({
      code: 'GR6444',
      message: `A person must say that this is meant: the variable ${name} is not set, and the compose file takes an empty text for it.`,
      where: files.flatMap((file) => placesIn(file, name)).join(', ') || files.map(({ path }) => path).join(', '),
      do: `Set it among the variables of the environment, write "\${${name}-}" where empty is meant, or add "${wordOf(name)}" to "accept" of the driver; nothing was changed.`,
    }));
}

/** `docker-compose.yml:5:14` for each `$NAME` and `${NAME…}`; `$$` is a dollar and names nothing, and a line that is only a comment fills nothing. */
function placesIn({ path, text }: File, name: string): readonly string[] {
  const used = new RegExp(`(?<!\\$)(?:\\$\\$)*(?<dollar>\\$)(?:\\{${name}(?!\\w)|${name}(?!\\w))`, 'dg');
  return [...text.matchAll(used)].flatMap((match) => {
    const [at] = match.indices!.groups!['dollar']!;
    const lineStart = text.lastIndexOf('\n', at) + 1;
    if (text.slice(lineStart).trimStart().startsWith('#')) return [];
    return [`${path}:${text.slice(0, at).split('\n').length}:${at - lineStart + 1}`];
  });
}

/** Completion scripts. Each asks the program itself for the words that may come next: commands, options, environments. */
export function completion(shell: 'bash' | 'zsh' | 'fish'): string {
  return scripts[shell];
}

/** Lines are `word`, or word, tabulator and description; without a line the shell names files. */
const scripts = {
  bash: `_greenroom() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done < <(greenroom completion --words "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _greenroom greenroom
`,
  zsh: `#compdef greenroom
_greenroom() {
  local -a found told
  found=(\${(f)"$(greenroom completion --words "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  told=("\${(@)found/$'\\t'/:}")
  if (( $#found )); then _describe greenroom told; else _files; fi
}
if [ "$funcstack[1]" = _greenroom ]; then _greenroom "$@"; else compdef _greenroom greenroom; fi
`,
  fish: `function __greenroom_words
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  greenroom completion --words $words "$current" 2>/dev/null
end
complete -c greenroom -f -a '(__greenroom_words)'
complete -c greenroom -n 'test (count (__greenroom_words)) -eq 0' -F
`,
};

/** What is known of a word that may be typed. */
export interface Completed {
  readonly word: string;
  readonly about?: string;
}

/** The command line, as far as completion needs it. */
export interface CommandShape {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionShape[];
  /** Of each place: the words that it takes, or what stands there. */
  readonly places: readonly (readonly string[] | string)[];
}
export interface OptionShape {
  /** `-r` and `--release`, as many as there are. */
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

interface Asked {
  /** What stands behind `greenroom`; the last is being typed and may be empty. */
  readonly words: readonly string[];
  readonly commands: readonly CommandShape[];
  /** Options that every command takes. */
  readonly common: readonly OptionShape[];
  /** Names of the project's environments; asked only where one may stand. `project`: the value of `--project`. */
  readonly environments: (project: string | null) => readonly string[];
}

/** The words that may come next, those that begin as what is being typed. */
export function wordsFor({ words, commands, common, environments }: Asked): readonly Completed[] {
  const current = words.at(-1) ?? '';
  let command: CommandShape | null = null;
  let pending: OptionShape | null = null;
  let project: string | null = null;
  let place = 0;
  for (const word of words.slice(0, -1)) {
    const options: readonly OptionShape[] = [...(command?.options ?? []), ...common];
    if (pending) {
      if (pending.flags.includes('--project')) project = word;
      pending = null;
    } else if (word.startsWith('-'))
      pending = options.find((one) => one.takesValue && one.flags.includes(word)) ?? null;
    else if (command) place += 1;
    else command = commands.find((one) => one.name === word) ?? { name: word, about: '', options: [], places: [] };
  }
  const begins = (found: readonly Completed[]) => found.filter(({ word }) => word.startsWith(current));
  const named = (all: readonly string[]) => begins(all.map((word) => ({ word })));
  if (pending) {
    if (pending.choices.length > 0) return named(pending.choices);
    return pending.flags.includes('--environment') ? named(environments(project)) : [];
  }
  if (current.startsWith('-'))
    return begins([...(command?.options ?? []), ...common].map(({ flags, about }) => ({ word: flags.at(-1)!, about })));
  if (!command) return begins(commands.map(({ name, about }) => ({ word: name, about })));
  const here = command.places[place];
  if (here === undefined) return [];
  if (typeof here !== 'string') return named(here);
  return here === 'environment' || here === 'deployment' ? named(environments(project)) : [];
}

/** Completion scripts; commands only, generated from the program itself. */
export function completion(
  shell: 'bash' | 'zsh' | 'fish',
  commands: readonly { readonly name: string; readonly description: string }[],
): string {
  const names = commands.map((command) => command.name).join(' ');
  switch (shell) {
    case 'bash':
      return `complete -W "${names}" greenroom\n`;
    case 'zsh':
      return `#compdef greenroom\n_arguments '1: :((${commands.map(({ name, description }) => `${name}\\:"${description.replaceAll(/["':]/g, '')}"`).join(' ')}))'\n`;
    case 'fish':
      return commands
        .map(
          ({ name, description }) =>
            `complete -c greenroom -n __fish_use_subcommand -a ${name} -d '${description.replaceAll("'", '')}'\n`,
        )
        .join('');
    default:
      return shell satisfies never;
  }
}

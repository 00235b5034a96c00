import { Command, CommanderError, Option } from 'commander';
import type { Failure } from '../domain/failure.ts';
import type { CommandBody, GlobalOptions } from './session.ts';
import { exit } from './exit-code.ts';

/** The command line. Bodies are loaded when they run, so that help costs no more than this file. */
const program = new Command('greenroom')
  .description('Takes one release from staging to production and proves, with evidence, that it may go.')
  .option('-p, --project <path>', 'folder or greenroom.yaml (default: this folder)')
  .option('--json', 'one JSON document on standard output')
  .option('--as <name>', 'who acts; recorded as claimed (default: the git identity)')
  .option('-V, --greenroom-version', 'the version of Greenroom (as the first word also --version)')
  .showSuggestionAfterError()
  .showHelpAfterError('Run "greenroom --help" for all commands.')
  .exitOverride()
  .enablePositionalOptions(false);

type Bodies = Record<string, (...args: never[]) => CommandBody>;

/** An action that loads its body, and runs it with the global options. */
function body(load: () => Promise<Bodies>, name: string) {
  return async (...args: unknown[]): Promise<void> => {
    const command = args.pop() as Command;
    const [bodies, { runCommand }] = await Promise.all([load(), import('./session.ts')]);
    await runCommand(command.optsWithGlobals<GlobalOptions>(), bodies[name]!(...(args as never[])));
  };
}

const setup = () => import('./commands/setup.ts') as Promise<Bodies>;
const delivery = () => import('./commands/delivery.ts') as Promise<Bodies>;
const goingBack = () => import('./commands/going-back.ts') as Promise<Bodies>;
const closing = () => import('./commands/maintenance.ts') as Promise<Bodies>;
const people = () => import('./commands/people.ts') as Promise<Bodies>;
const planning = () => import('./commands/refresh-plan.ts') as Promise<Bodies>;
const backingUp = () => import('./commands/backup.ts') as Promise<Bodies>;
const refreshing = () => import('./commands/refresh.ts') as Promise<Bodies>;
const seeding = () => import('./commands/seed.ts') as Promise<Bodies>;
const rehearsing = () => import('./commands/rehearse.ts') as Promise<Bodies>;
const reading = () => import('./commands/reading.ts') as Promise<Bodies>;

const releaseOption = () => new Option('-r, --release <release>', 'id or version (default: see above)');
const waiting = (command: Command) =>
  command
    .option(
      '--no-wait',
      'leave when it waits for a person: with 5 for the acceptance of conditions, with 3 for every other answer',
    )
    .option('--strict', 'a conditional go ends with 1');

program
  .command('init')
  .description('look at this repository and write a first greenroom.yaml')
  .option('--dry-run', 'print it only')
  .action(body(setup, 'init'));
program
  .command('validate')
  .description('read greenroom.yaml and say every mistake at once')
  .action(body(setup, 'validate'));
program.command('doctor').description('look at tools, ports, database, disk and clock').action(body(setup, 'doctor'));
program
  .command('explain')
  .description('what a field means, its default, and where its value came from')
  .argument('[path]', 'such as services.backend.health.within')
  .action(body(setup, 'explain'));

program
  .command('release')
  .description('pin a release: its bytes, its parts, one revision')
  .option('--version <version>', 'its version (default: package.json)')
  .option('--from <folder>', 'take the tree from another folder')
  .action(body(delivery, 'release'));
program
  .command('plan')
  .description('print exactly what a deployment would do')
  .argument('<environment>')
  .addOption(releaseOption())
  .option('-o, --out <file>', 'save it for "greenroom apply"')
  .action(body(delivery, 'plan'));
waiting(program.command('apply').description('carry out a saved plan, unless it is stale').argument('<file>')).action(
  body(delivery, 'apply'),
);
waiting(
  program
    .command('deploy')
    .description(
      'deploy a release: this tree into the first environment, what the environment before proved into a later one',
    )
    .argument('<environment>')
    .addOption(releaseOption()),
)
  .option('--supersede', 'take the place of a deployment in progress')
  .action(body(delivery, 'deploy'));
waiting(
  program
    .command('promote')
    .description('let what the environment before has proven into the next')
    .argument('<environment>')
    .addOption(releaseOption()),
).action(body(delivery, 'promote'));
waiting(program.command('rollback').description('return to the last good release').argument('<environment>'))
  .option('--to <release>', 'a chosen release')
  .option('--now', 'at once: one switch, its checks after it')
  .option('--maintenance', 'a page for everybody until it is back and verified')
  .option('--notice <text>', 'what the page says')
  .option('--until <time>', 'when it is planned to end')
  .option('--dry-run', 'say what it would do, and do nothing')
  .option('--reason <text>', 'recorded with it', 'asked for by hand')
  .action(body(goingBack, 'rollback'));

program
  .command('maintenance')
  .description('close an environment with a page, 503, for everybody; open it again')
  .addArgument(program.createArgument('<on|off>').choices(['on', 'off']))
  .argument('<environment>')
  .option('--notice <text>', 'what the page says')
  .option('--until <time>', 'when it is planned to end: 22:30, or an instant with its zone')
  .action(body(closing, 'maintenance'));

const refresh = program
  .command('refresh')
  .description('give an environment a masked copy of the data of one further along, by the rules of refresh.yaml')
  .argument('<environment>')
  .option('--workers <number>', 'how many copy at once', '2')
  .option('--no-proof', 'do not look for originals in the copy before it is published')
  .option('--dry-run', 'look at both ends and every rule, and copy nothing')
  .action(body(refreshing, 'refresh'));
refresh
  .command('plan')
  .description(
    'look at the source and propose a rule for every column: a first refresh.yaml, or what has changed since',
  )
  .argument('<environment>')
  .option('--source <url>', 'where the data comes from, with references, for a first refresh.yaml')
  .option('--write', 'add what is new to refresh.yaml, and say in refresh.lock that it was looked at')
  .option('--accept', 'take in what is of another type now, after a look at its rules')
  .option('--dry-run', 'propose, and write nothing')
  // What both commands take is given to the first of them, wherever it stands.
  .action((environment: string, _own: unknown, command: Command) =>
    body(planning, 'refreshPlan')(environment, command.optsWithGlobals(), command),
  );
program
  .command('seed')
  .description(
    'fill the empty tables of an environment with rows that are made up, like production’s where there is none yet',
  )
  .argument('<environment>')
  .option('--rows <number>', 'rows of a table that refers to no other; the counts of others follow (default: 1000)')
  .option('--seed <number>', 'the same seed and schema give the same rows (default: 1)')
  .option('--dry-run', 'look at the target, say what it would get, and write nothing')
  .action(body(seeding, 'seed'));
program
  .command('backup')
  .description(
    'restore the newest backup into a scratch database, as the check backup declares it, and hold it against the original',
  )
  .addArgument(program.createArgument('<deed>', 'verify').choices(['verify']))
  .argument('<environment>')
  .option('--dry-run', 'say what would be restored, and connect to none of its databases')
  .action(body(backingUp, 'backup'));
program
  .command('rehearse')
  .description('try the migration of this tree on clones of a copy, as the check migration-rehearsal declares it')
  .argument('<environment>')
  .addOption(
    new Option('--profile <profile>', 'quick: up once, looked at; what is left out is not measured')
      .choices(['quick', 'full'])
      .default('full'),
  )
  .option('--dry-run', 'say what would be rehearsed, and connect to none of its databases')
  .action(body(rehearsing, 'rehearse'));

program
  .command('accept')
  .description('take a condition of a conditional verdict upon you')
  .argument('<condition>')
  .option('-e, --environment <name>')
  .option('--reason <text>', 'recorded with it')
  .action(body(people, 'accept'));
program
  .command('cancel')
  .description('take a deployment in progress back')
  .argument('<environment>')
  .option('--reason <text>', 'recorded with it', 'asked for by hand')
  .option('--no-wait', 'leave when it waits for a person, with 3; it does so in any case')
  .action(body(people, 'cancel'));
waiting(
  program
    .command('resume')
    .description('go on with what was interrupted; say what an unknown step came to')
    .argument('[environment]'),
)
  .addOption(new Option('--retry', 'run the unknown step again').conflicts(['continue', 'goBack']))
  .addOption(new Option('--continue', 'take it as done').conflicts(['goBack']))
  .option('--go-back', 'take the deployment back')
  .action(body(people, 'resume'));
program
  .command('watch')
  .description('stay, go on with whatever is open, and show it')
  .argument('[environment]')
  .action(body(people, 'watch'));

program
  .command('stop')
  .description('end everything that runs in an environment')
  .argument('<environment>')
  .action(body(people, 'stop'));

program
  .command('status')
  .description('what runs where, what is in progress, what is owed')
  .argument('[environment]')
  .action(body(reading, 'status'));
program
  .command('preview')
  .description('how to reach the new version at the public address before the cut-over')
  .argument('<environment>')
  .action(body(reading, 'preview'));
program
  .command('history')
  .description('deployments, releases, or where data came from, newest first')
  .argument('[environment]')
  .option('--releases', 'releases instead')
  .option('--data', 'refreshes, seedings and verified backups instead')
  .option('-n, --limit <number>', 'how many', '20')
  .action(body(reading, 'history'));
program
  .command('why')
  .description('walk back from the end of a deployment to the line in the file')
  .argument('[deployment]', 'id, environment, or environment/number; or only a check, of the newest that has it')
  .argument('[check]')
  .action(body(reading, 'why'));
program
  .command('report')
  .description('the report of a deployment')
  .argument('[deployment]', 'id, environment, or environment/number')
  .addOption(new Option('-f, --format <format>').choices(['md', 'html', 'json']).default('md'))
  .option('-o, --out <file>')
  .action(body(reading, 'report'));
program
  .command('completion')
  .description('shell completion, to be sourced: commands, options, environments')
  .addArgument(program.createArgument('<shell>').choices(['bash', 'zsh', 'fish']))
  .action(async (shell: 'bash' | 'zsh' | 'fish') => {
    const { completion } = await import('./completion.ts');
    const script = completion(shell);
    if (isJson) print({ shell, script });
    else process.stdout.write(script);
  });

/** Before anything is parsed, because a call that cannot be parsed is answered in the same form. */
const isJson = process.argv.includes('--json');
const print = (document: object): boolean => process.stdout.write(`${JSON.stringify({ ok: true, ...document })}\n`);

// Only as the first word: `release --version 1.2.0` names the version of a release.
// Whoever read along has left, as `head` does: what was begun goes on, and the rest is told to nobody.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

// What follows is what somebody is typing, and no call: nothing of it is parsed.
if (process.argv[2] === 'completion' && process.argv[3] === '--words') {
  const { completionLines } = await import('./completion-words.ts');
  process.stdout.write(completionLines(program, process.argv.slice(4)));
  process.exit(exit.ok);
}
const [firstWord] = process.argv.slice(2).filter((word) => word !== '--json');
if (['-V', '--greenroom-version', '--version'].includes(firstWord ?? '')) {
  if (isJson) print({ version: '0.1.0' });
  else process.stdout.write('0.1.0\n');
  process.exit(exit.ok);
}
if (isJson)
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeErr: () => {}, writeOut: (help) => print({ help }) });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode !== 0 && isJson) {
    const { openOutput } = await import('./output.ts');
    openOutput(true, process.env).failures([wrongCall(error)]);
  }
  process.exit(error.exitCode === 0 ? exit.ok : exit.usage);
}

/** `GR8102`: the words of the parser, in the form of every other failure. */
function wrongCall({ code, message }: CommanderError): Failure {
  const words = code === 'commander.help' ? 'no command was given' : message.replace(/^error: /, '').trim();
  return {
    code: 'GR8102',
    message: `This call cannot be understood: ${words.replaceAll(/\s*\n\s*/g, ' ')}`,
    do: 'Run "greenroom --help" for all commands, or "greenroom <command> --help".',
  };
}

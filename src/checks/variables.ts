import { z } from 'zod';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { inside } from '../kinds/command-line.ts';
import { worst } from '../domain/outcome.ts';
import { variablesAdvice } from '../kinds/troubleshooting.ts';
import { counted } from '../kinds/wording.ts';
import { expectation, problemOf } from './variables/conformity.ts';
import { readSchemaFile } from './variables/schema-file.ts';

const schema = z.strictObject({
  schema: inside()
    .optional()
    .describe("File in the release that declares the variables. Default: the environment's variables.schema."),
  undeclared: z
    .enum(['ignore', 'warn', 'fail'])
    .default('ignore')
    .describe('What a variable comes to that the environment sets and the file does not declare.'),
});
export type VariablesConfig = z.infer<typeof schema>;

/** Names only: no value is ever part of the evidence. */
export interface VariablesData {
  readonly environment: string;
  readonly declared: readonly { readonly name: string; readonly problem: string | null; readonly expected: string }[];
  readonly undeclared: readonly string[];
}

const MAX_FILE_BYTES = 1024 * 1024;

export const variables: Check<VariablesConfig, VariablesData> = {
  kind: 'variables',
  summary: "Compares the environment's variables with the schema file of the release: complete, and of the right type.",
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<VariablesData>> {
    signal.throwIfAborted();
    const name = config.schema ?? context.variableSchema;
    const next = 'Write the file into the release and name it under variables.schema of the environment.';
    if (name === null) return notMeasured('The environment names no file that declares its variables', next);
    const file = await context.effects.files.read(`${context.directory}/${name}`, MAX_FILE_BYTES);
    if (file === null) return notMeasured(`The release has no file "${name}"`, next);
    const read = file.truncated
      ? { status: 'wrong' as const, reason: 'it is longer than 1 MiB' }
      : readSchemaFile(file.text);
    if (read.status === 'wrong')
      return notMeasured(`The file "${name}" declares no variables: ${read.reason}`, 'Correct it.');
    const here = Object.entries(read.variables).filter(
      ([, one]) => one.in === undefined || one.in.includes(context.environment),
    );
    if (here.length === 0)
      return notMeasured(
        `The file "${name}" declares no variable for ${context.environment}`,
        'Declare what the services need.',
      );
    const declared = here.map(([variable, one]) => ({
      name: variable,
      problem: problemOf(own(context.variables, variable) ?? own(context.declaredVariables, variable), one),
      expected: expectation(one),
    }));
    const undeclared = Object.keys(context.declaredVariables).filter(
      (variable) => !Object.hasOwn(read.variables, variable),
    );
    return {
      status: 'measured',
      data: { environment: context.environment, declared, undeclared: undeclared.toSorted() },
    };
  },

  judge(config, data): Judgement {
    const wrong = data.declared.filter((one) => one.problem !== null);
    const findings: Finding[] = [
      ...wrong.map(({ name, problem, expected }) => ({
        name,
        outcome: 'fail' as const,
        value: problem ?? '',
        threshold: expected,
      })),
      ...(config.undeclared === 'ignore'
        ? []
        : data.undeclared.map((name) => undeclaredFinding(name, config.undeclared === 'warn' ? 'warn' : 'fail'))),
    ];
    const summary: Finding = {
      name: 'variables in order',
      outcome: wrong.length === 0 ? 'pass' : 'fail',
      value: String(data.declared.length - wrong.length),
      threshold: String(data.declared.length),
    };
    const outcome = worst([summary, ...findings].map((finding) => finding.outcome));
    if (outcome === 'pass') {
      return {
        outcome,
        reason: `All ${counted(data.declared.length, 'declared variable')} of ${data.environment} are in order.`,
        findings: [summary],
      };
    }
    const sentences = findings.map((finding) => `${finding.name} is ${finding.value}`);
    const reason = `${counted(findings.length, 'variable')} of ${data.environment} not in order: ${sentences.slice(0, 10).join('; ')}${sentences.length > 10 ? '; …' : ''}.`;
    return { outcome, reason, findings: [summary, ...findings], ...variablesAdvice };
  },
};

const notMeasured = (reason: string, next: string): Gathered<VariablesData> => ({
  status: 'not-measured',
  reason: `${reason}.`,
  cause: variablesAdvice.cause,
  next,
});

const undeclaredFinding = (name: string, outcome: 'warn' | 'fail'): Finding => ({
  name,
  outcome,
  value: 'set and not declared',
  threshold: 'declared in the schema file',
});

const own = (values: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

import type { Found } from './init.ts';
import { isPlain } from './init-services.ts';

/** A test suite of the repository, as a check in one line: `tests: { kind: suite, … }`. */
export interface FoundSuite {
  readonly phase: 'preflight' | 'health' | 'integration' | 'performance';
  readonly check: string;
}

const names: readonly { readonly phase: FoundSuite['phase']; readonly name: string; readonly script: RegExp }[] = [
  { phase: 'preflight', name: 'unit', script: /^test:unit$/ },
  { phase: 'preflight', name: 'tests', script: /^test$/ },
  { phase: 'health', name: 'smoke', script: /^test:smoke$/ },
  { phase: 'integration', name: 'integration', script: /^test:(integration|int)$/ },
  { phase: 'integration', name: 'api', script: /^test:api$/ },
  { phase: 'integration', name: 'end-to-end', script: /^test:(e2e|end-to-end)$/ },
  { phase: 'performance', name: 'performance', script: /^test:(perf|performance|load)$/ },
];

/** Where a runner writes a report, it is read and its tests are counted: an exit code 0 without one test proves nothing. */
export function findSuites(found: Found, kinds: ReadonlySet<string>): readonly FoundSuite[] {
  const scripted = names.flatMap(({ phase, name, script }): readonly FoundSuite[] => {
    const key = Object.keys(found.scripts).find((one) => script.test(one));
    if (key === undefined) return [];
    const reporting = kinds.has('suite')
      ? reportingRun(key, found.scripts[key] ?? '', `junit-${name}.xml`, found)
      : null;
    if (reporting) return [{ phase, check: suiteLine(name, reporting, `junit-${name}.xml`) }];
    const note = '# judged by its exit code alone; kind: suite reads a JUnit report and counts its tests';
    return kinds.has('command') ? [{ phase, check: `${name}: { kind: command, run: npm run ${key} } ${note}` }] : [];
  });
  if (scripted.length > 0 || !kinds.has('suite') || !found.hasPytest) return scripted;
  const run = 'python3 -m pytest --junitxml=junit-tests.xml';
  return [{ phase: 'preflight', check: suiteLine('tests', { run }, 'junit-tests.xml') }];
}

interface Reporting {
  readonly run: string;
  readonly variables?: string;
}

const suiteLine = (name: string, { run, variables }: Reporting, report: string): string =>
  `${name}: { kind: suite, run: ${run}, ${variables ? `variables: { ${variables} }, ` : ''}report: ${report}, at-least: 1 } # raise at-least to the tests there are`;

/** How to run the script so that its runner also writes a JUnit report. Null where the runner is not known to. */
function reportingRun(key: string, line: string, report: string, found: Found): Reporting | null {
  if (!isPlain(line)) return null; // what is added at its end would go to the last of its commands
  const npm = (options: string): string => `npm run ${key} -- ${options}`;
  const [first = '', second = ''] = line.split(/\s+/);
  // Behind the first file Node takes nothing for an option, so its reporters stand before everything.
  if (first === 'node' && /\s--test(\s|$)/.test(line) && !line.includes('--test-reporter')) {
    const reporter = (kind: string, to: string) => `--test-reporter=${kind} --test-reporter-destination=${to}`;
    return { run: line.replace('node', `node ${reporter('spec', 'stdout')} ${reporter('junit', report)}`) };
  }
  if (first === 'vitest') return { run: npm(`--run --reporter=default --reporter=junit --outputFile.junit=${report}`) };
  if (first === 'jest' && found.packages.has('jest-junit'))
    return { run: npm('--reporters=default --reporters=jest-junit'), variables: `JEST_JUNIT_OUTPUT_NAME: ${report}` };
  if (first === 'mocha') return { run: npm(`--reporter xunit --reporter-option output=${report}`) };
  if (first === 'playwright' && second === 'test')
    return { run: npm('--reporter=junit'), variables: `PLAYWRIGHT_JUNIT_OUTPUT_NAME: ${report}` };
  if (first === 'cypress' && second === 'run')
    return { run: npm(`--reporter junit --reporter-options mochaFile=${report}`) };
  return null;
}

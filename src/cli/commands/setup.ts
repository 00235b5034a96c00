import path from 'node:path';
import { checks } from '../../plugs.ts';
import { explainPath } from '../../config/explain.ts';
import { inspectRepository, writeFirstFile } from '../../config/init.ts';
import { firstFile } from '../../config/init-first-file.ts';
import { openRepository } from '../../config/init-repository.ts';
import { FailureError } from '../../domain/failure.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { counted } from '../../kinds/wording.ts';
import { exit } from '../exit-code.ts';
import type { Output } from '../output.ts';
import type { CommandBody } from '../session.ts';

export const init =
  ({ dryRun }: { dryRun?: boolean }): CommandBody =>
  async ({ out, file }) => {
    const directory = path.dirname(file);
    const found = inspectRepository(openRepository(directory));
    const text = firstFile(found, new Set(checks.keys()));
    if (dryRun) {
      if (out.isJson) out.json({ ok: true, found, text });
      else out.block(text); // its notes stand in it
      return exit.ok;
    }
    const written = writeFirstFile(directory, text);
    if (!written.ok) throw new FailureError(...written.failures);
    if (out.isJson) out.json({ ok: true, file: written.value, found });
    else {
      out.line(`${out.style('green', 'written')}  ${written.value}`);
      out.line(`  services    ${found.services.map((service) => service.name).join(', ')}`);
      out.line(`  migrations  ${found.migrations?.tool ?? 'none found'}`);
      out.line(
        `  compose     ${found.composeFiles.join(', ') || 'none found'}${found.driver === 'compose' ? ' (driver: compose)' : ''}`,
      );
      for (const note of found.notes) out.line(`  ${out.style('yellow', 'note')}        ${note}`);
      out.line('  next        read it, then run "greenroom validate" and "greenroom plan staging"');
    }
    return exit.ok;
  };

export const validate =
  (): CommandBody =>
  async ({ out, load }) => {
    const { project, files, notes } = load();
    const checkCount = project.phases.reduce((sum, phase) => sum + phase.checks.length, 0);
    if (out.isJson) out.json({ ok: true, project: project.name, path: project.path, checks: checkCount, files, notes });
    else {
      out.line(
        `${out.style('green', 'good')}  ${project.name}: ${project.path.join(' → ')}, ${counted(project.services.length, 'service')}, ${counted(checkCount, 'check')} in ${project.phases.length} phases`,
      );
      for (const { code, message, where } of notes)
        out.line(`${out.style('yellow', 'note')}  ${code} ${message}${where ? out.style('dim', `  ${where}`) : ''}`);
    }
    return exit.ok;
  };

export const explain =
  (field: string | undefined): CommandBody =>
  async ({ out, load }) => {
    const result = explainPath(load(), field ?? '');
    if (!result.ok) throw new FailureError(...result.failures);
    const { path: place, meaning, type, value, from, children } = result.value;
    if (out.isJson) out.json({ ok: true, ...result.value });
    else {
      out.line(`${out.style('bold', place || 'greenroom.yaml')}  ${out.style('dim', type)}`);
      if (meaning) out.line(`  ${meaning}`);
      if (value !== null) out.line(`  value    ${value}`);
      if (result.value.default !== null) out.line(`  default  ${result.value.default}`);
      if (from !== null) out.line(`  from     ${from}`);
      if (children.length > 0) out.line(`  fields   ${children.join(', ')}`);
    }
    return exit.ok;
  };

export const doctor = (): CommandBody => async (session) => {
  const [{ examineMachine }, { openMachine }] = await Promise.all([
    import('../../app/examine.ts'),
    import('../../compose.ts'),
  ]);
  const { out } = session;
  const symptoms = await examineMachine(openMachine(session.load().project, () => session.reader()));
  const isWell = symptoms.every((symptom) => symptom.outcome !== 'fail');
  if (out.isJson) out.json({ ok: isWell, symptoms });
  else
    for (const { name, outcome, value, next } of symptoms) {
      out.line(`${mark(out, outcome)} ${name.padEnd(14)} ${value}`);
      if (next) out.line(`    do  ${next}`);
    }
  return isWell ? exit.ok : exit.gateFailed;
};

function mark(out: Output, outcome: Outcome): string {
  if (outcome === 'pass') return out.style('green', '✓');
  if (outcome === 'skip') return out.style('dim', '–');
  return outcome === 'warn' ? out.style('yellow', '!') : out.style('red', '✗');
}

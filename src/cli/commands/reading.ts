import { audit, type Contradiction } from '../../app/audit.ts';
import { readVerifiedBackups } from '../../app/verified-backups.ts';
import { readAccountOf, readDeployments, readReleases, readSubject } from '../../app/read-history.ts';
import { environmentOf } from '../../app/plan-deployment.ts';
import { readPreview } from '../../app/read-preview.ts';
import { readStanding, type EnvironmentStanding } from '../../app/read-standing.ts';
import { readRefreshes } from '../../app/refresh-log.ts';
import { rejudge } from '../../app/rejudge.ts';
import type { Account } from '../../domain/account.ts';
import { nameOf } from '../../domain/deployment-name.ts';
import { fail } from '../../domain/failure.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { dataLines, dataWords, when } from '../data-lines.ts';
import { exit } from '../exit-code.ts';
import { writeAsked } from '../files.ts';
import type { CommandBody } from '../session.ts';

export const status =
  (environment: string | undefined): CommandBody =>
  async (session) => {
    const { out } = session;
    const world = await session.reader();
    const { project } = session.load();
    const environments = await readStanding(world, project, environment ?? null);
    const { bentAt, contradictions } = await audit(world, project);
    const intact = bentAt === null && contradictions.length === 0;
    if (out.isJson) {
      out.json({ ok: true, project: project.name, environments, record: { intact, bentAt, contradictions } });
      return exit.ok;
    }
    for (const { name, serving, inProgress, owed, drift, mends, maintenance, data } of environments) {
      out.line(
        `${out.style('bold', name.padEnd(14))} ${serving ? `${serving.version}  ${serving.releaseId}  ${serving.colour}` : 'nothing serves yet'}`,
      );
      if (maintenance !== null) out.line(`  ${out.style('yellow', 'maintenance')}  ${maintenanceWords(maintenance)}`);
      for (const each of data) out.line(`  data   ${dataWords(each)}`);
      for (const each of drift) out.line(`  ${out.style('red', 'drift')}  ${each}`);
      for (const each of mends) out.line(`  do     ${each}.`);
      for (const each of inProgress) {
        out.line(
          `  ${out.style('yellow', each.status)}  deployment ${each.number} of ${each.version}${each.hold ? `: ${each.hold}` : ''}`,
        );
        for (const answer of each.answers) out.line(`    do     ${answer}`);
        if (each.overdue !== null) out.line(`    ${out.style('yellow', 'overdue')}  ${each.overdue}`);
        if (each.obstacle !== null) {
          out.line(`    ${out.style('red', each.obstacle.code)}  ${each.obstacle.message}`);
          out.line(`    do     ${each.obstacle.do}`);
        }
      }
      for (const each of owed)
        out.line(
          `  ${out.style('yellow', 'owed')}  ${each.id} by ${each.owner}, due ${new Date(each.dueAt).toISOString()}`,
        );
    }
    if (bentAt !== null)
      out.line(out.style('red', `The record was changed: sequence ${bentAt} does not fit its hash.`));
    for (const each of contradictions.slice(0, mostTold)) out.line(out.style('red', contradictionWords(each)));
    if (contradictions.length > mostTold)
      out.line(out.style('red', `… and ${contradictions.length - mostTold} more ("greenroom history").`));
    if (!intact)
      out.line(
        '  do     Find out who changed the database; "greenroom why <environment>/<number>" shows what was recorded.',
      );
    return exit.ok;
  };

const mostTold = 10;
const contradictionWords = ({ subject, reason }: Contradiction): string =>
  `${subject} is not what was recorded: ${reason}.`;

export const preview =
  (environment: string): CommandBody =>
  async (session) => {
    const { out } = session;
    const world = await session.reader();
    const { project } = session.load();
    const found = await readPreview(world, project, environment);
    if (out.isJson) out.json({ ok: true, environment, ...found });
    else {
      out.line(`${found.release ?? 'a release'} (${found.colour}) can be asked at the public address with the secret.`);
      out.line(`  header  ${found.header}`);
      out.line(`  cookie  ${found.cookie}`);
      for (const [service, url] of Object.entries(found.addresses))
        out.line(`  ${service}  curl -H '${found.header}' ${url}`);
    }
    return exit.ok;
  };

function maintenanceWords({ by, since, notice, until }: NonNullable<EnvironmentStanding['maintenance']>): string {
  const planned = until === null ? '' : `, planned until ${when(until)}`;
  return `everybody gets a page since ${when(since)}, by ${by}${planned}${notice === null ? '' : `: ${notice}`}`;
}

interface HistoryOptions {
  readonly releases?: boolean;
  readonly data?: boolean;
  readonly limit: string;
}

export const history =
  (environment: string | undefined, { releases, data, limit }: HistoryOptions): CommandBody =>
  async (session) => {
    const { out } = session;
    const world = await session.reader();
    const { project } = session.load();
    const most = /^[1-9]\d{0,5}$/.test(limit)
      ? Number(limit)
      : fail({
          code: 'GR8101',
          message: `"${limit}" is not a number of lines.`,
          do: 'Use a whole number, such as --limit 20.',
        });
    const { contradictions } = await audit(world, project);
    if (data) {
      const named = environment === undefined ? null : environmentOf(project, environment).name;
      const log = await readRefreshes(world, project);
      const isAsked = (each: { readonly environment: string }) => named === null || each.environment === named;
      const refreshes = log.accounts.filter(isAsked).slice(0, most);
      const seedings = log.seedings.filter(isAsked).slice(0, most);
      const backups = (await readVerifiedBackups(world, project)).filter(isAsked).slice(0, most);
      if (out.isJson) out.json({ ok: true, refreshes, seedings, backups, contradictions });
      else for (const line of dataLines(refreshes, seedings, backups).slice(0, most)) out.line(line);
    } else if (releases) {
      const found = await readReleases(world, project, most);
      if (out.isJson) out.json({ ok: true, releases: found, contradictions });
      else
        for (const { release, createdAt, createdBy } of found)
          out.line(`${release.id}  ${release.version.padEnd(12)} ${when(createdAt)}  ${createdBy}`);
    } else {
      const found = await readDeployments(world, project, environment ?? null, most);
      if (out.isJson) out.json({ ok: true, deployments: found.map(told), contradictions });
      else
        for (const each of found)
          out.line(
            `${nameOf(each).padEnd(16)} ${each.plan.release.version.padEnd(12)} ${(each.ending?.as ?? each.status).padEnd(16)} ${when(each.createdAt)}  ${each.actor}`,
          );
    }
    if (!out.isJson) for (const each of contradictions) out.line(out.style('red', contradictionWords(each)));
    return exit.ok;
  };

const told = ({
  id,
  number,
  environment,
  actor,
  status,
  request,
  plan,
  verdict,
  ending,
  createdAt,
  endedAt,
}: StoredDeployment) => ({
  ...{ id, number, environment, actor, status, purpose: request.purpose, createdAt, endedAt, ending },
  release: { id: plan.release.id, version: plan.release.version, revision: plan.release.revision },
  verdict: verdict && { decision: verdict.decision, couldNotJudge: verdict.couldNotJudge, score: verdict.score },
});

export const why =
  (deployment: string | undefined, named: string | undefined): CommandBody =>
  async (session) => {
    const { out } = session;
    const world = await session.reader();
    const { project } = session.load();
    const { account, check } = await readSubject(world, project, deployment ?? null, named ?? null);
    const { why: walk } = await import('../../report/why.ts');
    const { whyText } = await import('../../report/why-text.ts');
    const rejudged = rejudge(world, account);
    const steps = walk(account, check ?? undefined, { rejudged });
    if (out.isJson)
      out.json({
        ok: true,
        deployment: account.id,
        steps,
        rejudged: { same: rejudged.same, different: rejudged.different },
      });
    else out.block(whyText(steps, { colour: out.style('bold', '') !== '', width: out.width }));
    return steps.some((step) => step.kind === 'unknown') ? exit.usage : exit.ok;
  };

export const report =
  (
    deployment: string | undefined,
    { format, out: file }: { format: 'md' | 'html' | 'json'; out?: string },
  ): CommandBody =>
  async (session) => {
    const { out } = session;
    const account = await readAccountOf(await session.reader(), session.load().project, deployment ?? null);
    const text = await reportOf(account, out.isJson ? 'json' : format);
    if (file === undefined) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    else {
      await writeAsked(file, text);
      out.note(`written to ${file}`);
    }
    return exit.ok;
  };

async function reportOf(account: Account, format: 'md' | 'html' | 'json'): Promise<string> {
  if (format === 'html') return (await import('../../report/html-report.ts')).reportHtml(account);
  if (format === 'json') return (await import('../../report/json.ts')).reportJson(account);
  return (await import('../../report/markdown.ts')).reportMarkdown(account);
}

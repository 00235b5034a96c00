// The server with GitHub's documented answers, of the driver's contract tests, with a toll around each dispatch, run and look at it.
import { documented, openFakeGithub } from '../../../src/drivers/github-workflow/testing/fake-github.ts';
import type { Lab } from '../lab.ts';
import type { Platform } from './platform.ts';
import { appOf, openOrders, token } from './remote.ts';
import { openToll } from './toll.ts';

export async function githubWorkflow(lab: Lab): Promise<Platform> {
  const toll = openToll();
  const github = await openFakeGithub(appOf(lab));
  let followed = '';
  github.bend(async ({ line, body }, response, act) => {
    if (!line.startsWith('POST')) {
      const [run] = /\/actions\/runs\/\d+$/.exec(line) ?? [];
      if (run === undefined || run === followed) return false;
      // How often it is looked at after that depends on the time.
      followed = run;
      return toll.pass('follow', 'before');
    }
    const { inputs } = JSON.parse(body) as { inputs: { greenroom: string } };
    const { action, service } = JSON.parse(inputs.greenroom) as { action: string; service: string };
    // Dead with its order: it never came here.
    if (await toll.pass(`${action} ${service}`, 'before')) return true;
    act();
    const { id } = github.runs.at(-1)!;
    await toll.pass(`${action} ${service}`, 'after');
    response.writeHead(200).end(JSON.stringify({ ...documented['dispatched'], workflow_run_id: id }));
    return true;
  });
  const driver = {
    ...{ kind: 'github-workflow', repository: 'acme/mina', workflow: 'driver.yml', health: '/' },
    ...{ token: 'secret://env/DEPLOY_TOKEN', api: github.written().api },
    ...{ every: '100ms', 'answer-within': '10s', within: '60s', 'found-within': '3s' },
  };
  return {
    ...{ staging: { driver }, variables: token, toll },
    leftovers: () => openOrders(lab, 'github-workflow'),
    close: github.dispose,
  };
}

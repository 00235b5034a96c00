// The deploy API of the driver's contract tests, with a toll around each order and each look at how it goes.
import { openDeployApi } from '../../../src/drivers/http/testing/deploy-api.ts';
import type { Lab } from '../lab.ts';
import type { Platform } from './platform.ts';
import { appOf, openOrders, token } from './remote.ts';
import { openToll } from './toll.ts';

const follow = {
  path: '/deployments/{answer.id}',
  done: { '$.deployment.status': 'live' },
  failed: { '$.deployment.status': ['failed', 'cancelled'] },
};

export async function http(lab: Lab): Promise<Platform> {
  const toll = openToll();
  const api = await openDeployApi(appOf(lab));
  let followed = '';
  api.bend(async ({ line }, _response, act) => {
    const [method = '', place = ''] = line.split(' ');
    if (method !== 'GET') {
      const name = `${method === 'DELETE' ? 'stop' : 'start'} ${place.split('/')[3]}`;
      // Dead with its order: it never came here.
      if (await toll.pass(name, 'before')) return true;
      await act();
      await toll.pass(name, 'after');
    } else if (place.includes('/deployments/') && place !== followed) {
      // How often it is looked at after that depends on the time.
      followed = place;
      await toll.pass('follow', 'before');
    }
    // The API knows the key and answers what it has begun.
    return false;
  });
  const driver = {
    kind: 'http',
    base: `http://127.0.0.1:${api.port}/v1`,
    secrets: { token: 'secret://env/DEPLOY_TOKEN' },
    headers: { Authorization: 'Bearer {secret.token}' },
    start: {
      path: '/apps/{service}/{colour}/deployments',
      body: { release: '{release}', artifact: '{artifact}', variables: '{variables}' },
      ...{ keep: { id: '$.deployment.id' }, follow, repeatable: true },
    },
    stop: { method: 'DELETE', path: '/apps/{service}/{colour}', keep: { id: '$.deployment.id' }, follow },
    state: { path: '/apps/{service}/{colour}', instances: '$.app', address: '$.address' },
    ...{ every: '100ms', 'answer-within': '10s', within: '60s' },
  };
  return {
    ...{ staging: { driver }, variables: token, toll },
    leftovers: () => openOrders(lab, 'http'),
    close: api.dispose,
  };
}

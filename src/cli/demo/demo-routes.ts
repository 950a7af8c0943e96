import type { AdminAnswer, AdminRoute } from '../../admin/admin-route.js';
import type { BillingApi } from './billing-api.js';

/** The paths with which the console stops and starts the API of the demo. */
export function demoRoutes(api: Pick<BillingApi, 'isRunning' | 'start' | 'stop'>): readonly AdminRoute[] {
  const state = (): AdminAnswer => ({ status: 200, body: { running: api.isRunning } });
  return [
    { method: 'GET', path: '/demo/api', answer: state },
    {
      method: 'POST',
      path: '/demo/api/stop',
      async answer() {
        await api.stop();
        return state();
      },
    },
    {
      method: 'POST',
      path: '/demo/api/start',
      async answer() {
        try {
          await api.start();
          return state();
        } catch {
          const message = 'Another program has taken the port of the API. Restart the demo.';
          return { status: 409, body: { error: 'impossible', message } };
        }
      },
    },
  ];
}

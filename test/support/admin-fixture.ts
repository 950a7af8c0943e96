import { createServer } from 'node:net';
import { createAdminHandler } from '../../src/admin/admin-handler.js';
import { type AdminListener, serveAdminDoor } from '../../src/admin/admin-listener.js';
import type { AdminOperations } from '../../src/admin/operations.js';
import { createAccess } from '../../src/admin/security/judge-request.js';
import { type Clock, systemClock } from '../../src/clock.js';
import { silentObserver } from '../../src/observe/observer.js';
import type { GatewayStatus } from '../../src/status/gateway-status.js';
import type { StatusEvent } from '../../src/status/status-event.js';
import { openDoor } from '../../src/transport/door.js';
import { keepLog, type LogLines } from './log-lines.js';

/** An admin listener whose gateway is a plain object. */
export interface AdminFixture extends AdminListener {
  readonly log: LogLines;
  /** Changes `admin.token`, as a reload does. */
  setToken(token: string): void;
}

export interface AdminFixtureOptions {
  readonly operations?: Partial<AdminOperations>;
  readonly token?: string;
  readonly hosts?: readonly string[];
  readonly clock?: Clock;
}

export async function openAdminFixture(options: AdminFixtureOptions = {}): Promise<AdminFixture> {
  const { token, hosts = [], clock = systemClock } = options;
  const log = keepLog('debug');
  let access = createAccess({ token, hosts });
  const handler = await createAdminHandler({
    operations: { ...IDLE, ...options.operations },
    access: () => access,
    log: log.log,
    clock,
  });
  const door = await openDoor({ host: '127.0.0.1', port: 0 });
  const listener = serveAdminDoor({
    name: 'admin',
    url: `http://127.0.0.1:${door.port}`,
    door,
    server: createServer(),
    isTls: false,
    handler,
    clock,
    log: log.log,
    observer: silentObserver,
  });
  return {
    log,
    setToken(next) {
      access = createAccess({ token: next, hosts });
    },
    name: listener.name,
    url: listener.url,
    get connections() {
      return listener.connections;
    },
    giveUpDoor: listener.giveUpDoor,
    async close() {
      handler.endStreams();
      await listener.close();
      handler.close();
    },
  };
}

const IDLE: AdminOperations = {
  readiness: () => ({ ready: true, missing: [] }),
  status: () => ({ version: '1.2.3', state: 'ready' }) as GatewayStatus,
  metrics: async () => 'rpc_gateway_service_up{service="billing"} 1\n',
  act: async (service) =>
    service === 'billing'
      ? { kind: 'done', detail: 'the service is enabled' }
      : { kind: 'unknown', reason: 'there is no such service' },
  reload: async () => ({ kind: 'done', changes: [], notices: [] }),
  serviceDetail: (service) =>
    service === 'billing'
      ? { procedures: [], errors: [], history: { step_seconds: 10, calls: [], errors: [] } }
      : undefined,
  traffic: () => ({ procedures: [], omitted: 0 }),
  history: () => ({}),
  trialForm: () => undefined,
  previewTrial: () => undefined,
  callTrial: () => ({ kind: 'unknown' }),
  realmDetail: (name) =>
    name === 'billing'
      ? {
          name,
          totals: { sessions: 1, registrations: 0, subscriptions: 0 },
          sessions: [],
          registrations: [],
          subscriptions: [],
        }
      : undefined,
  killSession: (realm, session) =>
    realm === 'billing' && session === 7
      ? { kind: 'done', detail: 'the session has ended' }
      : { kind: 'unknown', reason: 'there is no such session' },
  configurationDetail: () => ({ keys: [], omitted: 0, notices: [] }),
  statusEvent: () => ({ version: '1.2.3', state: 'ready' }) as StatusEvent,
  onChange: () => () => {},
  watchCalls: () => () => {},
};

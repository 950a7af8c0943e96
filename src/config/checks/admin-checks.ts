import type { ConfigDraft, ListenerDraft } from '../drafts.js';
import { isOnLoopback } from './listener-checks.js';

/** A shorter token can be guessed. */
const SAFE_TOKEN_LENGTH = 16;

/** URIs that the gateway itself registers in `admin.realm`. */
const ADMIN_PROCEDURES: readonly string[] = [
  'bondy.http_connector.service.list',
  'bondy.http_connector.service.get',
  'bondy.http_connector.service.status',
  'bondy.alarm.list',
];

/** Checks that no stranger can use an admin listener, and that the keys under `admin` have an effect. */
export function checkAdmin({ admin, listeners, services }: ConfigDraft): void {
  const open = listeners.filter(({ isAdmin, settings }) => isAdmin && settings.enabled === true);
  const isReachable = ({ settings }: ListenerDraft) => settings.ip !== undefined && !isOnLoopback(settings);
  const reachable = open.filter(isReachable);
  const { token, realm } = admin.settings;
  if (admin.entry('token') === undefined) {
    for (const listener of reachable) {
      listener.report(
        'ip',
        'other machines can reach this admin listener, so it needs admin.token; or use a loopback address',
      );
    }
  } else if (token !== undefined && token.length < SAFE_TOKEN_LENGTH && reachable.length > 0) {
    admin.notify('token', `has fewer than ${SAFE_TOKEN_LENGTH} characters, so it can be guessed`);
  }
  if (open.length === 0) {
    for (const key of ['token', 'hosts', 'console_calls'] as const) {
      if (admin.entry(key) !== undefined) admin.notify(key, 'has no effect: no admin listener is open');
    }
  }
  for (const procedure of services.flatMap(({ procedures }) => procedures)) {
    const { uri, realm: own } = procedure.settings;
    if (uri === undefined || own !== realm || !ADMIN_PROCEDURES.includes(uri)) continue;
    procedure.report('uri', 'the gateway itself registers this procedure, because this is admin.realm');
  }
}

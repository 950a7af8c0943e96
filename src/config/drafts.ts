import type { Entry } from './includes.js';
import { type Draft, type ReadContext, readSettings } from './read-settings.js';
import { isPendingProtocol, type LISTENER_KEYS, LISTENER_SCOPE } from './schema/listener.js';
import { type LOG_KEYS, LOG_SCOPE } from './schema/log.js';
import { type PROCEDURE_KEYS, PROCEDURE_SCOPE } from './schema/procedure.js';
import { type ROUTER_KEYS, ROUTER_SCOPE } from './schema/router.js';
import { type SECURITY_KEYS, SECURITY_SCOPE } from './schema/security.js';
import { type SERVICE_KEYS, SERVICE_SCOPE } from './schema/service.js';
import { type WAMP_KEYS, WAMP_SCOPE } from './schema/wamp.js';
import type { RawConfig, RawScope } from './sort-entries.js';

export type ServiceDraft = Draft<typeof SERVICE_KEYS> & {
  readonly procedures: readonly ProcedureDraft[];
  readonly first: Entry | undefined;
};
export type ProcedureDraft = Draft<typeof PROCEDURE_KEYS>;
export type ListenerDraft = Draft<typeof LISTENER_KEYS>;

/** Every scope read by its table, nothing computed or compared yet. */
export interface ConfigDraft {
  readonly services: readonly ServiceDraft[];
  readonly listeners: readonly ListenerDraft[];
  readonly wamp: Draft<typeof WAMP_KEYS>;
  readonly security: Draft<typeof SECURITY_KEYS>;
  readonly router: Draft<typeof ROUTER_KEYS>;
  readonly log: Draft<typeof LOG_KEYS>;
}

/** Reads all scopes. Without any listener declared there are the two of {@link DEFAULT_LISTENERS}. */
export function readDrafts(raw: RawConfig, context: ReadContext): ConfigDraft {
  const other = (path: string): RawScope => raw.others.get(path) ?? emptyScope('', path);
  const listeners =
    raw.listeners.size > 0 ? [...raw.listeners.values()] : DEFAULT_LISTENERS.map(defaultListener);
  return {
    services: [...raw.services.values()].map((service) => ({
      ...readSettings(SERVICE_SCOPE, service, context),
      first: service.first,
      procedures: [...service.procedures.values()].map((procedure) =>
        readSettings(PROCEDURE_SCOPE, procedure, context),
      ),
    })),
    listeners: listeners.map((listener) =>
      readSettings(
        LISTENER_SCOPE,
        listener,
        context,
        ({ enabled, protocol }) => enabled === false || isPendingProtocol(protocol),
      ),
    ),
    wamp: readSettings(WAMP_SCOPE, other('wamp'), context),
    security: readSettings(SECURITY_SCOPE, other('security'), context),
    router: readSettings(ROUTER_SCOPE, other('router'), context),
    log: readSettings(LOG_SCOPE, other('log'), context),
  };
}

/** One for each transport, each on Bondy's port for it, named by what is spoken there. */
const DEFAULT_LISTENERS = ['websocket', 'rawsocket'] as const;

/** A listener as if the file had the one line `listeners.rawsocket.protocol = rawsocket`. */
function defaultListener(protocol: (typeof DEFAULT_LISTENERS)[number]): RawScope {
  const path = `listeners.${protocol}`;
  const entry = {
    kind: 'setting',
    key: `${path}.protocol`,
    rawValue: protocol,
    file: '',
    line: 0,
    directory: '',
  } as const;
  const match = { key: 'protocol', spec: LISTENER_SCOPE.keys.protocol };
  return { ...emptyScope(protocol, path), values: new Map([['protocol', { entry, match }]]) };
}

function emptyScope(name: string, path: string): RawScope {
  return { name, path, first: undefined, values: new Map() };
}

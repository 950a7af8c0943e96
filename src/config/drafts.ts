import type { Entry } from './includes.js';
import { type Draft, type ReadContext, readSettings } from './read-settings.js';
import { LISTENER_KEYS } from './schema/listener.js';
import { LOG_KEYS } from './schema/log.js';
import { PROCEDURE_KEYS } from './schema/procedure.js';
import { ROUTER_KEYS } from './schema/router.js';
import { SECURITY_KEYS } from './schema/security.js';
import { SERVICE_KEYS } from './schema/service.js';
import { WAMP_KEYS } from './schema/wamp.js';
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

/** Reads all scopes. Without any listener declared there is one: the WebSocket default. */
export function readDrafts(raw: RawConfig, context: ReadContext): ConfigDraft {
  const other = (path: string): RawScope => raw.others.get(path) ?? emptyScope('', path);
  const listeners =
    raw.listeners.size > 0 ? [...raw.listeners.values()] : [emptyScope('default', 'listeners.default')];
  return {
    services: [...raw.services.values()].map((service) => ({
      ...readSettings(SERVICE_KEYS, service, context),
      first: service.first,
      procedures: [...service.procedures.values()].map((procedure) =>
        readSettings(PROCEDURE_KEYS, procedure, context),
      ),
    })),
    listeners: listeners.map((listener) => readSettings(LISTENER_KEYS, listener, context)),
    wamp: readSettings(WAMP_KEYS, other('wamp'), context),
    security: readSettings(SECURITY_KEYS, other('security'), context),
    router: readSettings(ROUTER_KEYS, other('router'), context),
    log: readSettings(LOG_KEYS, other('log'), context),
  };
}

function emptyScope(name: string, path: string): RawScope {
  return { name, path, first: undefined, values: new Map() };
}

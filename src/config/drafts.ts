import { isOpenedHere, settleListener } from './bondy-listeners.js';
import { generateProcedures } from './documents/generated-procedures.js';
import type { ServiceDocument, ServiceDocuments } from './documents/read-documents.js';
import type { ListenerDraft } from './listener-draft.js';
import type { RawConfig, RawScope, RawService } from './match-entries.js';
import { createProblems } from './problems.js';
import type { ProcedureDraft } from './procedure-draft.js';
import { type Draft, type ReadContext, readSettings } from './read-settings.js';
import { type ADMIN_KEYS, ADMIN_SCOPE } from './schema/admin.js';
import { LISTENER_SCOPE, type ListenerSettings } from './schema/listener.js';
import { type LOG_KEYS, LOG_SCOPE } from './schema/log.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { type ROUTER_KEYS, ROUTER_SCOPE } from './schema/router.js';
import { type SECURITY_KEYS, SECURITY_SCOPE } from './schema/security.js';
import { type SERVICE_KEYS, SERVICE_SCOPE } from './schema/service.js';
import { type TRACING_KEYS, TRACING_SCOPE } from './schema/tracing.js';
import { type WAMP_KEYS, WAMP_SCOPE } from './schema/wamp.js';
import type { Entry } from './syntax/includes.js';

export type { ListenerDraft } from './listener-draft.js';
export type { ProcedureDraft } from './procedure-draft.js';

export type ServiceDraft = Draft<typeof SERVICE_KEYS> & {
  readonly procedures: readonly ProcedureDraft[];
  readonly first: Entry | undefined;
  /** Undefined without `openapi.file`. Null if the document cannot be used, which is reported. */
  readonly document: ServiceDocument | null | undefined;
};
/** All scopes, read by their tables. Nothing is computed or compared yet. */
export interface ConfigDraft {
  readonly services: readonly ServiceDraft[];
  readonly listeners: readonly ListenerDraft[];
  readonly admin: Draft<typeof ADMIN_KEYS>;
  readonly wamp: Draft<typeof WAMP_KEYS>;
  readonly security: Draft<typeof SECURITY_KEYS>;
  readonly router: Draft<typeof ROUTER_KEYS>;
  readonly log: Draft<typeof LOG_KEYS>;
  readonly tracing: Draft<typeof TRACING_KEYS>;
}

/**
 * Reads all scopes. If the file has no listener, the default ones are used.
 */
export function readDrafts(
  raw: RawConfig,
  context: ReadContext,
  documents: ServiceDocuments = new Map(),
): ConfigDraft {
  const other = (path: string): RawScope => raw.others.get(path) ?? emptyScope('', path);
  const read = (listener: RawScope) =>
    settleListener(readSettings(LISTENER_SCOPE, listener, context, (settings) => !isOpenedHere(settings)));
  const router = readSettings(ROUTER_SCOPE, other('router'), context);
  return {
    services: [...raw.services.values()]
      .filter(isEnabled(context))
      .map((service) => readService(service, context, documents.get(service.name))),
    listeners: listenersOf([...raw.listeners.values()], read, router.entry('url') !== undefined, context),
    admin: readSettings(ADMIN_SCOPE, other('admin'), context),
    wamp: readSettings(WAMP_SCOPE, other('wamp'), context),
    security: readSettings(SECURITY_SCOPE, other('security'), context),
    router,
    log: readSettings(LOG_SCOPE, other('log'), context),
    tracing: readSettings(TRACING_SCOPE, other('tracing'), context),
  };
}

function readService(
  raw: RawService,
  context: ReadContext,
  document: ServiceDocument | null | undefined,
): ServiceDraft {
  const settings = readSettings(SERVICE_SCOPE, raw, context);
  const generated = document == null ? [] : generateProcedures(settings, document, raw.procedures, context);
  const names = new Set(generated.map(({ name }) => name));
  const others = [...raw.procedures.values()].filter(({ name }) => !names.has(name));
  const own = others.filter((procedure) => !isLeftOut(procedure, document, context));
  return {
    ...settings,
    first: raw.first,
    document,
    procedures: [...generated, ...own.map((procedure) => readSettings(PROCEDURE_SCOPE, procedure, context))],
  };
}

/**
 * Tells whether a procedure only overrides values of an operation that is left out. With a URI it is a
 * procedure of its own.
 */
function isLeftOut(
  { name, path, first, values }: RawScope,
  document: ServiceDocument | null | undefined,
  { notices }: ReadContext,
): boolean {
  if (document == null || !document.ids.has(name) || values.has('uri')) return false;
  if (first !== undefined) notices.add(first, path, 'has no effect, because the operation is left out');
  return true;
}

/** Tells which services are enabled. No other value of a disabled service is read. */
function isEnabled(context: ReadContext): (service: RawScope) => boolean {
  const scope = { keys: { enabled: SERVICE_SCOPE.keys.enabled } };
  return (service) => {
    // A wrong value is reported later, when the service is read.
    const quiet = { ...context, problems: createProblems(), notices: createProblems() };
    return readSettings(scope, service, quiet).settings.enabled !== false;
  };
}

/** The listeners of the file that the gateway opens, or the default ones if there are none. */
function listenersOf(
  raw: readonly RawScope[],
  read: (listener: RawScope) => ListenerDraft | undefined,
  isAttached: boolean,
  { notices }: ReadContext,
): readonly ListenerDraft[] {
  const found = raw.flatMap((listener) => read(listener) ?? []);
  const [first] = raw;
  if (found.length > 0 || (isAttached && first !== undefined)) return found;
  if (first?.first !== undefined) {
    notices.add(
      first.first,
      first.path,
      'the gateway can open no listener of this file, so it opens the default listeners',
    );
  }
  return DEFAULT_LISTENERS[isAttached ? 'attached' : 'embedded'].flatMap((protocol) => {
    const listener = read(defaultListener(protocol));
    return listener === undefined ? [] : { ...listener, isDefault: true };
  });
}

/**
 * One listener for each transport and one for operators, on the ports of Bondy, with the name of
 * the protocol. A gateway that joins an existing router has no listener for WAMP clients.
 */
const DEFAULT_LISTENERS = { embedded: ['websocket', 'rawsocket', 'admin'], attached: ['admin'] } as const;

/** The same as a listener from the line `listeners.rawsocket.protocol = rawsocket`. */
function defaultListener(protocol: ListenerSettings['protocol']): RawScope {
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

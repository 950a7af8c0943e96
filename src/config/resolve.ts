import { resolve as resolvePath } from 'node:path';
import { isOnLoopback } from './checks/listener-checks.js';
import type { ServiceDocument } from './documents/read-documents.js';
import type { ConfigDraft, ListenerDraft, ProcedureDraft, ServiceDraft } from './drafts.js';
import { deepFreeze, frozenMap } from './freeze.js';
import type {
  AdminSettings,
  DocumentConfig,
  ListenerConfig,
  ListenerSettings,
  LoadedConfig,
  NamedTemplate,
  ProcedureSettings,
  SecurityConfig,
  ServiceConfig,
  ServiceSettings,
  WampSettings,
} from './model.js';
import { foldHeader } from './schema/families.js';
import { DEFAULT_PORTS } from './schema/listener.js';
import type { SecurityFile } from './security-file/load-security-file.js';
import { withoutUsers } from './security-file/realm-security.js';

/** Computes defaults from other keys, merges services into procedures, and freezes the result. */
export function resolveConfig(
  draft: ConfigDraft,
  securityFile: SecurityFile,
  reported: Pick<LoadedConfig, 'notices' | 'written' | 'sources'>,
): LoadedConfig {
  const wamp = resolveWamp(draft.wamp.settings as WampSettings);
  const attached = draft.router.settings.url !== undefined;
  const services = draft.services.map((service) => resolveService(service, wamp, attached));
  const listeners = draft.listeners
    .filter(({ settings, isAdmin }) => settings.enabled === true && (!attached || isAdmin))
    .map((listener) => resolveListener(listener, wamp, attached));
  const realms = services.flatMap(({ procedures }) => procedures.map(({ settings }) => settings.realm));
  return deepFreeze({
    services,
    listeners,
    realms: [
      ...new Set([
        ...realms,
        ...(attached ? [] : securityFile.realms.keys()),
        ...(draft.admin.settings.realm === undefined ? [] : [draft.admin.settings.realm]),
      ]),
    ],
    admin: complete<AdminSettings>(draft.admin.settings, {
      console_calls:
        draft.admin.settings.console_calls ??
        listeners.every(({ settings, isAdmin }) => !isAdmin || isOnLoopback(settings)),
    }),
    wamp,
    security: resolveSecurity(draft.security.settings, securityFile, listeners),
    router: draft.router.settings as LoadedConfig['router'],
    log: draft.log.settings as LoadedConfig['log'],
    tracing: draft.tracing.settings as LoadedConfig['tracing'],
    ...reported,
  });
}

function resolveSecurity(
  given: ConfigDraft['security']['settings'],
  file: SecurityFile,
  listeners: readonly ListenerConfig[],
): SecurityConfig {
  const realms = new Map(file.realms);
  for (const [realm, procedures] of given.realms ?? []) {
    realms.set(realm, { ...(realms.get(realm) ?? withoutUsers(realm)), ...procedures });
  }
  return complete<SecurityConfig>(given as Partial<SecurityConfig>, {
    allow_anonymous_user:
      given.allow_anonymous_user ??
      listeners.every(({ settings }) => settings.protocol === 'admin' || isOnLoopback(settings)),
    realms: frozenMap(realms),
  });
}

/** Limits call_timeout to max_call_timeout, even if call_timeout is a default. */
function resolveWamp(given: WampSettings): WampSettings {
  return complete<WampSettings>(given, {
    call_timeout: Math.min(given.call_timeout, given.max_call_timeout),
  });
}

/** Adds computed settings in place. A copy would lose the secrets, which are not enumerable. */
function complete<T extends object>(settings: Partial<T>, computed: Partial<T>): T {
  return Object.assign(settings, computed) as T;
}

function resolveService(draft: ServiceDraft, wamp: WampSettings, attached: boolean): ServiceConfig {
  const given = draft.settings as ServiceSettings;
  const settings = complete<ServiceSettings>(given, {
    deadline: Math.min(draft.settings.deadline ?? given.timeout * (given.retries + 1), wamp.max_call_timeout),
    ...secretFile(draft),
  });
  return {
    name: draft.name,
    settings,
    procedures: draft.procedures.map((procedure) => ({
      name: procedure.name,
      service: draft.name,
      settings: resolveProcedure(procedure, settings, attached),
      ...(procedure.operation && { operation: procedure.operation }),
    })),
    ...(draft.document != null && { document: describeDocument(draft.document) }),
  };
}

function describeDocument({ file, model }: ServiceDocument): DocumentConfig {
  const { title, operations, unusable, defs } = model;
  return { file, title, operationCount: operations.length + unusable.length, defs };
}

/**
 * Makes the secret_id of the `file` provider absolute. Like all paths, it is relative to its
 * configuration file.
 */
function secretFile(draft: ServiceDraft): Partial<ServiceSettings> {
  const id = draft.settings['auth.secrets.secret_id'];
  const entry = draft.entry('auth.secrets.secret_id');
  if (draft.settings['auth.secrets.provider'] !== 'file' || id === undefined || entry === undefined)
    return {};
  return { 'auth.secrets.secret_id': resolvePath(entry.directory, id) };
}

function resolveProcedure(
  draft: ProcedureDraft,
  service: ServiceSettings,
  attached: boolean,
): ProcedureSettings {
  const own = draft.settings as ProcedureSettings;
  return complete<ProcedureSettings>(own, {
    headers: mergeNamed(service.headers, own.headers, foldHeader),
    query: mergeNamed(service.query, own.query),
    cookies: mergeNamed(service.cookies, own.cookies),
    errors: frozenMap([...service.errors, ...own.errors]),
    error_path: own.error_path ?? service.error_path,
    'errors.body': own['errors.body'] ?? service['errors.body'],
    idempotency_header: own.idempotency_header ?? service.idempotency_header,
    result: own.result ?? service.result,
    body_encoding: own.body_encoding ?? service.body_encoding,
    'response.validate': own['response.validate'] ?? service['response.validate'],
    'request.compress': own['request.compress'] ?? service['request.compress'],
    query_style: own.query_style ?? service.query_style,
    remaining: own.remaining ?? remainingOf(draft) ?? defaultRemaining(own),
    invoke: own.invoke ?? (attached ? 'roundrobin' : 'single'),
  });
}

/** An operation takes kwargs that its document does not name only if its body allows other fields. */
function remainingOf({ operation, entry }: ProcedureDraft): ProcedureSettings['remaining'] | undefined {
  if (operation === undefined) return undefined;
  return operation.body?.allowsOthers === true && entry('body') === undefined ? 'body' : 'refuse';
}

/** The default for where unused kwargs go, as docs/guide.md describes. */
function defaultRemaining({
  method,
  body_whole,
}: Pick<ProcedureSettings, 'method' | 'body_whole'>): ProcedureSettings['remaining'] {
  if (body_whole !== undefined) return 'refuse';
  return method === 'post' || method === 'put' || method === 'patch' ? 'body' : 'query';
}

/**
 * Merges entries. An entry of the procedure replaces the entry of the service with the same name.
 */
function mergeNamed(
  service: readonly NamedTemplate[],
  own: readonly NamedTemplate[],
  fold: (name: string) => string = (name) => name,
): readonly NamedTemplate[] {
  const merged = new Map<string, NamedTemplate>();
  for (const entry of [...service, ...own]) merged.set(fold(entry.name), entry);
  return [...merged.values()];
}

function resolveListener(draft: ListenerDraft, wamp: WampSettings, attached: boolean): ListenerConfig {
  const given = draft.settings as ListenerSettings;
  const settings = complete<ListenerSettings>(given, {
    port: draft.settings.port ?? DEFAULT_PORTS[given.protocol],
    max_sessions: draft.settings.max_sessions ?? wamp.max_sessions,
    // The part for WAMP clients does not open.
    ...(attached && { protocol: 'admin' }),
  });
  return { name: draft.name, settings, isAdmin: draft.isAdmin, isDefault: draft.isDefault };
}

import type { ConfigProblem, ConfigSources } from '../errors.js';
import type { ApiModel, Operation } from '../openapi/model/api-model.js';
import type { AdminSettings } from './schema/admin.js';
import type { ListenerSettings } from './schema/listener.js';
import type { LogSettings } from './schema/log.js';
import type { ProcedureSettings } from './schema/procedure.js';
import type { RouterSettings } from './schema/router.js';
import type { SecuritySettings } from './schema/security.js';
import type { ServiceSettings } from './schema/service.js';
import type { TracingSettings } from './schema/tracing.js';
import type { WampSettings } from './schema/wamp.js';
import type { RealmSecurity } from './security-file/model.js';
import type { WrittenKeys } from './written-keys.js';

export type { RealmSecurity } from './security-file/model.js';
export type { StatusClass, StatusPattern } from './types/answer-types.js';
export type { NextPagePlace } from './types/pages-types.js';
export type { EgressProxy } from './types/proxy-url.js';
export type { RequestRate } from './types/rate.js';
export type { NamedTemplate, Template, Variable } from './types/template.js';
export type { WrittenKey, WrittenKeys, WrittenScope } from './written-keys.js';
export type {
  AdminSettings,
  ListenerSettings,
  LogSettings,
  ProcedureSettings,
  RouterSettings,
  SecuritySettings,
  ServiceSettings,
  TracingSettings,
  WampSettings,
};

/** An HTTP API and its procedures. */
export interface ServiceConfig {
  /** The name in the file. */
  readonly name: string;
  readonly settings: ServiceSettings;
  readonly procedures: readonly ProcedureConfig[];
  /** Its OpenAPI document. Undefined without `openapi.file`. */
  readonly document?: DocumentConfig;
}

/** The OpenAPI document of a service. */
export interface DocumentConfig {
  /** Its absolute path. */
  readonly file: string;
  readonly title: string;
  /** The number of its operations, also of those that do not become procedures. */
  readonly operationCount: number;
  /**
   * The schemas to which those of its operations refer, as `#/$defs/NAME`.
   *
   * @hidden
   */
  readonly defs: ApiModel['defs'];
}

/** One WAMP procedure. Its settings already include the ones that it inherits from its service. */
export interface ProcedureConfig {
  readonly name: string;
  /** The name of its service. */
  readonly service: string;
  readonly settings: ProcedureSettings;
  /**
   * The operation from which it is made. Undefined if the file describes the whole procedure.
   *
   * @hidden
   */
  readonly operation?: Operation;
}

/** An enabled listener. */
export interface ListenerConfig {
  readonly name: string;
  readonly settings: ListenerSettings;
  /** Whether operators may use it: with `protocol = admin`, or beside WAMP clients. */
  readonly isAdmin: boolean;
  /** True if the file has no listener, so that the gateway opens this one. */
  readonly isDefault: boolean;
}

/**
 * The security keys, and who may join which realm. `realms` has the realm's name as its key; a
 * realm without security settings has no entry.
 */
export interface SecurityConfig extends Omit<SecuritySettings, 'realms'> {
  readonly realms: ReadonlyMap<string, RealmSecurity>;
}

/**
 * A configuration: complete, checked and deeply frozen. A setting has the name of its key in the
 * file. Durations are in milliseconds, sizes in bytes; paths are absolute.
 */
export interface LoadedConfig {
  readonly services: readonly ServiceConfig[];
  readonly listeners: readonly ListenerConfig[];
  /**
   * The realms of the procedures, then those of the security file, each in the order of its file,
   * then `admin.realm`.
   */
  readonly realms: readonly string[];
  readonly admin: AdminSettings;
  readonly wamp: WampSettings;
  readonly security: SecurityConfig;
  readonly router: RouterSettings;
  readonly log: LogSettings;
  readonly tracing: TracingSettings;
  /** Warnings and notices. They do not stop the gateway from starting. */
  readonly notices: readonly ConfigProblem[];
  /** The keys that the files set, with secrets masked. */
  readonly written: WrittenKeys;
  readonly sources: ConfigSources;
}

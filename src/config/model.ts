import type { ConfigProblem } from '../errors.js';
import type { ListenerSettings } from './schema/listener.js';
import type { LogSettings } from './schema/log.js';
import type { ProcedureSettings } from './schema/procedure.js';
import type { RouterSettings } from './schema/router.js';
import type { SecuritySettings } from './schema/security.js';
import type { ServiceSettings } from './schema/service.js';
import type { WampSettings } from './schema/wamp.js';
import type { RealmSecurity } from './security-file/model.js';

export type { RealmSecurity } from './security-file/model.js';
export type { NamedTemplate, Template, Variable } from './types/template.js';
export type {
  ListenerSettings,
  LogSettings,
  ProcedureSettings,
  RouterSettings,
  SecuritySettings,
  ServiceSettings,
  WampSettings,
};

/** An HTTP API and the procedures that lead to it. */
export interface ServiceConfig {
  readonly name: string;
  readonly settings: ServiceSettings;
  readonly procedures: readonly ProcedureConfig[];
}

/** One WAMP procedure. What it shares with its service is merged into its settings already. */
export interface ProcedureConfig {
  readonly name: string;
  /** The name of its service. */
  readonly service: string;
  readonly settings: ProcedureSettings;
}

/** An enabled listener. */
export interface ListenerConfig {
  readonly name: string;
  readonly settings: ListenerSettings;
}

/** The security keys, and who may join which realm, by the realm's name; realms that nothing is said about have no entry. */
export interface SecurityConfig extends Omit<SecuritySettings, 'realms'> {
  readonly realms: ReadonlyMap<string, RealmSecurity>;
}

/**
 * A configuration, complete, checked and deeply frozen. A setting has the name of its key in the file; durations are
 * milliseconds, sizes bytes, files absolute paths.
 */
export interface LoadedConfig {
  readonly services: readonly ServiceConfig[];
  readonly listeners: readonly ListenerConfig[];
  /** The realms that procedures name, and then those of the security file, each in the order of its file. */
  readonly realms: readonly string[];
  readonly wamp: WampSettings;
  readonly security: SecurityConfig;
  readonly router: RouterSettings;
  readonly log: LogSettings;
  /** Warnings and notices: nothing here keeps the gateway from starting. */
  readonly notices: readonly ConfigProblem[];
  /** Keys of the file that are right and have no effect yet in this version; `notices` speaks of them too. */
  readonly pending: readonly string[];
}

import { ADMIN_SCOPE } from './admin.js';
import { LISTENER_SCOPE } from './listener.js';
import { LOG_SCOPE } from './log.js';
import { PROCEDURE_SCOPE } from './procedure.js';
import { ROUTER_SCOPE } from './router.js';
import { SECURITY_SCOPE } from './security.js';
import { SERVICE_SCOPE } from './service.js';
import type { Scope } from './spec.js';
import { TRACING_SCOPE } from './tracing.js';
import { WAMP_SCOPE } from './wamp.js';

/** The two names of the gateway's own subsystem in a file. Both mean the same. */
export const GATEWAY_PREFIXES = ['rpc_gateway', 'http_connector'] as const;

/**
 * Scopes below a gateway prefix. Procedures come first: their path begins with the path of a
 * service.
 */
export const GATEWAY_SCOPES: readonly Scope[] = [PROCEDURE_SCOPE, SERVICE_SCOPE];

/** Scopes at the top level. */
export const TOP_SCOPES: readonly Scope[] = [
  LISTENER_SCOPE,
  ADMIN_SCOPE,
  WAMP_SCOPE,
  SECURITY_SCOPE,
  ROUTER_SCOPE,
  LOG_SCOPE,
  TRACING_SCOPE,
];

/**
 * Subsystems of the gateway alone. An unknown key is an error there; elsewhere it may belong to
 * Bondy.
 */
export const STRICT_SUBSYSTEMS: readonly string[] = [
  ...GATEWAY_PREFIXES,
  ROUTER_SCOPE.path,
  ADMIN_SCOPE.path,
];

/** Keys of Bondy within those subsystems. They are allowed and have no effect here. */
const OF_BONDY: readonly (readonly [key: RegExp, notice: string])[] = [
  [
    /^(?:rpc_gateway|http_connector)\.config_file$/,
    'has no effect here: write the services into this file, or into files that it includes',
  ],
  [/^(?:rpc_gateway|http_connector)\.apply_(?:debounce|jitter)$/, 'has no effect here'],
  [/^router\.forward\./, 'has no effect here'],
];

/** The notice for a key that only Bondy uses; undefined for all other keys. */
export function ofBondyAlone(key: string): string | undefined {
  return OF_BONDY.find(([pattern]) => pattern.test(key))?.[1];
}

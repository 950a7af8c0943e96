export type { AdminAnswer, AdminRoute } from './admin/admin-route.js';
export {
  createGateway,
  type Gateway,
  type GatewayOptions,
  type ReloadOptions,
} from './assembly/create-gateway.js';
export { type Preview, previewRequest } from './assembly/preview-request.js';
export type { RegistrationStatus } from './attach/registrations.js';
export type { LinkStatus } from './attach/status.js';
export { type Clock, systemClock } from './clock.js';
export { type ConfigSource, loadConfig, parseConfig } from './config/load-config.js';
export { loadConfigAsync } from './config/load-config-async.js';
export type {
  AdminSettings,
  DocumentConfig,
  EgressProxy,
  ListenerConfig,
  ListenerSettings,
  LoadedConfig,
  LogSettings,
  NamedTemplate,
  NextPagePlace,
  ProcedureConfig,
  ProcedureSettings,
  RealmSecurity,
  RequestRate,
  RouterSettings,
  SecurityConfig,
  SecuritySettings,
  ServiceConfig,
  ServiceSettings,
  StatusClass,
  StatusPattern,
  Template,
  TracingSettings,
  Variable,
  WampSettings,
  WrittenKey,
  WrittenKeys,
  WrittenScope,
} from './config/model.js';
export type {
  AuthMethod,
  Cidr,
  GrantedUris,
  Password,
  Permission,
  SecurityGrant,
  SecuritySource,
  SecurityUser,
} from './config/security-file/model.js';
export type { ReadFile } from './config/syntax/includes.js';
export type { Environment } from './config/syntax/substitution.js';
export {
  CALL_ERRORS,
  type CallErrorCode,
  ConfigError,
  type ConfigProblem,
  type ConfigSources,
  formatProblem,
  GATEWAY_ERROR_CODES,
  GatewayError,
  type GatewayErrorCode,
} from './errors.js';
export { BadRequest } from './gateway/pipeline/call.js';
export { createLogger, type Logger, type LogLevel, silentLogger } from './log.js';
export { observeAll } from './observe/observe-all.js';
export {
  type BreakerState,
  type CacheResult,
  type CallOutcome,
  type LimitReason,
  type LinkFailureReason,
  type ObservedFailure,
  type ObservedProcedure,
  type Observer,
  type RejectReason,
  type ResponseClass,
  type RoutedOutcome,
  silentObserver,
} from './observe/observer.js';
export type {
  ActionOutcome,
  ReloadChange,
  ReloadKey,
  ReloadOutcome,
  ServiceAction,
} from './status/actions.js';
export type {
  AlarmStatus,
  AttachedStatus,
  ConfigurationStatus,
  GatewayState,
  GatewayStatus,
  ListenerStatus,
  ProcedureStatus,
  RealmStatus,
} from './status/gateway-status.js';
export type {
  CacheStatus,
  CallFigures,
  FailedCall,
  PoolStatus,
  ProbeStatus,
  ProcedureTraffic,
  SecretStatus,
  ServiceDetail,
  ServiceState,
  ServiceStatus,
  TokenStatus,
  TrafficHistory,
} from './status/service-status.js';
export type { HttpMethod, HttpRequest } from './upstream/http-message.js';

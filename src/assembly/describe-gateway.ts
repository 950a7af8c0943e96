import type { LinkStatus } from '../attach/status.js';
import type { Clock } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import { sourceForShow } from '../config/types/template.js';
import type { Service } from '../gateway/service.js';
import { addPools } from '../gateway/service-facts.js';
import type { ModeStatus } from '../modes/mode.js';
import type {
  AlarmStatus,
  AttachedStatus,
  ConfigurationStatus,
  GatewayState,
  GatewayStatus,
  ProcedureStatus,
} from '../status/gateway-status.js';
import type { ServiceRecords } from '../status/service-records.js';
import type { ServiceStatus } from '../status/service-status.js';
import type { StatusEvent } from '../status/status-event.js';
import { packageVersion } from '../version.js';
import type { CertificateExpiries } from './certificate-expiries.js';

/** What the status is made of. */
export interface StatusParts {
  readonly config: LoadedConfig;
  readonly configuration: ConfigurationStatus;
  readonly state: GatewayState;
  readonly missing: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly services: readonly Service[];
  /** Services that a reload has replaced or removed, and that still end their calls. */
  readonly retiring: Iterable<Service>;
  readonly records: ServiceRecords;
  readonly certificates: CertificateExpiries;
  /** Undefined before the start. */
  readonly mode: ModeStatus | undefined;
  readonly adminListeners: ModeStatus['listeners'];
  readonly addedPaths: readonly string[];
  readonly clock: Clock;
}

/** Describes a gateway for operators. */
export function describeGateway(parts: StatusParts): GatewayStatus {
  return { ...describeState(parts), procedures: parts.config.services.flatMap(describeProcedures) };
}

/** The same without the list of procedures. */
export function describeState(parts: StatusParts): StatusEvent {
  const { config, state, missing, startedAt, certificates, mode, clock } = parts;
  const services = parts.services.map((service) => describeService(service, parts));
  return {
    version: packageVersion(),
    node_version: process.versions.node,
    state,
    missing,
    mode: config.router.url === undefined ? 'embedded' : 'attached',
    started_at: new Date(startedAt).toISOString(),
    uptime_seconds: Math.round((clock.wall() - startedAt) / 1_000),
    configuration: parts.configuration,
    realms: mode?.realms ?? [],
    services,
    listeners: [...(mode?.listeners ?? []), ...parts.adminListeners].map((listener) => ({
      ...listener,
      certificate_expires_at: certificates.listeners.get(listener.name) ?? null,
    })),
    attached_sessions: (mode?.links ?? []).map((link) => describeLink(link, clock)),
    alarms: alarmsOf(parts),
    added_paths: parts.addedPaths,
  };
}

export function describeSources({ sources }: LoadedConfig): Pick<ConfigurationStatus, 'file' | 'hash'> {
  return { file: sources.main ?? null, hash: sources.hash };
}

function describeService(service: Service, { retiring, records, certificates }: StatusParts): ServiceStatus {
  const { alarm, failures, ...record } = records.of(service.name);
  const facts = service.facts();
  // The calls of a predecessor run over its own connections.
  const predecessors = [...retiring].filter(({ name }) => name === service.name);
  const pools = [facts.pool, ...predecessors.map((each) => each.pool())];
  return {
    ...facts,
    pool: { size: facts.pool.size, ...addPools(pools) },
    ...record,
    last_error: failures[0] ?? null,
    alarm: alarm !== undefined,
    certificate_expires_at: certificates.services.get(service.name) ?? null,
  };
}

function describeProcedures({ name, procedures }: LoadedConfig['services'][number]): ProcedureStatus[] {
  return procedures.map(({ settings }) => ({
    uri: settings.uri,
    realm: settings.realm,
    service: name,
    method: settings.method.toUpperCase(),
    path: sourceForShow(settings.path).split('?', 1)[0] as string,
  }));
}

function describeLink(link: LinkStatus, clock: Clock): AttachedStatus {
  const { realm, router, state, sinceMs, failure, procedures } = link;
  return {
    realm,
    router,
    state,
    since: new Date(clock.wall() - sinceMs).toISOString(),
    cause: failure?.cause ?? null,
    registered_procedures: procedures.filter(({ kind }) => kind === 'registered').length,
    procedures: procedures.length,
  };
}

function alarmsOf({ services, records }: StatusParts): readonly AlarmStatus[] {
  return services.flatMap(({ name }) => {
    const { alarm } = records.of(name);
    return alarm === undefined ? [] : [{ service: name, severity: 'major' as const, ...alarm }];
  });
}

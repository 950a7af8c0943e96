import type { BreakerState } from '../observe/observer.js';
import type { GatewayStatus } from '../status/gateway-status.js';
import type { ServiceStatus } from '../status/service-status.js';
import type { Sample } from './counts.js';
import type { FAMILIES, FamilyName } from './families.js';
import type { MeasuredParts } from './measured-parts.js';

/** The part of the status that the gauges show. */
export type MeasuredStatus = Pick<
  GatewayStatus,
  'version' | 'node_version' | 'configuration' | 'realms' | 'services' | 'listeners' | 'attached_sessions'
>;

export type GaugeName = {
  [Name in FamilyName]: (typeof FAMILIES)[Name]['type'] extends 'gauge' ? Name : never;
}[FamilyName];

/** What a scrape shows: the parts decide which series there are, the status has their values. */
export interface Scene {
  readonly parts: MeasuredParts;
  readonly status: MeasuredStatus;
}

const BREAKER_STATES: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };

/** Reads the values of every gauge. A part that the status lacks has the value 0. */
export const GAUGES: Readonly<Record<GaugeName, (scene: Scene) => Sample[]>> = {
  in_flight_calls: ofServices(({ in_flight }) => in_flight),
  in_flight_streams: ofServices(({ pool }) => pool.streams),
  response_cache_bytes: ofServices(({ cache }) => cache?.bytes ?? 0, 'hasCache'),
  pool_connections: (scene) =>
    scene.parts.services.flatMap(({ name }) => {
      const { busy = 0, idle = 0 } = serviceOf(scene, name)?.pool ?? {};
      return [sample(busy, name, 'busy'), sample(idle, name, 'idle')];
    }),
  pool_waiting: ofServices(({ pool }) => pool.waiting),
  service_up: ofServices(({ live }) => Number(live)),
  service_ready: ofServices(({ state }) => Number(state === 'up')),
  breaker_state: ofServices(({ breaker }) => (breaker === null ? 0 : BREAKER_STATES[breaker])),
  alarm_active: ofServices(({ alarm }) => Number(alarm)),
  token_expiry_timestamp_seconds: ofServices(({ token }) => secondsOf(token?.expires_at), 'hasToken'),
  secret_last_success_timestamp_seconds: ofServices(
    ({ secret }) => secondsOf(secret?.last_read_at),
    'hasSecret',
  ),
  router_sessions: ofRealms(({ sessions }) => sessions),
  router_registrations: ofRealms(({ registrations }) => registrations),
  router_subscriptions: ofRealms(({ subscriptions }) => subscriptions),
  listener_connections: ({ parts, status }) =>
    parts.listeners.map(({ name }) =>
      sample(status.listeners.find((each) => each.name === name)?.connections ?? 0, name),
    ),
  attached_session_up: ofAttached(({ state }) => Number(STATES_WITH_SESSION.has(state))),
  attached_registered_procedures: ofAttached(({ registered_procedures }) => registered_procedures),
  config_last_reload_success: ({ status: { configuration } }) => [
    sample(Number(configuration.last_reload?.outcome !== 'error')),
  ],
  config_last_reload_timestamp_seconds: ({ status: { configuration } }) => [
    sample(secondsOf(configuration.last_reload?.at ?? configuration.loaded_at)),
  ],
  certificate_expiry_timestamp_seconds: ({ parts, status }) => [
    ...parts.listeners
      .filter(({ hasCertificate }) => hasCertificate)
      .map(({ name }) => {
        const expiry = status.listeners.find((each) => each.name === name)?.certificate_expires_at;
        return sample(secondsOf(expiry), `listener:${name}`);
      }),
    ...parts.services
      .filter(({ hasCertificate }) => hasCertificate)
      .map(({ name }) => {
        const expiry = status.services.find((each) => each.name === name)?.certificate_expires_at;
        return sample(secondsOf(expiry), `service:${name}`);
      }),
  ],
  build_info: ({ status }) => [sample(1, status.version, status.node_version)],
};

const STATES_WITH_SESSION: ReadonlySet<string> = new Set(['registering', 'serving', 'draining']);

const sample = (value: number, ...labels: string[]): Sample => ({ labels, value });

/** Unix time of an ISO 8601 date; 0 without one. */
function secondsOf(date: string | null | undefined): number {
  return date === null || date === undefined ? 0 : Date.parse(date) / 1000;
}

const serviceOf = ({ status }: Scene, name: string): ServiceStatus | undefined =>
  status.services.find((each) => each.name === name);

function ofServices(
  value: (service: ServiceStatus) => number,
  condition?: 'hasToken' | 'hasSecret' | 'hasCache',
): (scene: Scene) => Sample[] {
  return (scene) => {
    const byName = new Map(scene.status.services.map((service) => [service.name, service]));
    return scene.parts.services
      .filter((part) => condition === undefined || part[condition])
      .map(({ name }) => {
        const service = byName.get(name);
        return sample(service === undefined ? 0 : value(service), name);
      });
  };
}

/** Only an embedded router has these gauges. */
function ofRealms(value: (realm: GatewayStatus['realms'][number]) => number): (scene: Scene) => Sample[] {
  return ({ parts, status }) => {
    if (parts.mode !== 'embedded') return [];
    return parts.realms.map((name) => {
      const realm = status.realms.find((each) => each.name === name);
      return sample(realm === undefined ? 0 : value(realm), name);
    });
  };
}

/** Only a gateway on an existing router has these gauges. */
function ofAttached(
  value: (session: GatewayStatus['attached_sessions'][number]) => number,
): (scene: Scene) => Sample[] {
  return ({ parts, status }) => {
    if (parts.mode !== 'attached') return [];
    return parts.realms.map((name) => {
      const session = status.attached_sessions.find(({ realm }) => realm === name);
      return sample(session === undefined ? 0 : value(session), name);
    });
  };
}

/**
 * An alarm in the shape of Bondy 1.0, in replies and in events. So a client that handles alarms of
 * Bondy handles those of the gateway too.
 */
export interface Alarm {
  readonly id: readonly ['http_connector_service_down', string];
  /** The entry of Bondy's catalogue of alarms. */
  readonly catalogue_id: readonly ['http_connector_service_down', '_'];
  readonly node: string;
  readonly description: string;
  readonly severity: 'major';
  readonly class: 'integration';
  readonly affects_ready: false;
  readonly details: { readonly service: string; readonly endpoint: string; readonly reason: string };
  /** Milliseconds since the epoch. */
  readonly raised_at: number;
  readonly updated_at: number;
}

export interface AlarmFacts {
  readonly service: string;
  /** `base_url`, with secrets masked. */
  readonly endpoint: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly raisedAt: number;
}

export function alarmOf({ service, endpoint, reason, raisedAt }: AlarmFacts, node: string): Alarm {
  return {
    id: ['http_connector_service_down', service],
    catalogue_id: ['http_connector_service_down', '_'],
    node,
    description: `the service ${service} does not answer its probes`,
    severity: 'major',
    class: 'integration',
    affects_ready: false,
    details: { service, endpoint, reason },
    raised_at: raisedAt,
    updated_at: raisedAt,
  };
}

/** All series of one name. */
export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** One sentence in plain English. */
  readonly help: string;
}

/** All names begin with it. */
export const PREFIX = 'rpc_gateway_';

/**
 * Every metric of the gateway, without {@link PREFIX}. docs/reference/metrics.md is generated from
 * this table. The metrics of the process are not in it: prom-client defines them.
 */
export const FAMILIES = {
  requests_total: {
    type: 'counter',
    labels: ['service', 'procedure', 'outcome'],
    help: "Calls that have ended, by the class of the API's response or by the code of the gateway's error. A response that is too large for an existing router counts by its class, and as too_large.",
  },
  request_duration_seconds: {
    type: 'histogram',
    labels: ['service', 'procedure'],
    help: 'Time from the arrival of a call to its end, for calls of every outcome.',
  },
  retries_total: {
    type: 'counter',
    labels: ['service', 'procedure'],
    help: 'Attempts of calls after the first one.',
  },
  upstream_attempts_total: {
    type: 'counter',
    labels: ['service', 'outcome'],
    help: 'HTTP requests of calls that have ended. A call that is retried has several.',
  },
  retry_budget_exhausted_total: {
    type: 'counter',
    labels: ['service'],
    help: 'Calls that were not retried because the retry budget of the service was empty.',
  },
  response_cache_total: {
    type: 'counter',
    labels: ['service', 'result'],
    help: 'Responses to calls of procedures with a cache: hit, revalidated and stale are stored responses, miss and joined are new ones, bypass had no use for the cache.',
  },
  response_cache_bytes: {
    type: 'gauge',
    labels: ['service'],
    help: 'Memory of the stored responses.',
  },
  requests_limited_total: {
    type: 'counter',
    labels: ['service', 'reason'],
    help: 'Requests that were not sent because of limit.rate, or because the API had asked to wait (limit.obey_retry_after).',
  },
  in_flight_calls: {
    type: 'gauge',
    labels: ['service'],
    help: 'Calls that run now, including those that wait for a connection.',
  },
  in_flight_streams: {
    type: 'gauge',
    labels: ['service'],
    help: 'Calls that pass a stream on now. They are calls in flight too.',
  },
  pool_connections: {
    type: 'gauge',
    labels: ['service', 'state'],
    help: 'Connections to the API: busy with a call, or idle.',
  },
  pool_waiting: {
    type: 'gauge',
    labels: ['service'],
    help: 'Calls that wait for a connection to the API.',
  },
  service_up: {
    type: 'gauge',
    labels: ['service'],
    help: '0 while the probes of the service fail, otherwise 1.',
  },
  service_ready: {
    type: 'gauge',
    labels: ['service'],
    help: '1 while calls are sent to the API; 0 while the service is down, disabled, or waits for a secret.',
  },
  breaker_state: {
    type: 'gauge',
    labels: ['service'],
    help: 'State of the circuit breaker: 0 closed, 1 half-open, 2 open. 0 without a circuit breaker.',
  },
  alarm_active: {
    type: 'gauge',
    labels: ['service'],
    help: '1 while the alarm of the service is raised.',
  },
  liveness_probes_total: {
    type: 'counter',
    labels: ['service', 'outcome'],
    help: 'Probes of the API that have ended.',
  },
  liveness_probe_duration_seconds: {
    type: 'histogram',
    labels: ['service'],
    help: 'Time that probes of the API took, good and failed ones.',
  },
  token_cache_total: {
    type: 'counter',
    labels: ['service', 'result'],
    help: 'Calls that needed a token: hit if the cache had one, miss if not.',
  },
  token_fetch_total: {
    type: 'counter',
    labels: ['service', 'outcome'],
    help: 'Requests for a token that have ended.',
  },
  token_fetch_duration_seconds: {
    type: 'histogram',
    labels: ['service'],
    help: 'Time that requests for a token took, good and failed ones.',
  },
  token_expiry_timestamp_seconds: {
    type: 'gauge',
    labels: ['service'],
    help: 'Unix time at which the current token expires. 0 without a token, and if each caller has its own.',
  },
  secret_resolution_total: {
    type: 'counter',
    labels: ['service', 'outcome'],
    help: 'Attempts to read the secret of the service.',
  },
  secret_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: ['service'],
    help: 'Unix time at which the secret was last read. 0 before the first time.',
  },
  router_sessions: {
    type: 'gauge',
    labels: ['realm'],
    help: 'Sessions of clients that are joined to the realm.',
  },
  router_calls_total: {
    type: 'counter',
    labels: ['realm', 'outcome'],
    help: "Calls that the router passed to a callee and that have ended, including calls of the gateway's procedures.",
  },
  router_events_total: {
    type: 'counter',
    labels: ['realm'],
    help: 'Events that clients published.',
  },
  router_registrations: {
    type: 'gauge',
    labels: ['realm'],
    help: 'Registrations of the realm, including those of the gateway.',
  },
  router_subscriptions: {
    type: 'gauge',
    labels: ['realm'],
    help: 'Subscriptions of the realm.',
  },
  listener_connections: {
    type: 'gauge',
    labels: ['listener'],
    help: 'Open connections.',
  },
  listener_rejected_total: {
    type: 'counter',
    labels: ['listener', 'reason'],
    help: 'Connections that were refused, or closed before they were ready for messages.',
  },
  failed_logins_total: {
    type: 'counter',
    labels: ['realm', 'authmethod'],
    help: 'Logins that failed because of a wrong credential or an unknown user.',
  },
  slow_readers_closed_total: {
    type: 'counter',
    labels: ['listener'],
    help: 'Connections that were closed because the client did not read.',
  },
  protocol_violations_total: {
    type: 'counter',
    labels: ['listener'],
    help: 'Connections that were closed because the client broke the rules of WAMP or of the transport.',
  },
  attached_session_up: {
    type: 'gauge',
    labels: ['realm'],
    help: '1 while the gateway is joined to the realm of an existing router.',
  },
  attached_reconnects_total: {
    type: 'counter',
    labels: ['realm', 'reason'],
    help: 'Lost sessions and failed attempts to join the realm of an existing router.',
  },
  attached_registered_procedures: {
    type: 'gauge',
    labels: ['realm'],
    help: 'Procedures that are registered at an existing router.',
  },
  config_reloads_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'Reloads of the configuration that have ended.',
  },
  config_last_reload_success: {
    type: 'gauge',
    labels: [],
    help: '1 if the last reload succeeded, or if there was none; 0 if it failed.',
  },
  config_last_reload_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Unix time of the last reload, good or failed; before it, of the start.',
  },
  certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    labels: ['owner'],
    help: 'Unix time at which the certificate of a listener or the client certificate of a service expires.',
  },
  build_info: {
    type: 'gauge',
    labels: ['version', 'node_version'],
    help: 'Always 1. The labels have the versions of the gateway and of Node.js.',
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;

import type { LoadedConfig } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import type { ReloadChange } from '../status/actions.js';

const REQUESTS = 'applies to the next request';
const CONNECTIONS = 'applies to new connections';
const NOW = 'applies at once';
const LOGINS = 'applies to new logins';
const RESTART = 'needs a restart';

type Effects<Settings> = Readonly<Record<keyof Settings & string, string>>;

/**
 * When each key takes effect. The type demands every key, so that a reload ignores none silently.
 * docs/operations.md has the same table.
 */
export const SETTING_EFFECTS: {
  readonly wamp: Effects<LoadedConfig['wamp']>;
  readonly log: Effects<LoadedConfig['log']>;
  readonly tracing: Effects<LoadedConfig['tracing']>;
  readonly admin: Effects<LoadedConfig['admin']>;
  readonly security: Effects<Omit<LoadedConfig['security'], 'realms' | 'config_file'>>;
} = {
  wamp: {
    call_timeout: REQUESTS,
    max_call_timeout: REQUESTS,
    max_message_size: CONNECTIONS,
    max_nesting: CONNECTIONS,
    max_values: CONNECTIONS,
    handshake_timeout: CONNECTIONS,
    max_join_size: CONNECTIONS,
    ping_interval: NOW,
    ping_timeout: NOW,
    max_pending_calls: REQUESTS,
    max_pending_calls_per_realm: REQUESTS,
    max_pending_call_bytes_per_realm: REQUESTS,
    max_send_buffer: CONNECTIONS,
    max_send_buffer_total: NOW,
    max_send_queue: CONNECTIONS,
    max_sessions: 'applies to new sessions',
    max_registrations: REQUESTS,
    max_registration_bytes: REQUESTS,
    max_registrations_per_realm: REQUESTS,
    max_registration_bytes_per_realm: REQUESTS,
    max_subscriptions: REQUESTS,
    max_subscription_bytes: REQUESTS,
    max_subscriptions_per_realm: REQUESTS,
    max_subscription_bytes_per_realm: REQUESTS,
    max_wildcard_shapes: REQUESTS,
    max_retained_events: REQUESTS,
    max_retained_bytes: REQUESTS,
    max_retained_bytes_per_session: REQUESTS,
    max_retained_sent: REQUESTS,
    max_list_length: REQUESTS,
    max_testaments: REQUESTS,
    max_testament_bytes: REQUESTS,
    max_testaments_per_realm: REQUESTS,
    max_testament_bytes_per_realm: REQUESTS,
    max_waiting_messages: REQUESTS,
    max_waiting_bytes: REQUESTS,
    max_waiting_messages_per_realm: REQUESTS,
    max_waiting_bytes_per_realm: REQUESTS,
    disclose_me: REQUESTS,
    progressive_results: REQUESTS,
  },
  log: { level: NOW, format: RESTART, calls: NOW },
  tracing: { 'otlp.endpoint': RESTART, service_name: RESTART, sample_ratio: RESTART },
  admin: { token: REQUESTS, hosts: REQUESTS, realm: RESTART, console_calls: REQUESTS },
  security: {
    allow_anonymous_user: 'applies to new logins; anonymous sessions that may no longer join get GOODBYE',
    salt_secret: LOGINS,
    max_failed_login_delay: LOGINS,
    max_failed_logins: LOGINS,
  },
};

export function settingChanges(before: LoadedConfig, after: LoadedConfig): readonly ReloadChange[] {
  const scopes = Object.keys(SETTING_EFFECTS) as (keyof typeof SETTING_EFFECTS)[];
  return scopes.flatMap((scope) => {
    const [old, now] = [before[scope], after[scope]] as unknown as Readonly<Record<string, unknown>>[];
    return Object.entries(SETTING_EFFECTS[scope]).flatMap(([key, effect]) =>
      isSameSettings(old?.[key], now?.[key])
        ? []
        : { what: 'setting' as const, name: `${scope}.${key}`, change: 'changed' as const, effect },
    );
  });
}

import { byteSize, byteSum, duration, integer, oneOf } from '../types/datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const WAMP_KEYS = {
  call_timeout: {
    type: duration(),
    default: '30s',
    meaning:
      "The default timeout of calls to procedures that clients register. For the gateway's procedures, the `deadline` applies.",
    example: '1m',
  },
  max_call_timeout: {
    type: duration(),
    default: '10m',
    meaning: 'The maximum timeout of any call.',
    example: '2m',
  },
  max_message_size: {
    type: byteSize,
    default: '16MB',
    meaning:
      'The maximum size of a WAMP message from a client. For RawSocket the gateway rounds it down to a power of two, and to at most 16MB.',
    example: '1MB',
  },
  max_nesting: {
    type: integer({ min: 8, max: 1000 }),
    default: '512',
    meaning: 'The maximum nesting of lists and dicts in a message.',
    example: '64',
  },
  max_values: {
    type: integer({ min: 1000, max: 10_000_000 }),
    default: '200000',
    meaning:
      'How many values and dict keys a message may have, on all levels together. Byte strings, integers beyond 2^53, long keys and the keys of large dicts count more than once; docs/wamp.md explains how. With a higher limit, one message can delay all other clients for longer.',
    example: '50000',
  },
  handshake_timeout: {
    type: duration(),
    default: '10s',
    meaning:
      'The time from the TCP connection to a complete HELLO, and to AUTHENTICATE if the client has to log in.',
    example: '5s',
  },
  max_join_size: {
    type: byteSize,
    default: '64KB',
    meaning:
      'How many bytes a client may send before it has joined: HELLO, and AUTHENTICATE if it has to log in.',
    example: '16KB',
  },
  ping_interval: {
    type: duration({ zero: 'no pings' }),
    default: '30s',
    meaning: 'How often the gateway pings a client. It uses the pings of WebSocket or RawSocket.',
    example: '1m',
  },
  ping_timeout: {
    type: duration(),
    default: '1m',
    meaning: 'The gateway closes the connection if the client sends nothing for this time after a ping.',
    example: '20s',
  },
  max_pending_calls: {
    // The worst-case cost of a message grows with this limit: see request-table.ts.
    type: integer({ min: 1, max: 100_000 }),
    default: '10000',
    meaning: 'How many calls of one session may wait for their result at a time.',
    example: '1000',
  },
  max_pending_calls_per_realm: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '100000',
    meaning: 'How many calls of all sessions of a realm may wait for their result at a time.',
    example: '10000',
  },
  max_pending_call_bytes_per_realm: {
    type: byteSum,
    default: '64MB',
    meaning:
      'The maximum memory of these calls, estimated: 640 bytes for each call, and 320 bytes more if it has a timeout. The payload does not count, because the router does not keep it.',
    example: '16MB',
  },
  max_send_buffer: {
    type: byteSize,
    default: '64MB',
    meaning:
      'How many bytes may wait for one slow client. If a large result exceeds the limit, only its call fails. If any other message exceeds it, the gateway closes the connection.',
    example: '16MB',
  },
  max_send_buffer_total: {
    type: byteSize,
    default: '128MB',
    meaning:
      'How many bytes may wait for all slow clients together. Above the limit, the gateway closes the connections with the longest queues.',
    example: '256MB',
  },
  max_send_queue: {
    type: integer({ min: 100, max: 10_000_000 }),
    default: '100000',
    meaning:
      'How many messages may wait for one slow client. Above the limit, the gateway closes the connection.',
    example: '10000',
  },
  max_sessions: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '100000',
    meaning: 'The maximum number of sessions on all listeners.',
    example: '5000',
  },
  max_registrations: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '10000',
    meaning: 'The maximum number of registrations of one session.',
    example: '100',
  },
  max_registration_bytes: {
    type: byteSize,
    default: '8MB',
    meaning:
      'The maximum memory of these registrations, estimated: half a kilobyte for each, plus the bytes of its URI.',
    example: '1MB',
  },
  max_registrations_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '100000',
    meaning: 'The maximum number of registrations of all sessions of a realm.',
    example: '1000',
  },
  max_registration_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning:
      'The maximum memory of these registrations, estimated. Each session that shares a registration counts a quarter of a kilobyte.',
    example: '8MB',
  },
  max_subscriptions: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '10000',
    meaning: 'The maximum number of subscriptions of one session.',
    example: '100',
  },
  max_subscription_bytes: {
    type: byteSize,
    default: '8MB',
    meaning:
      'The maximum memory of these subscriptions, estimated: half a kilobyte for each, plus the bytes of its URI.',
    example: '1MB',
  },
  max_subscriptions_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '250000',
    meaning: 'The maximum number of subscriptions of all sessions of a realm.',
    example: '1000',
  },
  max_subscription_bytes_per_realm: {
    type: byteSum,
    default: '64MB',
    meaning:
      'The maximum memory of these subscriptions, estimated. Each session that shares a subscription counts a quarter of a kilobyte.',
    example: '8MB',
  },
  max_wildcard_shapes: {
    type: integer({ min: 1, max: 10_000 }),
    default: '256',
    meaning:
      'How many shapes the wildcard patterns of a realm may have. The limit applies to registrations, and separately to subscriptions. The shape of a pattern is the number of its components and the places of the empty ones: `com..a` and `org..b` have the same shape. For each call and each event, the router looks once into each shape.',
    example: '64',
  },
  max_retained_events: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '10000',
    meaning:
      'The maximum number of retained events of a realm. Above the limit, the router drops the oldest event.',
    example: '0',
  },
  max_retained_bytes: {
    type: byteSize,
    default: '16MB',
    meaning: 'The maximum size of all retained events of a realm. The router does not retain a larger event.',
    example: '1MB',
  },
  max_retained_bytes_per_session: {
    type: byteSize,
    default: '8MB',
    meaning:
      'The maximum size of all retained events that one session published. Above the limit, the router drops the oldest event of the session. It does not retain a larger event.',
    example: '1MB',
  },
  max_retained_sent: {
    type: integer({ min: 1, max: 100_000 }),
    default: '1000',
    meaning:
      'How many retained events a new pattern subscription gets. It gets the latest events that match.',
    example: '100',
  },
  max_list_length: {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '10000',
    meaning:
      'How many IDs a procedure of the meta API returns at a time, for example `wamp.registration.list`. The keyword argument `after` selects the next ones.',
    example: '1000',
  },
  max_testaments: {
    type: integer({ min: 0, max: 1_000_000 }),
    default: '100',
    meaning: 'The maximum number of testaments of one session.',
    example: '10',
  },
  max_testament_bytes: {
    type: byteSize,
    default: '1MB',
    meaning: 'The maximum size of all testaments of one session.',
    example: '64KB',
  },
  max_testaments_per_realm: {
    type: integer({ min: 0, max: 100_000_000 }),
    default: '100000',
    meaning: 'The maximum number of testaments of all sessions of a realm.',
    example: '1000',
  },
  max_testament_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning: 'The maximum size of all testaments of one realm.',
    example: '4MB',
  },
  max_waiting_messages: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '1000',
    meaning:
      'How many messages of one session may wait while the authorizer decides about an earlier one. Above the limit, the router aborts the session.',
    example: '100',
  },
  max_waiting_bytes: {
    type: byteSize,
    default: '16MB',
    meaning:
      'The maximum size of all waiting messages of one session. The same limit applies separately to calls that the router keeps because it may have to send them to another callee. Above the limit, the router does not keep such calls.',
    example: '1MB',
  },
  max_waiting_messages_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '100000',
    meaning:
      'How many messages of all sessions of one realm may wait. Messages that the authorizer is deciding about count too. If a waiting message exceeds the limit, the router aborts its session. If a message that needs a decision exceeds the limit, the router refuses the message.',
    example: '1000',
  },
  max_waiting_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning:
      'The maximum size of these messages. The same limit applies separately to calls that the router keeps because it may have to send them to another callee.',
    example: '8MB',
  },
  disclose_me: {
    type: oneOf('allow', 'refuse'),
    default: 'allow',
    meaning:
      'Whether callers and publishers may disclose their identity to callees and subscribers, and whether callees may ask for it.',
    example: 'refuse',
  },
  progressive_results: {
    type: oneOf('announced', 'always'),
    default: 'announced',
    meaning:
      'Which callees may send progressive results. `announced`: callees that announced the feature. `always`: all callees. wampy supports progressive results but does not announce them.',
    example: 'always',
  },
} as const satisfies KeyTable;

/**
 * The keys under `wamp`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type WampSettings = SettingsOf<typeof WAMP_KEYS>;

export const WAMP_SCOPE = {
  title: 'WAMP limits',
  path: 'wamp',
  keys: WAMP_KEYS,
} as const satisfies Scope;

import { byteSize, byteSum, duration, integer, oneOf } from '../types/datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const WAMP_KEYS = {
  call_timeout: {
    type: duration(),
    default: '30s',
    meaning:
      "The default timeout of calls to procedures that clients register. Calls to the gateway's procedures have their `deadline`.",
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
      'The maximum size of a WAMP message from a client. For RawSocket it is rounded down to a power of two, and is at most 16MB.',
    example: '1MB',
  },
  max_nesting: {
    type: integer({ min: 8, max: 1000 }),
    default: '512',
    meaning: 'How deep lists and dicts may be nested in a message.',
    example: '64',
  },
  max_values: {
    type: integer({ min: 1000, max: 10_000_000 }),
    default: '200000',
    meaning:
      'How many values and dict keys a message may hold, on all levels together. Byte strings, integers beyond 2^53, long keys and the keys of large dicts count more than once; docs/wamp.md explains how. With a higher limit, one message can delay all other clients for longer.',
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
    meaning: 'How often the gateway pings a client, with the pings of WebSocket or RawSocket.',
    example: '1m',
  },
  ping_timeout: {
    type: duration(),
    default: '1m',
    meaning: 'Closes the connection when the client sends nothing for this long after a ping.',
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
      'Estimated memory of these calls: 640 bytes each, and half as much again for a call with a timeout. Their payload is not kept.',
    example: '16MB',
  },
  max_send_buffer: {
    type: byteSize,
    default: '64MB',
    meaning:
      'How many bytes may wait for one slow client. A large result beyond this fails alone; for any other message the connection is closed.',
    example: '16MB',
  },
  max_send_buffer_total: {
    type: byteSize,
    default: '128MB',
    meaning:
      'How many bytes may wait for all slow clients together. Beyond this the connections with the longest queues are closed.',
    example: '256MB',
  },
  max_send_queue: {
    type: integer({ min: 100, max: 10_000_000 }),
    default: '100000',
    meaning: 'How many messages may wait for one slow client. Beyond this its connection is closed.',
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
    meaning: 'Estimated memory of these registrations: half a kilobyte each, plus the bytes of the URI.',
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
      'Estimated memory of these registrations. A session that shares a registration counts a quarter of a kilobyte.',
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
    meaning: 'Estimated memory of these subscriptions: half a kilobyte each, plus the bytes of the URI.',
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
      'Estimated memory of these subscriptions. A session that shares a subscription counts a quarter of a kilobyte.',
    example: '8MB',
  },
  max_wildcard_shapes: {
    type: integer({ min: 1, max: 10_000 }),
    default: '256',
    meaning:
      'How many shapes the wildcard patterns of a realm may have: for registrations, and again for subscriptions. A shape is the number of components and which of them are empty: `com..a` and `org..b` have the same shape. Each call and each event is looked up once per shape.',
    example: '64',
  },
  max_retained_events: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '10000',
    meaning: 'The maximum number of retained events of a realm. Beyond this the oldest is dropped.',
    example: '0',
  },
  max_retained_bytes: {
    type: byteSize,
    default: '16MB',
    meaning: 'Their size together. A larger event is not retained.',
    example: '1MB',
  },
  max_retained_bytes_per_session: {
    type: byteSize,
    default: '8MB',
    meaning:
      'The size of all retained events that one session published. Beyond this its oldest one is dropped. A larger event is not retained.',
    example: '1MB',
  },
  max_retained_sent: {
    type: integer({ min: 1, max: 100_000 }),
    default: '1000',
    meaning: 'How many retained events a new pattern subscription gets: the latest that match.',
    example: '100',
  },
  max_list_length: {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '10000',
    meaning:
      'How many IDs a procedure of the meta API returns at a time, for example `wamp.registration.list`. The keyword argument `after` gets the next ones.',
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
    meaning: 'Size of all testaments of one session.',
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
    meaning: 'Size of all testaments of one realm.',
    example: '4MB',
  },
  max_waiting_messages: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '1000',
    meaning:
      'Messages of one session that may wait while the dynamic authorizer decides about an earlier one. Above the limit, the router aborts the session.',
    example: '100',
  },
  max_waiting_bytes: {
    type: byteSize,
    default: '16MB',
    meaning:
      'Size of all waiting messages of one session. The same limit applies separately to calls that the router keeps because it may have to send them to another callee. Above the limit, it does not keep them.',
    example: '1MB',
  },
  max_waiting_messages_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '100000',
    meaning:
      'Waiting messages of all sessions of one realm, and those that the authorizer decides about. The router aborts the session whose waiting message exceeds the limit, and refuses a message that the authorizer would have to decide about.',
    example: '1000',
  },
  max_waiting_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning:
      'Size of these messages. The same limit applies separately to calls that the router keeps because it may have to send them to another callee.',
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
      'Which callees learn that a caller accepts progressive results: those that announced the feature, or all. wampy supports progressive results but does not announce them.',
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
  pending: [],
} as const satisfies Scope;

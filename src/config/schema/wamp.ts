import { byteSize, byteSum, duration, integer, oneOf } from '../types/datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const WAMP_KEYS = {
  call_timeout: {
    type: duration(),
    default: '30s',
    meaning:
      'The longest a call may take that names no timeout, to procedures which clients register; those of the gateway have their `deadline`.',
    example: '1m',
  },
  max_call_timeout: {
    type: duration(),
    default: '10m',
    meaning: 'The longest timeout that any call can have.',
    example: '2m',
  },
  max_message_size: {
    type: byteSize,
    default: '16MB',
    meaning:
      'The largest WAMP message that a client may send. RawSocket clients are told the power of two at or below it, 16MB at most.',
    example: '1MB',
  },
  max_nesting: {
    type: integer({ min: 8, max: 1000 }),
    default: '512',
    meaning: 'How deep the lists and dicts of a message may nest.',
    example: '64',
  },
  max_values: {
    type: integer({ min: 1000, max: 10_000_000 }),
    default: '200000',
    meaning:
      'Values and names of dicts that a message may hold, all levels together. Byte strings, integers beyond 2^53, long names and those of large dicts count as several; docs/wamp.md tells as how many. Raised, one message may keep everybody waiting for longer.',
    example: '50000',
  },
  handshake_timeout: {
    type: duration(),
    default: '10s',
    meaning:
      'The time from the TCP connection to a complete HELLO, and to AUTHENTICATE where the client has to log in.',
    example: '5s',
  },
  max_join_size: {
    type: byteSize,
    default: '64KB',
    meaning:
      'Bytes that a client may send before it has joined: HELLO, and AUTHENTICATE where the client has to log in.',
    example: '16KB',
  },
  ping_interval: {
    type: duration({ zero: 'no pings' }),
    default: '30s',
    meaning: 'How often a client is pinged, by the own pings of WebSocket and RawSocket.',
    example: '1m',
  },
  ping_timeout: {
    type: duration(),
    default: '1m',
    meaning: 'A client from which nothing comes for so long after a ping is dead: its connection is closed.',
    example: '20s',
  },
  max_pending_calls: {
    // What a message costs at worst grows with it: see request-table.ts in the room wamp.
    type: integer({ min: 1, max: 100_000 }),
    default: '10000',
    meaning: 'Calls of one session that may wait for their answer at a time.',
    example: '1000',
  },
  max_pending_calls_per_realm: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '100000',
    meaning: 'Calls of all sessions of one realm that may wait for their answer at a time.',
    example: '10000',
  },
  max_pending_call_bytes_per_realm: {
    type: byteSum,
    default: '64MB',
    meaning:
      'What the router keeps of them together, estimated: 640 bytes each, and half as much again where a call names a timeout; what they carry is not kept.',
    example: '16MB',
  },
  max_send_buffer: {
    type: byteSize,
    default: '64MB',
    meaning:
      'Bytes that may wait for one slow client. A large answer beyond them fails alone; for anything else the connection is closed.',
    example: '16MB',
  },
  max_send_buffer_total: {
    type: byteSize,
    default: '128MB',
    meaning:
      'Bytes that may wait for all slow clients together. Beyond them the connections with the longest queues are closed.',
    example: '256MB',
  },
  max_send_queue: {
    type: integer({ min: 100, max: 10_000_000 }),
    default: '100000',
    meaning: 'Messages that may wait for one slow client; beyond them its connection is closed.',
    example: '10000',
  },
  max_sessions: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '100000',
    meaning: 'Sessions at a time, over all listeners.',
    example: '5000',
  },
  max_registrations: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '10000',
    meaning: 'Registrations of one session at a time.',
    example: '100',
  },
  max_registration_bytes: {
    type: byteSize,
    default: '8MB',
    meaning: 'Their size together, estimated: half a kilobyte each, and the bytes of the URI.',
    example: '1MB',
  },
  max_registrations_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '100000',
    meaning: 'Registrations of all sessions of one realm at a time.',
    example: '1000',
  },
  max_registration_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning:
      'Their size together. A session that shares the registration of others counts a quarter of a kilobyte.',
    example: '8MB',
  },
  max_subscriptions: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '10000',
    meaning: 'Subscriptions of one session at a time.',
    example: '100',
  },
  max_subscription_bytes: {
    type: byteSize,
    default: '8MB',
    meaning: 'Their size together, estimated: half a kilobyte each, and the bytes of the URI.',
    example: '1MB',
  },
  max_subscriptions_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '250000',
    meaning: 'Subscriptions of all sessions of one realm at a time.',
    example: '1000',
  },
  max_subscription_bytes_per_realm: {
    type: byteSum,
    default: '64MB',
    meaning:
      'Their size together. A session that shares a subscription of others counts a quarter of a kilobyte.',
    example: '8MB',
  },
  max_wildcard_shapes: {
    type: integer({ min: 1, max: 10_000 }),
    default: '256',
    meaning:
      'Distinct shapes of the wildcard patterns that clients have registered in one realm, and as many of those subscribed to. The shape is which components a pattern names, and how many it has: `com..a` and `org..b` have one. Each call and each event looks once into every shape.',
    example: '64',
  },
  max_retained_events: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '10000',
    meaning: 'Retained events of one realm; beyond them the one that was published longest ago is forgotten.',
    example: '0',
  },
  max_retained_bytes: {
    type: byteSize,
    default: '16MB',
    meaning: 'Their size together; a larger event is not retained at all.',
    example: '1MB',
  },
  max_retained_bytes_per_session: {
    type: byteSize,
    default: '8MB',
    meaning:
      'The size of those together that one session published. Beyond it the one that it published longest ago is forgotten; a larger event is not retained at all.',
    example: '1MB',
  },
  max_retained_sent: {
    type: integer({ min: 1, max: 100_000 }),
    default: '1000',
    meaning: 'Retained events that one subscription by a pattern brings: the latest that match.',
    example: '100',
  },
  max_list_length: {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '10000',
    meaning:
      'IDs that a procedure of the meta API lists at a time, such as `wamp.registration.list`; its keyword argument `after` brings the next.',
    example: '1000',
  },
  max_testaments: {
    type: integer({ min: 0, max: 1_000_000 }),
    default: '100',
    meaning: 'Testaments that one session may leave.',
    example: '10',
  },
  max_testament_bytes: {
    type: byteSize,
    default: '1MB',
    meaning: 'Their size together.',
    example: '64KB',
  },
  max_testaments_per_realm: {
    type: integer({ min: 0, max: 100_000_000 }),
    default: '100000',
    meaning: 'Testaments that all sessions of one realm may leave.',
    example: '1000',
  },
  max_testament_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning: 'Their size together.',
    example: '4MB',
  },
  max_waiting_messages: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '1000',
    meaning:
      'Messages of one session that may wait while a procedure decides whether an earlier one is allowed; beyond them the session is aborted.',
    example: '100',
  },
  max_waiting_bytes: {
    type: byteSize,
    default: '16MB',
    meaning:
      'Their size together. As much is kept of the calls of one session that may have to go to another callee; beyond it they are not.',
    example: '1MB',
  },
  max_waiting_messages_per_realm: {
    type: integer({ min: 1, max: 100_000_000 }),
    default: '100000',
    meaning:
      'Messages of all sessions of one realm that may wait so; a session whose message is beyond it is aborted.',
    example: '1000',
  },
  max_waiting_bytes_per_realm: {
    type: byteSum,
    default: '32MB',
    meaning:
      'Their size together. As much is kept of the calls of all sessions of one realm that may have to go to another callee.',
    example: '8MB',
  },
  disclose_me: {
    type: oneOf('allow', 'refuse'),
    default: 'allow',
    meaning:
      'Whether callers and publishers may have their identity told to callees and subscribers, and callees may ask for it.',
    example: 'refuse',
  },
  progressive_results: {
    type: oneOf('announced', 'always'),
    default: 'announced',
    meaning:
      'Which callees are told that a caller takes progressive results: those that announced them, or all. wampy announces nothing, and can do it.',
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

import type { ApiBehaviour } from './faulty-api.js';

/**
 * What happens when an API fails, for each fault and each protection. docs/operations.md has the
 * same table: a test holds them equal.
 */
export type Fault = 'is killed' | 'hangs' | Exclude<ApiBehaviour, 'works'>;

export type Protection =
  | 'no protection'
  | 'more calls than pool.size'
  | 'a longer timeout'
  | 'retry.statuses = 503'
  | 'probes'
  | 'probes of liveness.path'
  | 'circuit breaker'
  | 'breaker.statuses = 500';

export interface FaultRow {
  readonly fault: Fault;
  readonly protection: Protection;
  /** How a call ends that is sent: a result, a status of the API, or a code of the gateway. */
  readonly ends: 'a result' | '500' | '503' | '503 or a result' | 'connect' | 'timeout' | 'overload';
  readonly after: 'at once' | 'timeout' | 'pool.checkout_timeout' | '10 s';
  /** Which calls end without being sent. */
  readonly sheds: 'none' | 'after failed probes' | 'after failed calls' | 'calls that wait';
  /** When calls get results again, after the API works again. */
  readonly recovers: 'at once' | 'at the next probe' | 'after breaker.open_time';
}

const row = (
  fault: Fault,
  protection: Protection,
  ends: FaultRow['ends'],
  after: FaultRow['after'],
  sheds: FaultRow['sheds'] = 'none',
  recovers: FaultRow['recovers'] = 'at once',
): FaultRow => ({ fault, protection, ends, after, sheds, recovers });
const PROBES = ['after failed probes', 'at the next probe'] as const;
const BREAKER = ['after failed calls', 'after breaker.open_time'] as const;

export const FAULT_ROWS: readonly FaultRow[] = [
  row('is killed', 'no protection', 'connect', 'at once'),
  row('is killed', 'probes', 'connect', 'at once', ...PROBES),
  row('is killed', 'circuit breaker', 'connect', 'at once', ...BREAKER),
  row('hangs', 'no protection', 'timeout', 'timeout'),
  row('hangs', 'more calls than pool.size', 'overload', 'pool.checkout_timeout', 'calls that wait'),
  row('hangs', 'probes', 'timeout', 'timeout', ...PROBES),
  row('hangs', 'circuit breaker', 'timeout', 'timeout', ...BREAKER),
  row('answers 500', 'no protection', '500', 'at once'),
  row('answers 500', 'probes', '500', 'at once'),
  row('answers 500', 'probes of liveness.path', '500', 'at once', ...PROBES),
  row('answers 500', 'circuit breaker', '500', 'at once'),
  row('answers 500', 'breaker.statuses = 500', '500', 'at once', ...BREAKER),
  row('answers 503', 'circuit breaker', '503', 'at once', ...BREAKER),
  row('flaps', 'no protection', '503 or a result', 'at once'),
  row('flaps', 'retry.statuses = 503', 'a result', 'at once'),
  row('flaps', 'probes of liveness.path', '503 or a result', 'at once'),
  row('flaps', 'circuit breaker', '503 or a result', 'at once', ...BREAKER),
  row('is slow', 'no protection', 'timeout', 'timeout'),
  row('is slow', 'a longer timeout', 'a result', '10 s'),
  row('is slow', 'probes', 'timeout', 'timeout', ...PROBES),
  row('is slow', 'circuit breaker', 'timeout', 'timeout', ...BREAKER),
  row('resets connections', 'no protection', 'connect', 'at once'),
  row('resets connections', 'probes', 'connect', 'at once', ...PROBES),
  row('resets connections', 'circuit breaker', 'connect', 'at once', ...BREAKER),
];

/** The values of the keys below, in milliseconds or as numbers. */
export const TIMEOUT_MS = 500;
export const CHECKOUT_MS = 200;
export const INTERVAL_MS = 100;
export const PROBE_TIMEOUT_MS = 300;
export const FAILED_PROBES = 2;
export const FAILED_CALLS = 4;
export const OPEN_MS = 60_000;
export const POOL_SIZE = 8;

const PROBE_KEYS = [
  `+liveness.interval = ${INTERVAL_MS}ms`,
  `+liveness.timeout = ${PROBE_TIMEOUT_MS}ms`,
  `+liveness.failure_threshold = ${FAILED_PROBES}`,
];
const BREAKER_KEYS = [
  '+breaker.enabled = on',
  '+breaker.window = 1h',
  `+breaker.minimum_calls = ${FAILED_CALLS}`,
  `+breaker.open_time = ${OPEN_MS / 1_000}s`,
];

/** The keys of each protection. Only the calls that hang or are slow reach the short timeout. */
export function keysOf({ protection, after }: FaultRow): readonly string[] {
  const usual = [
    `+pool.size = ${protection === 'more calls than pool.size' ? 2 : POOL_SIZE}`,
    `+pool.checkout_timeout = ${after === 'pool.checkout_timeout' ? CHECKOUT_MS : 5_000}ms`,
    ...(after === 'timeout' || after === 'pool.checkout_timeout' ? [`+timeout = ${TIMEOUT_MS}ms`] : []),
    protection === 'retry.statuses = 503' ? '+retries = 1' : '+retries = 0',
  ];
  switch (protection) {
    case 'no protection':
    case 'more calls than pool.size':
    case 'a longer timeout':
      return [...usual, '+liveness.enabled = off'];
    case 'retry.statuses = 503':
      return [...usual, '+liveness.enabled = off', '+retry.statuses = 503'];
    case 'probes':
      return [...usual, ...PROBE_KEYS];
    case 'probes of liveness.path':
      return [...usual, ...PROBE_KEYS, '+liveness.path = /health'];
    case 'circuit breaker':
      return [...usual, ...BREAKER_KEYS, '+liveness.enabled = off'];
    case 'breaker.statuses = 500':
      return [...usual, ...BREAKER_KEYS, '+liveness.enabled = off', '+breaker.statuses = 500'];
  }
}

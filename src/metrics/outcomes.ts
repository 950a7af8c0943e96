import { CALL_ERRORS, type CallErrorCode } from '../errors.js';
import type {
  CacheResult,
  CallOutcome,
  LimitReason,
  LinkFailureReason,
  RejectReason,
  ResponseClass,
  RoutedOutcome,
} from '../observe/observer.js';

/** Lists every member of a union. A member that is missing here does not compile. */
const namesOf = <T extends string>(all: Readonly<Record<T, true>>): readonly T[] => Object.keys(all) as T[];

const RESPONSE_CLASSES = namesOf<ResponseClass>({
  ok: true,
  redirect: true,
  client_error: true,
  server_error: true,
});

/** How a call or an attempt can end. */
export const CALL_OUTCOMES: readonly CallOutcome[] = [
  ...RESPONSE_CLASSES,
  ...(Object.keys(CALL_ERRORS) as CallErrorCode[]),
];

export const RESULTS = ['ok', 'error'] as const;

export const RESPONSE_CACHE_RESULTS = namesOf<CacheResult>({
  hit: true,
  revalidated: true,
  stale: true,
  miss: true,
  joined: true,
  bypass: true,
});

export const CACHE_RESULTS = ['hit', 'miss'] as const;

export const ROUTED_OUTCOMES = namesOf<RoutedOutcome>({
  ok: true,
  error: true,
  timeout: true,
  canceled: true,
});

export const REJECT_REASONS = namesOf<RejectReason>({
  origin: true,
  full: true,
  source_full: true,
  unjoined: true,
  handshake: true,
});

export const LIMIT_REASONS = namesOf<LimitReason>({ rate: true, retry_after: true });

export const LINK_FAILURE_REASONS = namesOf<LinkFailureReason>({
  connect: true,
  handshake: true,
  abort: true,
  goodbye: true,
  ping: true,
  protocol: true,
});

/** The authmethods with which a login can fail. */
export const AUTHMETHODS = ['ticket', 'wampcra', 'wamp-scram', 'cryptosign'] as const;

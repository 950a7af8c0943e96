/**
 * The URIs that this router and its client sessions send. The WAMP specification spells some URIs
 * in two ways (`canceled`, `cancelled`). This file uses the spelling in the specification's list of
 * URIs.
 */
export const ERROR_URI = {
  protocolViolation: 'wamp.error.protocol_violation',
  noSuchRealm: 'wamp.error.no_such_realm',
  authenticationRequired: 'wamp.error.authentication_required',
  authenticationDenied: 'wamp.error.authentication_denied',
  authenticationFailed: 'wamp.error.authentication_failed',
  noMatchingAuthMethod: 'wamp.error.no_matching_auth_method',
  invalidUri: 'wamp.error.invalid_uri',
  invalidArgument: 'wamp.error.invalid_argument',
  optionNotAllowed: 'wamp.error.option_not_allowed',
  discloseMeDisallowed: 'wamp.error.option_disallowed.disclose_me',
  notAuthorized: 'wamp.error.not_authorized',
  authorizationFailed: 'wamp.error.authorization_failed',
  featureNotSupported: 'wamp.error.feature_not_supported',
  noSuchProcedure: 'wamp.error.no_such_procedure',
  procedureAlreadyExists: 'wamp.error.procedure_already_exists',
  noSuchRegistration: 'wamp.error.no_such_registration',
  noSuchSubscription: 'wamp.error.no_such_subscription',
  noSuchSession: 'wamp.error.no_such_session',
  /** A callee cannot serve calls now. The caller gets this URI if no other callee can. */
  unavailable: 'wamp.error.unavailable',
  noAvailableCallee: 'wamp.error.no_available_callee',
  canceled: 'wamp.error.canceled',
  timeout: 'wamp.error.timeout',
  networkFailure: 'wamp.error.network_failure',
  payloadSizeExceeded: 'wamp.error.payload_size_exceeded',
  runtimeError: 'wamp.error.runtime_error',
  /** Bondy's URI. WAMP has none for a client that exceeds a limit of the router. */
  tooManyRequests: 'bondy.error.too_many_requests',
} as const;

export const CLOSE_URI = {
  normal: 'wamp.close.normal',
  goodbyeAndOut: 'wamp.close.goodbye_and_out',
  systemShutdown: 'wamp.close.system_shutdown',
  killed: 'wamp.close.killed',
} as const;

// The loose rule of WAMP section "URIs": no component is empty, or contains whitespace or `#`.
const LOOSE = /^[^\s.#]+(?:\.[^\s.#]+)*$/;

/**
 * True if text is a URI by the loose rule and has no lone surrogate. JSON can express a lone
 * surrogate, but MessagePack and CBOR cannot.
 */
export function isUri(text: string): boolean {
  return LOOSE.test(text) && text.isWellFormed();
}

/** Whether a URI is `wamp` or begins with `wamp.`. WAMP reserves these URIs for the router. */
/** Procedures that everybody may call. They check by themselves what a session may know. */
export const isReflectionUri = (text: string): boolean => text.startsWith('wamp.reflection.');

export function isReservedUri(text: string): boolean {
  return text.startsWith('wamp.') || text === 'wamp';
}

import { ERROR_URI } from '../wamp/uris.js';
import type { WampError } from '../wamp/wamp-error.js';
import { textOf } from './link-failure.js';

/** Why a router refuses to register one procedure, and what an operator can do. */
export interface RegistrationRefusal {
  /**
   * - `taken`: another session has registered the procedure. It may be an earlier session of this
   *   gateway, if the router has not noticed its end yet.
   * - `disclosure`: the router does not disclose callers.
   * - `refused`: any other reason.
   */
  readonly kind: 'taken' | 'disclosure' | 'refused';
  readonly cause: string;
  readonly advice: string;
}

/** nexus and Bondy use this URI. In WAMP it is a case of `procedure_already_exists`. */
const OTHER_POLICY = 'wamp.error.procedure_exists_with_different_invocation_policy';

/**
 * If a procedure is taken for longer than this, another callee has probably registered it, and not
 * an earlier session of this gateway.
 */
const RIVAL_AFTER_MS = 60_000;

/**
 * @param policy the value of `invoke` in the REGISTER
 * @param takenForMs how long the procedure has been taken; 0 the first time
 * @param hideSecret masks the secret of the login in the words of the router
 */
export function registrationRefusalOf(
  error: WampError,
  policy: string,
  takenForMs: number,
  hideSecret: (text: string) => string,
): RegistrationRefusal {
  const cause = textOf(error.uri, hideSecret(error.message));
  switch (error.uri) {
    case ERROR_URI.discloseMeDisallowed:
    case ERROR_URI.optionNotAllowed:
      return { kind: 'disclosure', cause, advice: DISCLOSE };
    case ERROR_URI.procedureAlreadyExists:
      return {
        kind: 'taken',
        cause,
        advice: takenForMs < RIVAL_AFTER_MS ? wait(policy) : sharePolicy(policy),
      };
    case OTHER_POLICY:
      return { kind: 'taken', cause, advice: sharePolicy(policy) };
    case ERROR_URI.notAuthorized:
    case ERROR_URI.authorizationFailed:
      return { kind: 'refused', cause, advice: 'let the router allow this user to register the procedure' };
    case ERROR_URI.invalidUri:
      return {
        kind: 'refused',
        cause,
        advice: 'rename the procedure, or loosen the URI check of the router',
      };
    default:
      return { kind: 'refused', cause, advice: "read the router's log" };
  }
}

const DISCLOSE =
  'let the router disclose callers (allow_disclose in nexus, wamp.disclose_me in the router of rpc-gateway): until then, calls that need {{caller.*}} fail, and pool.max_waiting_per_caller counts all callers as one';

const wait = (policy: string): string =>
  `nothing, if a gateway was killed: the router frees its procedures soon. Otherwise end the other callee, or let it share the registration with invoke = ${policy}`;

const sharePolicy = (policy: string): string =>
  `the gateway asks for invoke = ${policy}, but the first registration decides: end the other callee, or set the same invoke for both`;

import type { ServiceSettings } from '../config/model.js';
import { ASSERTION } from '../config/types/token-url.js';
import type { HttpRequest } from '../upstream/http-message.js';
import type { Assertion, AssertionProblem } from './assertion.js';
import { fillTokenUrl, type TokenRequestBuilder, type TokenRequestProblem } from './token-request.js';

/** A token request, whose JWT is signed when it is sent. */
export interface PreparedTokenRequest {
  readonly kind: 'request';
  /** Of everything but the signature and the time in the JWT. See `TokenRequest.key`. */
  readonly key: string;
  /** Builds the request for one attempt. */
  readonly complete: () => HttpRequest | Promise<HttpRequest | AssertionProblem>;
}

/** Prepares the token request of a service from its variables. */
export type PrepareTokenRequest = (
  vars: ReadonlyMap<string, string>,
) => PreparedTokenRequest | TokenRequestProblem;

/** @param assertion undefined if the request contains no JWT */
export function prepareTokenRequests(
  settings: ServiceSettings,
  build: TokenRequestBuilder,
  assertion: Assertion | undefined,
): PrepareTokenRequest {
  if (assertion === undefined) {
    return (vars) => {
      const built = build(vars);
      return built.kind === 'problem'
        ? built
        : { kind: 'request', key: built.key, complete: () => built.http };
    };
  }
  const withJwt = (vars: ReadonlyMap<string, string>, jwt: string) =>
    build(new Map([...vars, [ASSERTION, jwt]]));
  return (vars) => {
    const claims = assertion.claimsFor(vars, fillTokenUrl(settings, vars) ?? '');
    if (claims.kind === 'problem') return claims;
    const unsigned = withJwt(vars, claims.key);
    if (unsigned.kind === 'problem') return unsigned;
    return {
      kind: 'request',
      key: unsigned.key,
      async complete() {
        const jwt = await assertion.sign(claims);
        if (typeof jwt !== 'string') return jwt;
        const signed = withJwt(vars, jwt);
        return signed.kind === 'problem' ? signed : signed.http;
      },
    };
  };
}

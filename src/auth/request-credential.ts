import type { CallControl } from '../upstream/call-control.js';
import type { HttpRequest, HttpResponse } from '../upstream/http-message.js';
import type { SignAttempt } from '../upstream/upstream.js';
import type { Token } from './token-cache.js';
import type { TokenStore } from './token-store.js';

/** A request with its credential, ready to be sent. */
export interface WithCredential {
  readonly kind: 'ready';
  readonly request: HttpRequest;
  /** The token in the request. Undefined if the credential cannot be replaced. */
  readonly token: Token | undefined;
  /**
   * Monotonic milliseconds. The request must not be sent at or after this time. Infinity if the
   * credential does not expire.
   */
  readonly notAfter: number;
  /** Signs each attempt. Undefined if requests are not signed. */
  readonly sign?: SignAttempt | undefined;
}

/** The reason why there is no credential. `code` is for the caller. */
export interface NoCredential {
  readonly kind: 'no_credential';
  readonly code: 'auth' | 'secrets' | 'timeout' | 'overload' | 'canceled';
  /** For the log. */
  readonly cause: string;
  /** Milliseconds to wait before the next call, if known. */
  readonly retryAfterMs: number | undefined;
}

export type CredentialOutcome = WithCredential | NoCredential;

/** Adds the credential of a service to its requests. */
export interface RequestCredential {
  /**
   * Adds the credential. Returns a promise only if the call must wait.
   *
   * @param now monotonic milliseconds
   */
  apply(
    request: HttpRequest,
    control: CallControl,
    now: number,
  ): CredentialOutcome | Promise<CredentialOutcome>;
  /**
   * Decides by the response whether to send the request again with a newer credential.
   *
   * @param request the request without a credential, as passed to `apply`
   * @param sent the result of `apply`
   * @returns the request with the newer credential, or undefined if the response is final. If the
   * response does not refuse the credential, returns undefined without a promise.
   */
  refresh(
    request: HttpRequest,
    sent: WithCredential,
    response: HttpResponse,
    control: CallControl,
  ): Promise<CredentialOutcome | undefined> | undefined;
  /** The tokens in use. Undefined if the service fetches none. */
  readonly token: Pick<TokenStore, 'expiresAt' | 'count' | 'renew' | 'handOver' | 'takeOver'> | undefined;
  close(): Promise<void>;
}

/** For services without credentials. */
export const noCredential: RequestCredential = {
  apply: (request) => ({
    kind: 'ready',
    request,
    token: undefined,
    notAfter: Number.POSITIVE_INFINITY,
  }),
  refresh: () => undefined,
  token: undefined,
  close: async () => {},
};

import type { CallControl } from '../upstream/call-control.js';
import type { HttpRequest, HttpResponse } from '../upstream/http-message.js';
import type { Token } from './token-cache.js';

/** A request that may be sent. */
export interface WithCredential {
  readonly kind: 'authorised';
  readonly request: HttpRequest;
  /** The token in it; undefined where its credential is none that could be replaced. */
  readonly token: Token | undefined;
  /** Monotonic milliseconds from which on the request may not leave any more; Infinity where its credential stays good. */
  readonly notAfter: number;
}

/** There is no credential to put, and what the caller is told. */
export interface NoCredential {
  readonly kind: 'unauthorised';
  readonly code: 'auth' | 'secrets' | 'timeout' | 'overload' | 'canceled';
  /** For the log. */
  readonly cause: string;
  /** Milliseconds until it makes sense to call again, where known. */
  readonly retryInMs: number | undefined;
}

export type CredentialOutcome = WithCredential | NoCredential;

/** Puts a service's credential on its requests. */
export interface RequestCredential {
  /** At once where nothing has to be waited for, as with a token that lives. */
  apply(request: HttpRequest, control: CallControl): CredentialOutcome | Promise<CredentialOutcome>;
  /**
   * The upstream has answered: whether the request is to be sent once more, with a newer credential.
   *
   * @param request without a credential, as `authorise` was given it.
   * @returns undefined where the answer stands; known at once where it does not speak of the credential.
   */
  refresh(
    request: HttpRequest,
    sent: WithCredential,
    answer: HttpResponse,
    control: CallControl,
  ): Promise<CredentialOutcome | undefined> | undefined;
  close(): Promise<void>;
}

/** For services without credentials. */
export const noCredential: RequestCredential = {
  apply: (request) => ({
    kind: 'authorised',
    request,
    token: undefined,
    notAfter: Number.POSITIVE_INFINITY,
  }),
  refresh: () => undefined,
  close: async () => {},
};

import type { CallControl } from '../upstream/call-control.js';
import type { HttpAnswer, HttpRequest } from '../upstream/http-message.js';
import type { Token } from './token-cache.js';

/** A request that may be sent. */
export interface Authorised {
  readonly kind: 'authorised';
  readonly request: HttpRequest;
  /** The token in it; undefined where its credential is none that could be replaced. */
  readonly token: Token | undefined;
  /** Monotonic milliseconds from which on the request may not leave any more; Infinity where its credential stays good. */
  readonly notAfter: number;
}

/** There is no credential to put, and what the caller is told. */
export interface Unauthorised {
  readonly kind: 'unauthorised';
  readonly code: 'auth' | 'secrets' | 'timeout' | 'overload' | 'canceled';
  /** For the log. */
  readonly cause: string;
  /** Milliseconds until it makes sense to call again, where known. */
  readonly retryInMs: number | undefined;
}

export type Authorisation = Authorised | Unauthorised;

/** Puts a service's credential on its requests. */
export interface Authoriser {
  /** At once where nothing has to be waited for, as with a token that lives. */
  authorise(request: HttpRequest, control: CallControl): Authorisation | Promise<Authorisation>;
  /**
   * The upstream has answered: whether the request is to be sent once more, with a newer credential.
   *
   * @param request without a credential, as `authorise` was given it.
   * @returns undefined where the answer stands; known at once where it does not speak of the credential.
   */
  reauthorise(
    request: HttpRequest,
    sent: Authorised,
    answer: HttpAnswer,
    control: CallControl,
  ): Promise<Authorisation | undefined> | undefined;
  close(): Promise<void>;
}

/** For services without credentials. */
export const noCredential: Authoriser = {
  authorise: (request) => ({
    kind: 'authorised',
    request,
    token: undefined,
    notAfter: Number.POSITIVE_INFINITY,
  }),
  reauthorise: () => undefined,
  close: async () => {},
};

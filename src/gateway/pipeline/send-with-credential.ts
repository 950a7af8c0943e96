import type { NoCredential, RequestCredential } from '../../auth/request-credential.js';
import { type CallControl, freePlace } from '../../upstream/call-control.js';
import type { HttpRequest } from '../../upstream/http-message.js';
import type { Upstream, UpstreamOutcome } from '../../upstream/upstream.js';
import type { BuiltRequest } from './request.js';

/** An outcome with which a call ends. */
export type FinalOutcome = Exclude<UpstreamOutcome, { kind: 'expired' }>;

/** What became of a request. `attempts` counts all that was begun for it. */
export type Sent =
  | { readonly kind: 'sent'; readonly request: HttpRequest; readonly outcome: FinalOutcome }
  | { readonly kind: 'unsent'; readonly reason: NoCredential; readonly attempts: number }
  /** Nothing was sent, and the service has another base_url by now: its newest credentials do not belong to the old one. */
  | { readonly kind: 'moved' };

/** Sends requests to a service with its credential on them. */
export type CredentialSender = (built: BuiltRequest, control: CallControl) => Promise<Sent>;

/**
 * Puts the credential on a request, sends it, and sends it once more where the credential was refused.
 *
 * @param hasMoved whether the service has another base_url by now; asked before each sending.
 */
export function createCredentialSender(
  authoriser: RequestCredential,
  upstream: Upstream,
  hasMoved: () => boolean,
): CredentialSender {
  return async ({ request, replayable }, control) => {
    const authorising = authoriser.apply(request, control);
    let authorised = authorising instanceof Promise ? await authorising : authorising;
    /** Of sendings that have ended, and of the one under way. */
    let ended = 0;
    let begun = 0;
    let isRenewed = false;
    for (;;) {
      if (authorised.kind === 'unauthorised') return unsent(authorised, ended + begun);
      // What has begun may have been carried out: it can't begin anew elsewhere, under another idempotency key perhaps.
      if (hasMoved()) return ended + begun === 0 ? MOVED : unsent(MOVED_BETWEEN, ended + begun);
      const { notAfter } = authorised;
      const outcome = await upstream.send(authorised.request, replayable, control, notAfter, begun);
      if (outcome.kind === 'expired') {
        // The credential must be good when the request leaves: the call may have waited for a connection, or to try again.
        begun = outcome.attempts;
        // After a redirect it begins anew, where only GET and HEAD come: as if the token had been refused, so once and no more.
        if (outcome.sent && isRenewed) return unsent(EXPIRED_BETWEEN, ended + begun);
        isRenewed ||= outcome.sent;
        authorised = await authoriser.apply(request, control);
        continue;
      }
      ended += outcome.attempts;
      // Once and no more.
      const renewing =
        outcome.kind === 'response' && !isRenewed
          ? authoriser.refresh(request, authorised, outcome.response, control)
          : undefined;
      if (renewing !== undefined) freePlace(control);
      const renewed = renewing && (await renewing);
      if (renewed === undefined) {
        return { kind: 'sent', request: authorised.request, outcome: withAttempts(outcome, ended) };
      }
      // Whatever the method: a request that was refused for its credential was not carried out.
      authorised = renewed;
      isRenewed = true;
      begun = 0;
    }
  };
}

function withAttempts(outcome: FinalOutcome, attempts: number): FinalOutcome {
  return outcome.attempts === attempts ? outcome : { ...outcome, attempts };
}

type Unsent = Extract<Sent, { kind: 'unsent' }>;
type Moved = Extract<Sent, { kind: 'moved' }>;
const MOVED: Moved = { kind: 'moved' };
const EXPIRED_BETWEEN: NoCredential = {
  kind: 'unauthorised',
  code: 'auth',
  cause: 'the token expired before a redirect could be followed, and had been renewed before',
  retryInMs: undefined,
};
const MOVED_BETWEEN: NoCredential = {
  kind: 'unauthorised',
  code: 'auth',
  cause: 'base_url changed between two attempts of the call',
  retryInMs: undefined,
};

function unsent(reason: NoCredential, attempts: number): Unsent {
  return { kind: 'unsent', reason, attempts };
}

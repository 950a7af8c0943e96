import type { CredentialOutcome, NoCredential, RequestCredential } from '../../auth/request-credential.js';
import type { Clock } from '../../clock.js';
import { type CallControl, freePlace } from '../../upstream/call-control.js';
import type { HttpRequest } from '../../upstream/http-message.js';
import type { Upstream, UpstreamOutcome } from '../../upstream/upstream.js';
import type { BuiltRequest } from './request/request.js';

/** An outcome that ends a call. */
export type FinalOutcome = Exclude<UpstreamOutcome, { kind: 'expired' }>;

/** How a request ended. `attempts` counts all attempts, also those with an earlier credential. */
export type Sent =
  | { readonly kind: 'sent'; readonly request: HttpRequest; readonly outcome: FinalOutcome }
  | { readonly kind: 'unsent'; readonly reason: NoCredential; readonly attempts: number }
  /**
   * Nothing was sent, because base_url has changed. The newest credential may be only for the new
   * base_url.
   */
  | { readonly kind: 'moved' };

/**
 * Sends requests to a service with its credential.
 *
 * @param given the request with its credential, if the caller of this function has added it already
 */
export type CredentialSender = (
  built: Pick<BuiltRequest, 'request' | 'replayable'>,
  control: CallControl,
  given?: CredentialOutcome,
) => Promise<Sent>;

/**
 * Adds the credential to a request and sends it. If the upstream refuses the credential, sends the
 * request once more with a new credential.
 *
 * @param hasMoved whether base_url has changed. It is called each time before the request is sent.
 */
export function createCredentialSender(
  credential: RequestCredential,
  upstream: Upstream,
  hasMoved: () => boolean,
  clock: Clock,
): CredentialSender {
  return async ({ request, replayable }, control, given) => {
    /** The clock is read once for all steps up to the next wait, because reading it costs time. */
    let now = clock.monotonic();
    const applying = given ?? credential.apply(request, control, now);
    let applied: CredentialOutcome;
    if (applying instanceof Promise) {
      applied = await applying;
      now = clock.monotonic();
    } else {
      applied = applying;
    }
    /**
     * `ended` counts the attempts with earlier credentials, `attempted` those with the current one.
     */
    let ended = 0;
    let attempted = 0;
    let isRenewed = false;
    for (;;) {
      if (applied.kind === 'no_credential') return unsent(applied, ended + attempted);
      // The upstream may have executed an earlier attempt. So the call cannot start again at
      // another base_url, where it might have another idempotency key.
      if (hasMoved()) return ended + attempted === 0 ? MOVED : unsent(MOVED_BETWEEN, ended + attempted);
      const { notAfter, sign } = applied;
      const outcome = await upstream.send(
        {
          request: applied.request,
          replayable,
          notAfter,
          attempted,
          now,
          credential: applied.token?.key,
          sign,
        },
        control,
      );
      if (outcome.kind === 'expired') {
        // The credential expired while the call waited for a connection or for its next attempt.
        attempted = outcome.attempts;
        // If `sent` is true, the credential expired before a redirect was followed. The request
        // then starts again from the first URL. Only GET and HEAD requests follow redirects. After
        // it has sent a request, a call renews its credential only once: here, or after a refusal.
        if (outcome.sent && isRenewed) return unsent(EXPIRED_BETWEEN, ended + attempted);
        isRenewed ||= outcome.sent;
        applied = await credential.apply(request, control, clock.monotonic());
        now = clock.monotonic();
        continue;
      }
      ended += outcome.attempts;
      // Renews the credential only once.
      const renewing =
        outcome.kind === 'response' && !isRenewed
          ? credential.refresh(request, applied, outcome.response, control)
          : undefined;
      if (renewing !== undefined) freePlace(control);
      const renewed = renewing && (await renewing);
      if (renewed === undefined) {
        return { kind: 'sent', request: applied.request, outcome: withAttempts(outcome, ended) };
      }
      // This is safe for any method, because the upstream did not execute a request with a refused
      // credential.
      applied = renewed;
      now = clock.monotonic();
      isRenewed = true;
      attempted = 0;
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
  kind: 'no_credential',
  code: 'auth',
  cause: 'the token expired before a redirect could be followed, after it had been renewed once',
  retryAfterMs: undefined,
};
const MOVED_BETWEEN: NoCredential = {
  kind: 'no_credential',
  code: 'auth',
  cause: 'base_url changed between two attempts of the call',
  retryAfterMs: undefined,
};

function unsent(reason: NoCredential, attempts: number): Unsent {
  return { kind: 'unsent', reason, attempts };
}

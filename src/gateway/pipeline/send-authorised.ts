import type { Authorised, Authoriser, Unauthorised } from '../../auth/authoriser.js';
import type { CallControl } from '../../upstream/call-control.js';
import type { HttpRequest } from '../../upstream/http-message.js';
import type { Upstream, UpstreamOutcome } from '../../upstream/upstream.js';
import type { BuiltRequest } from './request.js';

/** An outcome with which a call ends. */
export type FinalOutcome = Exclude<UpstreamOutcome, { kind: 'expired' }>;

/** What became of a request. `attempts` counts all that was begun for it. */
export type Sent =
  | { readonly kind: 'sent'; readonly request: HttpRequest; readonly outcome: FinalOutcome }
  | { readonly kind: 'unsent'; readonly reason: Unauthorised; readonly attempts: number }
  /** Nothing was sent, and the service has another base_url by now: its newest credentials do not belong to the old one. */
  | { readonly kind: 'moved' };

/** Sends requests to a service with its credential on them. */
export type AuthorisedSender = (built: BuiltRequest, control: CallControl) => Promise<Sent>;

/**
 * Puts the credential on a request, sends it, and sends it once more where the credential was refused.
 *
 * @param hasMoved whether the service has another base_url by now; asked before each sending.
 */
export function createAuthorisedSender(
  authoriser: Authoriser,
  upstream: Upstream,
  hasMoved: () => boolean,
): AuthorisedSender {
  /**
   * Sends with a credential that is good at the moment when the request leaves: it may have expired while the call waited
   * for a connection or for its next attempt.
   */
  async function sendFresh(
    { request, replayable }: BuiltRequest,
    authorised: Authorised,
    control: CallControl,
    isFirst: boolean,
  ): Promise<{ readonly authorised: Authorised; readonly outcome: FinalOutcome } | Unsent | Moved> {
    let current = authorised;
    for (let begun = 0; ; ) {
      // What has begun may have been carried out: it can't begin anew elsewhere, under another idempotency key perhaps.
      if (hasMoved()) return isFirst && begun === 0 ? MOVED : unsent(MOVED_BETWEEN, begun);
      const outcome = await upstream.send(current.request, replayable, control, current.notAfter, begun);
      if (outcome.kind !== 'expired') return { authorised: current, outcome };
      begun = outcome.attempts;
      const next = await authoriser.authorise(request, control);
      if (next.kind === 'unauthorised') return unsent(next, begun);
      current = next;
    }
  }

  return async (built, control) => {
    const authorising = authoriser.authorise(built.request, control);
    const authorised = authorising instanceof Promise ? await authorising : authorising;
    if (authorised.kind === 'unauthorised') return unsent(authorised, 0);
    const first = await sendFresh(built, authorised, control, true);
    if ('kind' in first) return first;
    const { outcome } = first;
    const renewing =
      outcome.kind === 'answer'
        ? authoriser.reauthorise(built.request, first.authorised, outcome.answer, control)
        : undefined;
    const renewed = renewing && (await renewing);
    if (renewed === undefined) return { kind: 'sent', request: first.authorised.request, outcome };
    if (renewed.kind === 'unauthorised') return unsent(renewed, outcome.attempts);
    // Whatever the method: a request that was refused for its credential was not carried out. Once and no more.
    const second = await sendFresh(built, renewed, control, false);
    if ('kind' in second) {
      return second.kind === 'moved' ? second : unsent(second.reason, outcome.attempts + second.attempts);
    }
    const attempts = outcome.attempts + second.outcome.attempts;
    return {
      kind: 'sent',
      request: second.authorised.request,
      outcome: { ...second.outcome, attempts },
    };
  };
}

type Unsent = Extract<Sent, { kind: 'unsent' }>;
type Moved = Extract<Sent, { kind: 'moved' }>;
const MOVED: Moved = { kind: 'moved' };
const MOVED_BETWEEN: Unauthorised = {
  kind: 'unauthorised',
  code: 'auth',
  cause: 'base_url changed between two attempts of the call',
  retryInMs: undefined,
};

function unsent(reason: Unauthorised, attempts: number): Unsent {
  return { kind: 'unsent', reason, attempts };
}

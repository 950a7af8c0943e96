import { callErrorReply } from '../gateway/pipeline/call-error.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { SummedLog } from '../summed-log.js';
import type { ReplyRules } from '../wamp/client/invocations.js';

const TOO_LARGE =
  'the response is larger than router.max_frame_size, or than the router accepts, or the router reads too slowly';

export interface ReplyRulesDeps {
  readonly log: Logger;
  readonly observer: Observer;
  /** Makes the id of a failure, which the caller's error and the log line share. */
  readonly errorId: () => string;
}

/**
 * What happens to replies that an existing router does not get, and to calls that are too complex.
 *
 * @param where the realm and the router, for the log
 */
export function replyRules(
  realm: string,
  where: object,
  summedLog: SummedLog,
  { log, observer, errorId }: ReplyRulesDeps,
): ReplyRules {
  return {
    tooLarge(procedure, trace) {
      const id = errorId();
      observer.replyTooLarge(realm, procedure);
      summedLog.warn(
        {
          ...where,
          procedure,
          code: 'too_large',
          cause: TOO_LARGE,
          advice:
            'request smaller responses of the API, or raise router.max_frame_size and the limit of the router',
        },
        'a response was not sent to the router: it is too large',
        { id, trace_id: trace?.traceId },
      );
      trace?.replyTooLarge(id, TOO_LARGE);
      const { uri, kwargs } = callErrorReply({ code: 'too_large', attempts: 1, id });
      return { uri, payload: { kwargs } };
    },
    onTooComplex(invocation, cause) {
      const advice = 'send less in one call, or raise wamp.max_values if the call has too many values';
      summedLog.info({ ...where, cause, advice }, 'a call was refused', { invocation });
    },
    onDropped(procedure, invocation) {
      observer.replyDropped(realm);
      log.warn(
        { ...where, procedure, invocation },
        'a reply was dropped: the session with the router was lost',
      );
    },
  };
}

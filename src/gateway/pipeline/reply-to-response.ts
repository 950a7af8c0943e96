import { lastInTurn, resultInTurns, type Turns } from '../../turns.js';
import { freePlace } from '../../upstream/call-control.js';
import { type HttpRequest, type HttpResponse, LARGE_BODY } from '../../upstream/http-message.js';
import type { SelectedBody } from './answer-rule.js';
import type { RunningCall } from './call.js';
import type { CallEnds } from './call-ends.js';
import { decodeLargeBody } from './decode-large.js';
import { mapResponse, type Reply, type ReplyRule } from './reply.js';

/** The response to the request of a call. */
interface Arrived {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly attempts: number;
}

/** A body of this many bytes takes about a millisecond to copy. */
const HUGE_BODY = 1024 * 1024;

/**
 * Creates the reply to a call from the response to its request. Returns a promise if the response
 * is large.
 */
export type Replier = (call: RunningCall, arrived: Arrived) => Reply | Promise<Reply>;

/**
 * @param maxBytes the maximum bytes of a body after its conversion to another charset or format
 * (`pool.max_response_size`)
 */
export function createReplier(rule: ReplyRule, maxBytes: number, ends: CallEnds, turns: Turns): Replier {
  function replyWith(
    call: RunningCall,
    { request, response, attempts }: Arrived,
    body?: SelectedBody,
  ): Reply {
    const reply = mapResponse(request, response, rule, body);
    if (reply.kind !== 'refused') return ends.reply(call, reply, response.status, attempts);
    const { reason: cause, message } = reply;
    return ends.fail(call, { code: 'bad_answer', attempts, cause, message });
  }

  /**
   * Decodes a large body in turns with all other work, because decoding may take a second. During
   * this time the call keeps its place in the pool.
   */
  async function replyInTurns(call: RunningCall, arrived: Arrived): Promise<Reply> {
    const { control, pack } = call;
    try {
      const select = rule.answer.selectorFor(arrived.response.status);
      const work = decodeLargeBody(arrived.response, { decode: rule.decode, maxBytes, pack, select });
      const isWanted = () => control.canceledBy === undefined;
      const body = await resultInTurns(turns, work, isWanted);
      // The serializer will copy the body into one frame, which cannot be divided. So the reply
      // continues at the end of a turn.
      if (body !== undefined && arrived.response.body.length >= HUGE_BODY) await lastInTurn(turns);
      if (body === undefined || !isWanted()) return ends.failCanceled(call, arrived.attempts);
      return replyWith(call, arrived, body);
    } finally {
      freePlace(control);
    }
  }

  return (call, arrived) =>
    arrived.response.body.length >= LARGE_BODY ? replyInTurns(call, arrived) : replyWith(call, arrived);
}

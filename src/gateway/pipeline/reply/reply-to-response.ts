import { lastInTurn, resultInTurns, type Turns } from '../../../turns.js';
import { freePlace } from '../../../upstream/call-control.js';
import { type HttpRequest, type HttpResponse, LARGE_BODY } from '../../../upstream/http-message.js';
import type { BodyMemo } from '../cache/body-memo.js';
import type { RunningCall } from '../call.js';
import type { CallEnds } from '../call-ends.js';
import { type SelectedBody, selectBody } from './answer-rule.js';
import { decodeBody } from './decode-body.js';
import { decodeLargeBody } from './decode-large.js';
import { mapResponse, type Reply, type ReplyRule } from './reply.js';

/** The response to the request of a call. */
export interface Arrived {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly attempts: number;
  /** Only for a response that can answer several calls. Its body is read once. */
  readonly memo?: BodyMemo;
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

  async function readInTurns({ control, pack }: RunningCall, { response }: Arrived) {
    const select = rule.answer.selectorFor(response.status);
    const work = decodeLargeBody(response, { decode: rule.decode, maxBytes, pack, select });
    return resultInTurns(turns, work, () => control.canceledBy === undefined);
  }

  /** The same for a response with a memo. If the call that reads it is cancelled, another one reads it. */
  async function readOnce(call: RunningCall, arrived: Arrived, memo: BodyMemo) {
    for (;;) {
      let reading = memo.find(rule, call.pack);
      if (reading === undefined) {
        reading = readInTurns(call, arrived);
        memo.keep(rule, call.pack, reading);
      }
      const body = await reading;
      if (body !== undefined || call.control.canceledBy !== undefined) return body;
    }
  }

  /**
   * Decodes a large body in turns with all other work, because decoding may take a second. During
   * this time the call keeps its place in the pool.
   */
  async function replyInTurns(call: RunningCall, arrived: Arrived): Promise<Reply> {
    const { control } = call;
    const { memo } = arrived;
    try {
      const body = await (memo === undefined ? readInTurns(call, arrived) : readOnce(call, arrived, memo));
      // The serializer will copy the body into one frame, which cannot be divided. So the reply
      // continues at the end of a turn.
      if (body !== undefined && arrived.response.body.length >= HUGE_BODY) await lastInTurn(turns);
      if (body === undefined || control.canceledBy !== undefined) {
        return ends.failCanceled(call, arrived.attempts);
      }
      return replyWith(call, arrived, body);
    } finally {
      freePlace(control);
    }
  }

  function replyFromMemo(call: RunningCall, arrived: Arrived, memo: BodyMemo): Reply {
    const known = memo.find(rule, undefined);
    if (known !== undefined && !(known instanceof Promise)) return replyWith(call, arrived, known);
    const { response } = arrived;
    const body = selectBody(decodeBody(response, rule.decode), rule.answer.selectorFor(response.status));
    memo.keep(rule, undefined, body);
    return replyWith(call, arrived, body);
  }

  return (call, arrived) => {
    if (arrived.response.body.length >= LARGE_BODY) return replyInTurns(call, arrived);
    return arrived.memo === undefined ? replyWith(call, arrived) : replyFromMemo(call, arrived, arrived.memo);
  };
}

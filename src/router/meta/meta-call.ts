import { isJsonText } from '../../json-text/json-text.js';
import { type Call, MESSAGE } from '../../wamp/messages.js';
import { type Dict, NOTHING, type Payload } from '../../wamp/payload.js';
import { argsOf, kwargsOf } from '../../wamp/payload-values.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { Session } from '../model.js';
import { refuse } from '../refusals.js';
import { undeliverable } from '../undeliverable.js';

/** A call of one of the router's own procedures. */
export interface MetaCall {
  /** Who calls; unlike an ordinary callee, a meta procedure always sees that. */
  readonly session: Session;
  readonly args: readonly unknown[];
  readonly kwargs: Dict;
}

/**
 * Answers with the one positional result, none where it is undefined; with a promise where that
 * takes time.
 */
export type MetaProcedure = (call: MetaCall) => unknown;

/** What a meta procedure throws: the caller's ERROR. */
export class MetaError extends Error {
  override readonly name = 'MetaError';
  readonly uri: string;

  /** @param sentence must quote nothing of the call */
  constructor(uri: string, sentence: string) {
    super(sentence);
    this.uri = uri;
  }
}

/**
 * Answers calls of the router's own procedures, by their names.
 *
 * @param most bytes of JSON that the arguments of any of them have; others are not parsed, which
 * would take its time
 */
export function createMetaCalls(
  procedures: ReadonlyMap<string, MetaProcedure>,
  most: number,
): (session: Session, message: Call) => Promise<void> | undefined {
  return (session, { procedure, request, payload }) => {
    const run = procedures.get(procedure);
    if (run === undefined) {
      const sentence = 'the router has no such procedure';
      return refuse(session, MESSAGE.CALL, request, ERROR_URI.noSuchProcedure, sentence);
    }
    if (jsonBytes(payload.args) + jsonBytes(payload.kwargs) > most) {
      const sentence = 'the arguments are larger than those of any procedure of the router';
      return refuse(session, MESSAGE.CALL, request, ERROR_URI.payloadSizeExceeded, sentence);
    }
    const answer = (result: unknown): undefined => {
      if (session.gone) return;
      const args = result === undefined ? [] : [result];
      const outcome = session.peer.send({
        type: MESSAGE.RESULT,
        request,
        details: NOTHING,
        payload: { args },
      });
      // What others made up, half a surrogate pair in a name, say, not every serializer can write.
      if (outcome !== 'sent') refuse(session, MESSAGE.CALL, request, ...undeliverable(outcome, 'caller'));
    };
    const fail = (error: unknown): undefined => {
      if (!(error instanceof MetaError)) throw error;
      return refuse(session, MESSAGE.CALL, request, error.uri, error.message);
    };
    try {
      const result = run({ session, args: argsOf(payload), kwargs: kwargsOf(payload) });
      if (!(result instanceof Promise)) return answer(result);
      return result.then(answer, fail);
    } catch (error) {
      return fail(error);
    }
  };
}

/** The length of arguments that are still text. */
function jsonBytes(values: Payload['args'] | Payload['kwargs']): number {
  return isJsonText(values) ? values.before.length + values.bytes.length + values.after.length : 0;
}

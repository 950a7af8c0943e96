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
  /** The caller. A meta procedure always sees its caller, unlike an ordinary callee. */
  readonly session: Session;
  readonly args: readonly unknown[];
  readonly kwargs: Dict;
}

/**
 * Returns the one positional result, or undefined for an empty result. Returns a promise if that
 * takes time.
 */
export type MetaProcedure = (call: MetaCall) => unknown;

/** A meta procedure throws it. The caller gets an ERROR with its URI and message. */
export class MetaError extends Error {
  override readonly name = 'MetaError';
  readonly uri: string;

  /** @param message must not quote anything from the call */
  constructor(uri: string, message: string) {
    super(message);
    this.uri = uri;
  }
}

/**
 * Handles calls of the router's own procedures, by their names.
 *
 * @param max returns the maximum bytes of JSON arguments. Larger arguments are refused before parsing,
 * because parsing would take time.
 */
export function createMetaCalls(
  procedures: ReadonlyMap<string, MetaProcedure>,
  max: () => number,
): (session: Session, message: Call) => Promise<void> | undefined {
  return (session, call) => {
    const { procedure, request, payload } = call;
    const run = procedures.get(procedure);
    if (run === undefined) {
      const uri = ERROR_URI.noSuchProcedure;
      return refuse(session, call, { uri, message: 'the router has no such procedure' });
    }
    if (jsonBytes(payload.args) + jsonBytes(payload.kwargs) > max()) {
      const message = 'the arguments are larger than any procedure of the router accepts';
      return refuse(session, call, { uri: ERROR_URI.payloadSizeExceeded, message });
    }
    const respond = (result: unknown): undefined => {
      if (session.gone) return;
      const args = result === undefined ? [] : [result];
      const outcome = session.peer.send({
        type: MESSAGE.RESULT,
        request,
        details: NOTHING,
        payload: { args },
      });
      // Some values that other clients chose cannot be encoded in every serializer, such as a name
      // with half a surrogate pair.
      if (outcome !== 'sent') refuse(session, call, undeliverable(outcome, 'caller'));
    };
    const fail = (error: unknown): undefined => {
      if (!(error instanceof MetaError)) throw error;
      return refuse(session, call, error);
    };
    try {
      const result = run({ session, args: argsOf(payload), kwargs: kwargsOf(payload) });
      if (!(result instanceof Promise)) return respond(result);
      return result.then(respond, fail);
    } catch (error) {
      return fail(error);
    }
  };
}

/** The length of arguments that have not been parsed yet. */
function jsonBytes(values: Payload['args'] | Payload['kwargs']): number {
  return isJsonText(values) ? values.before.length + values.bytes.length + values.after.length : 0;
}

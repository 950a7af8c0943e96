import { MESSAGE } from '../../src/wamp/messages.js';
import type { RawClient } from './raw-client.js';

/**
 * A callee's response to a call with these positional arguments; undefined if it does not respond.
 */
export type CallAnswer = (
  args: readonly unknown[],
) => { readonly result: unknown } | { readonly error: string } | undefined;

/**
 * Answers each INVOCATION that a callee gets, until its connection closes. It must not get other
 * messages.
 */
export function answerCalls(callee: RawClient, answer: CallAnswer): void {
  const serve = async (): Promise<void> => {
    for (;;) {
      const [, request, , , args = []] = (await callee.next()) as [
        number,
        number,
        number,
        object,
        unknown[]?,
      ];
      const outcome = answer(args);
      if (outcome === undefined) continue;
      if ('error' in outcome) callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, request, {}, outcome.error]);
      else callee.send([MESSAGE.YIELD, request, {}, [outcome.result]]);
    }
  };
  serve().catch(() => {});
}

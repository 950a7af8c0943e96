import { MESSAGE } from '../../src/wamp/messages.js';
import type { RawClient } from './raw-client.js';

/** What a callee says to a call with these positional arguments; nothing where it leaves the caller waiting. */
export type CallAnswer = (
  args: readonly unknown[],
) => { readonly result: unknown } | { readonly error: string } | undefined;

/** Answers each INVOCATION that a callee gets, until its connection closes. It may hear nothing else. */
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

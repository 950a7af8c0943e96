import type { Session } from '../../src/wamp/client/session.js';
import { kwargsOf } from '../../src/wamp/payload-values.js';
import { WampError } from '../../src/wamp/wamp-error.js';

export type Kwargs = Readonly<Record<string, unknown>>;

/** A running call that asks for progressive results. */
export interface StreamCall {
  /** The kwargs of the progressive results so far. */
  readonly parts: readonly Kwargs[];
  /** Resolves when there are this many parts. */
  arrived(count: number): Promise<void>;
  /** The kwargs of the final result, or of the error with its URI. */
  readonly ended: Promise<{ readonly uri?: string; readonly kwargs: Kwargs }>;
}

/** Calls a procedure and asks for progressive results. */
export function callStream(
  session: Session,
  procedure: string,
  kwargs: Kwargs = {},
  options: Kwargs = {},
): StreamCall {
  const parts: Kwargs[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const ended = session
    .call(procedure, { kwargs }, options, (part) => {
      parts.push(kwargsOf(part));
      for (const { count, resolve } of waiting) if (count <= parts.length) resolve();
      waiting = waiting.filter(({ count }) => count > parts.length);
    })
    .then(
      (result) => ({ kwargs: kwargsOf(result) }),
      (error: unknown) => {
        if (!(error instanceof WampError)) throw error;
        return { uri: error.uri, kwargs: kwargsOf(error) };
      },
    );
  return {
    parts,
    async arrived(count) {
      if (parts.length >= count) return;
      await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    },
    ended,
  };
}

import type { ExchangeFailure } from './exchange-failure.js';

/** How a body ended: it is complete, it failed, or its call was cancelled. */
export type StreamEnd = { readonly kind: 'complete' } | { readonly kind: 'canceled' } | ExchangeFailure;

/** The bytes of a body, in the order in which they arrive. It has one reader. */
export interface ByteStream {
  /** The next bytes, or undefined if none wait. */
  take(): Buffer | undefined;
  /** Resolves when bytes wait, or when the body has ended. */
  ready(): Promise<void>;
  /** Undefined until the body has ended and all its bytes are taken. */
  readonly end: StreamEnd | undefined;
  /** Closes the connection at once. The body ends with `canceled`. */
  cancel(): void;
  /** Ends the body with a failure, and closes the connection. */
  fail(failure: ExchangeFailure): void;
  /**
   * Calls `action` when the last bytes have arrived, or have failed to. They may still wait for the
   * reader.
   */
  whenEnded(action: (end: StreamEnd) => void): void;
}

/**
 * Tells a part of this process how fast the receiver of its messages reads. A sender of many
 * messages asks it before each one, so that only a few wait in memory. It is only advice: a sender
 * of single messages need not ask.
 */
export interface Outlet {
  /**
   * Whether a message of about this many bytes may be sent now. False while others wait, because
   * senders take turns.
   */
  hasRoom(bytes: number): boolean;
  /**
   * Calls `action` once, when there is room or when the connection has closed. The action should
   * send its message before it returns.
   *
   * @returns stops waiting
   */
  whenRoom(bytes: number, action: () => void): () => void;
}

/**
 * The key in INVOCATION.Details under which a callee in this process finds the {@link CallPort} of a
 * call whose caller wants progressive results.
 */
export const CALL_PORT = '_call_port';

/** What a callee in this process can do beside answering. */
export interface CallPort {
  /** Undefined if the caller is in this process, so that no message waits for it. */
  readonly outlet: Outlet | undefined;
  /**
   * Removes the timeout of the call, because the callee limits its duration from now on.
   *
   * @param onEnded called when the router has ended the call: the caller has cancelled it in any
   * mode, or has left
   */
  stayOpen(onEnded: () => void): void;
}

/**
 * Reads the port of an invocation. A message from a network cannot contain one, because it has no
 * functions.
 */
export function callPortOf(details: Readonly<Record<string, unknown>>): CallPort | undefined {
  const port = details[CALL_PORT];
  return isCallPort(port) ? port : undefined;
}

function isCallPort(value: unknown): value is CallPort {
  return (
    typeof value === 'object' && value !== null && 'stayOpen' in value && typeof value.stayOpen === 'function'
  );
}

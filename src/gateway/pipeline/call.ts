import type { JsonText } from '../../json-text/json-text.js';
import type { CallerTrace } from '../../observe/tracing.js';
import type { CallControl } from '../../upstream/call-control.js';
import type { Caller } from '../../upstream/caller.js';
import type { Progress } from './progress.js';
import type { PackJson } from './reply/decode-large.js';

export type Kwargs = Readonly<Record<string, unknown>>;

/** One WAMP call, from which a request is built. */
export interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Kwargs;
  readonly caller: Caller;
}

/** A call as received. Its kwargs may be the unparsed JSON of a dictionary. */
export interface IncomingCall extends Omit<Call, 'kwargs'> {
  readonly kwargs: Kwargs | JsonText;
}

/** A call with everything needed to run it. */
export interface RunningCall extends IncomingCall {
  readonly control: CallControl;
  /** Monotonic milliseconds at which the call arrived. */
  readonly startedAt: number;
  /** Packs a large response in the caller's format. Undefined if the format is JSON. */
  readonly pack: PackJson | undefined;
  /** True if the gateway is stopping. The call is checked, but not sent. */
  readonly draining: boolean;
  /** The trace context in the options of the CALL. */
  readonly callerTrace: CallerTrace | undefined;
  /** Undefined if the caller takes the result as a whole. */
  readonly progress?: Progress | undefined;
  /** Told how many attempts there were if the upstream has responded. An error has the number. */
  readonly onResponse?: (attempts: number) => void;
}

/**
 * Thrown if the gateway cannot build a request from the kwargs of a call. It sends nothing. The
 * caller gets the message. The message names keys, never values.
 *
 * @example
 * ```ts
 * import { BadRequest, loadConfig, previewRequest } from 'wamp-rpc-gateway';
 *
 * const config = loadConfig('bondy.conf', { env: process.env });
 * try {
 *   previewRequest(config, 'com.billing.get_invoice', undefined, {});
 * } catch (error) {
 *   if (!(error instanceof BadRequest)) throw error;
 *   // The path needs an id.
 *   console.error(error.message);
 * }
 * ```
 */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

import type { JsonText } from '../../json-text/json-text.js';
import type { CallControl } from '../../upstream/call-control.js';
import type { PackJson } from './decode-large.js';

/** Who calls, as the router says: a caller can't forge these by sending kwargs of the same names. */
export interface Caller {
  readonly session: number | undefined;
  readonly authid: string | undefined;
  readonly authrole: string | undefined;
}

export type Kwargs = Readonly<Record<string, unknown>>;

/** One WAMP call on its way to becoming a request. */
export interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Kwargs;
  readonly caller: Caller;
}

/** A call as it came: its kwargs may be the JSON of a dictionary still. */
export interface IncomingCall extends Omit<Call, 'kwargs'> {
  readonly kwargs: Kwargs | JsonText;
}

/** A call with the means to end it early. */
export interface RunningCall extends IncomingCall {
  readonly control: CallControl;
  /** Monotonic milliseconds. */
  readonly begunAt: number;
  /** Writes a large answer in the caller's format; undefined where that is JSON. */
  readonly pack: PackJson | undefined;
  /** The gateway is about to stop: the call is looked at, and not carried out. */
  readonly draining: boolean;
}

/**
 * The kwargs of a call cannot become a request, so nothing is sent. The message goes to the caller: it names keys, never
 * values.
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

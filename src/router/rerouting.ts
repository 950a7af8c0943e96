import type { Call } from '../wamp/messages.js';
import type { PendingCall, Registration } from './model.js';
import { weigh } from './weigh.js';

/**
 * Keeps what is needed to route a call anew (WAMP, "Call Re-Routing"), if it is not kept yet. A callee may think for long,
 * and callers have thousands of calls: of one caller no more than `most` bytes are kept, and for a call beyond them the
 * answer that its callee is unavailable is the last word.
 */
export function keepForRerouting(
  call: PendingCall,
  message: Call,
  registration: Registration,
  most: number,
): void {
  if (call.rerouting !== undefined) return;
  const { caller } = call;
  const weight = weigh(message.payload, most);
  if (caller.keptBytes + weight > most) return;
  caller.keptBytes += weight;
  call.rerouting = { message, registration, tried: new Set(), weight };
}

export function dropRerouting(call: PendingCall): void {
  if (call.rerouting === undefined) return;
  call.caller.keptBytes -= call.rerouting.weight;
  call.rerouting = undefined;
}

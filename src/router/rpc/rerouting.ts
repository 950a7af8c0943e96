import type { Call } from '../../wamp/messages.js';
import type { Budget } from '../budget.js';
import { estimateSize } from '../estimate-size.js';
import type { PendingCall, Registration } from '../model.js';

/**
 * Keeps the CALL for a possible rerouting (WAMP, "Call Re-Routing"), if it is not kept yet. Calls
 * may last long, and a caller may have thousands of them. So the router keeps at most `max` bytes
 * for one caller. For the realm, the budget limits the bytes. A call beyond these limits is not
 * rerouted: its caller gets the ERROR of the unavailable callee.
 */
export function keepForRerouting(
  call: PendingCall,
  message: Call,
  registration: Registration,
  max: number,
  budget: Budget,
): void {
  if (call.rerouting !== undefined) return;
  const { caller } = call;
  const size = estimateSize(message, max);
  if (caller.keptBytes + size > max || budget.take(size) !== undefined) return;
  caller.keptBytes += size;
  call.rerouting = { message, registration, tried: new Set(), size, budget };
}

export function dropRerouting(call: PendingCall): void {
  if (call.rerouting === undefined) return;
  const { size, budget } = call.rerouting;
  call.caller.keptBytes -= size;
  budget.give(size);
  call.rerouting = undefined;
}

import type { Call } from '../../wamp/messages.js';
import type { Budget } from '../budget.js';
import { weigh } from '../estimate-size.js';
import type { PendingCall, Registration } from '../model.js';

/**
 * Keeps what the rerouting of a call needs (WAMP, "Call Re-Routing"), if it is not kept yet.
 * Callees may take long, and callers may have thousands of calls. So no more than `most` bytes are
 * kept for one caller, and no more than the budget for the realm. A call beyond these limits is not
 * rerouted: its caller gets the ERROR of the unavailable callee.
 */
export function keepForRerouting(
  call: PendingCall,
  message: Call,
  registration: Registration,
  most: number,
  budget: Budget,
): void {
  if (call.rerouting !== undefined) return;
  const { caller } = call;
  const weight = weigh(message, most);
  if (caller.keptBytes + weight > most || budget.take(weight) !== undefined) return;
  caller.keptBytes += weight;
  call.rerouting = { message, registration, tried: new Set(), weight, budget };
}

export function dropRerouting(call: PendingCall): void {
  if (call.rerouting === undefined) return;
  const { weight, budget } = call.rerouting;
  call.caller.keptBytes -= weight;
  budget.give(weight);
  call.rerouting = undefined;
}

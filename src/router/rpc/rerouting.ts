import type { Call } from '../../wamp/messages.js';
import type { Budget } from '../budget.js';
import { weigh } from '../estimate-size.js';
import type { PendingCall, Registration } from '../model.js';

/**
 * Keeps what is needed to route a call anew (WAMP, "Call Re-Routing"), if it is not kept yet. A callee may think for long,
 * and callers have thousands of calls: of one caller no more than `most` bytes are kept, of all those of a realm no more than a
 * budget, and for a call beyond them the answer that its callee is unavailable is the last word.
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

import type { CallPort } from '../../wamp/outlet.js';
import type { PendingCall } from '../model.js';
import type { Deadlines } from './deadlines.js';

/** The port of a call for its callee, which is in this process. */
export function createCallPort(call: PendingCall, deadlines: Deadlines): CallPort {
  return {
    outlet: call.caller.peer.outlet,
    stayOpen(onEnded) {
      // The call may have ended in the meantime.
      if (call.caller.calls?.get(call.request) !== call) return onEnded();
      deadlines.clear(call);
      call.onEnded = onEnded;
    },
  };
}

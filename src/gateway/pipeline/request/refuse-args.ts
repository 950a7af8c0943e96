import { BadRequest, type IncomingCall } from '../call.js';

/**
 * Refuses positional arguments. They have no names, and ignoring them would send an incomplete
 * request.
 */
export function refuseArgs(call: IncomingCall): void {
  if (call.args.length === 0) return;
  throw new BadRequest(
    'This procedure takes keyword arguments, not positional ones: ' +
      "in JavaScript session.call(uri, [], {id: 'INV-001'}), in Python session.call(uri, id='INV-001')",
  );
}

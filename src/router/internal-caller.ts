import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { joinRealm, type Session } from '../wamp/client/session.js';
import { type Attach, IN_PROCESS, localPeers } from '../wamp/peer.js';
import type { CallProcedure } from './auth/authenticator.js';

/** The authid that procedures see for the router's own calls. */
const AUTHID = 'router';

/**
 * Calls authenticators and authorizers for the router itself. Each realm that needs it gets one
 * session in this process. Such a session needs no authentication and no authorization.
 */
export function createInternalCaller(
  attach: Attach,
  { agent, log, clock }: { readonly agent: string; readonly log: Logger; readonly clock: Clock },
): CallProcedure {
  const sessions = new Map<string, Promise<Session>>();

  function sessionIn(realm: string): Promise<Session> {
    const found = sessions.get(realm);
    if (found !== undefined) return found;
    const [ours, theirs] = localPeers();
    attach(theirs, IN_PROCESS);
    const joining = joinRealm(ours, { realm, agent, log, clock, details: { authid: AUTHID } });
    sessions.set(realm, joining);
    const forget = () => {
      if (sessions.get(realm) === joining) sessions.delete(realm);
    };
    joining.then((session) => session.closed).then(forget, forget);
    return joining;
  }

  return async (realm, procedure, args, timeout) => {
    const session = await sessionIn(realm);
    return session.call(procedure, { args }, timeout === undefined ? {} : { timeout });
  };
}

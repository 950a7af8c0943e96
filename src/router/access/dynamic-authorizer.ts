import type { SummedLog } from '../../summed-log.js';
import { asDict, type Dict } from '../../wamp/payload.js';
import { argsOf, kwargsOf } from '../../wamp/payload-values.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { WampError } from '../../wamp/wamp-error.js';
import type { CallProcedure } from '../auth/authenticator.js';
import type { MatchPolicy, Session } from '../model.js';
import type { Action, Verdict } from './authorizer.js';

export interface AuthorizerProcedureOptions {
  readonly realm: string;
  readonly procedure: string;
  readonly call: CallProcedure;
  /** Combines repeated lines, because any client can cause the same error many times. */
  readonly log: Pick<SummedLog, 'warn'>;
}

/** The promise never rejects. */
export type AskAuthorizer = (
  session: Session,
  action: Action,
  uri: string,
  match: MatchPolicy,
) => Verdict | Promise<Verdict>;

/** The maximum number of cached decisions for one session. */
const MAX_KEPT = 1000;

/**
 * Asks a procedure of the realm whether a session may do something. The procedure has the signature
 * of Crossbar.io's authorizers: `(session, uri, action, options)`. It returns a boolean, or a
 * dictionary with `allow` and optionally `cache`. With `cache: true` the router keeps the decision
 * until the session ends.
 */
export function createAskAuthorizer(options: AuthorizerProcedureOptions): AskAuthorizer {
  const { realm, procedure, call, log } = options;
  const decisions = new WeakMap<Session, Map<string, boolean>>();

  function fail(why: object): Verdict {
    log.warn({ realm, procedure, ...why }, 'an authorizer failed');
    return 'failed';
  }

  function keep(session: Session, key: string, allow: boolean): void {
    const ofSession = decisions.get(session) ?? new Map<string, boolean>();
    decisions.set(session, ofSession);
    const [oldest] = ofSession.keys();
    if (ofSession.size >= MAX_KEPT && oldest !== undefined) ofSession.delete(oldest);
    ofSession.set(key, allow);
  }

  return (session, action, uri, match) => {
    const key = `${action} ${match} ${uri}`;
    const known = decisions.get(session)?.get(key);
    if (known !== undefined) return known;
    return call(realm, procedure, [detailsOf(session), uri, action, { match }]).then(
      (payload) => {
        const result = argsOf(payload)[0] ?? kwargsOf(payload);
        const dict = typeof result === 'boolean' ? { allow: result } : asDict(result);
        const allow = dict?.['allow'];
        if (typeof allow !== 'boolean') return fail({});
        if (dict?.['cache'] === true) keep(session, key, allow);
        return allow;
      },
      (error: unknown) => fail({ reason: error instanceof WampError ? error.uri : ERROR_URI.runtimeError }),
    );
  };
}

function detailsOf({ id, realm, authid, authrole, authmethod, authprovider, transport }: Session): Dict {
  return { session: id, realm, authid, authrole, authmethod, authprovider, transport };
}

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
  /** Any client can have the same go wrong as often as it likes. */
  readonly log: Pick<SummedLog, 'warn'>;
}

/** Never rejects. */
export type AskAuthorizer = (
  session: Session,
  action: Action,
  uri: string,
  match: MatchPolicy,
) => Verdict | Promise<Verdict>;

/** Answers of one session that an authorizer has allowed to keep. */
const MOST_KEPT = 1000;

/**
 * A procedure that decides what sessions may do, asked as Crossbar.io asks it: `(session, uri,
 * action, options)`. It returns a boolean, or a dictionary with `allow` and, where the answer may
 * be kept as long as the session lasts, `cache`.
 */
export function createAskAuthorizer(options: AuthorizerProcedureOptions): AskAuthorizer {
  const { realm, procedure, call, log } = options;
  const kept = new WeakMap<Session, Map<string, boolean>>();

  function fail(why: object): Verdict {
    log.warn({ realm, procedure, ...why }, 'an authorizer failed');
    return 'failed';
  }

  function keep(session: Session, key: string, allow: boolean): void {
    const answers = kept.get(session) ?? new Map<string, boolean>();
    kept.set(session, answers);
    const [oldest] = answers.keys();
    if (answers.size >= MOST_KEPT && oldest !== undefined) answers.delete(oldest);
    answers.set(key, allow);
  }

  return (session, action, uri, match) => {
    const key = `${action} ${match} ${uri}`;
    const known = kept.get(session)?.get(key);
    if (known !== undefined) return known;
    return call(realm, procedure, [detailsOf(session), uri, action, { match }]).then(
      (payload) => {
        const answer = argsOf(payload)[0] ?? kwargsOf(payload);
        const dict = typeof answer === 'boolean' ? { allow: answer } : asDict(answer);
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

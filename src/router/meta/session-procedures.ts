import { inTurns } from '../../turns.js';
import { CLOSE_URI, ERROR_URI } from '../../wamp/uris.js';
import { ALLOW_ALL } from '../access/authorizer.js';
import type { Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import { closing, idArgument, rolesArgument, textArgument } from './arguments.js';
import { pageArgument, pageOf } from './listing.js';
import { type MetaCall, MetaError, type MetaProcedure } from './meta-call.js';

/** The details of a joined session in the meta API. */
export function sessionDetails(session: Session): object {
  const { id, authid, authrole, authmethod, authprovider, transport } = session;
  return { session: id, authid, authrole, authmethod, authprovider, transport };
}

/**
 * `wamp.session.*` (WAMP, "Session Meta API"). Sessions of this process are part of the router. The
 * procedures do not list them and cannot kill them.
 */
export function sessionProcedures(
  sessions: ReadonlyMap<number, Session>,
  { limits, rules, turns }: RealmContext,
): Readonly<Record<string, MetaProcedure>> {
  const clients = (): readonly Session[] => [...sessions.values()].filter(({ trusted }) => !trusted);
  const withRole = (roles: ReadonlySet<string> | undefined): readonly number[] =>
    clients()
      .filter(({ authrole }) => roles?.has(authrole) !== false)
      .map(({ id }) => id);
  const byId = (id: unknown): Session => {
    const session = sessions.get(id as number);
    if (session !== undefined && !session.trusted) return session;
    throw new MetaError(ERROR_URI.noSuchSession, 'there is no such session');
  };

  /**
   * Kills the clients that `choose` returns, except the caller. Continues in later turns if that
   * takes long.
   *
   * @param resultOf makes the result from the IDs of the killed sessions
   */
  function kill<T>(
    { session: caller, kwargs }: MetaCall,
    choose: () => readonly Session[],
    resultOf: (killed: readonly number[]) => T,
  ): T | Promise<T> {
    // Without grants, every session could kill every other session.
    if (rules.authorizer === ALLOW_ALL && !caller.trusted)
      throw new MetaError(ERROR_URI.notAuthorized, 'sessions may be killed only in a realm with grants');
    const { reason = CLOSE_URI.killed, message } = closing(kwargs);
    const victims = choose().filter((session) => session !== caller);
    const killed: number[] = [];
    function* steps(): Generator<void> {
      for (const victim of victims) {
        // The session may have left in the meantime.
        if (victim.gone) continue;
        victim.kill(reason, message);
        killed.push(victim.id);
        yield;
      }
    }
    const pending = inTurns(turns, steps());
    return pending === undefined ? resultOf(killed) : pending.then(() => resultOf(killed));
  }

  return {
    'wamp.session.count': ({ args }) => withRole(rolesArgument(args)).length,
    'wamp.session.list': ({ args, kwargs }) =>
      pageOf(withRole(rolesArgument(args)), pageArgument(kwargs, limits.maxListLength)),
    'wamp.session.get': ({ args }) => sessionDetails(byId(idArgument(args))),
    'wamp.session.kill': (call) => {
      // An invalid ID, or the caller's own ID, is the ID of no other session.
      return kill(
        call,
        () => [byId(call.args[0])],
        ([killed]): undefined => {
          if (killed === undefined)
            throw new MetaError(ERROR_URI.noSuchSession, 'there is no other session with this ID');
        },
      );
    },
    'wamp.session.kill_by_authid': (call) => {
      const name = textArgument(call.args);
      return kill(
        call,
        () => clients().filter(({ authid }) => authid === name),
        (killed) => killed,
      );
    },
    'wamp.session.kill_by_authrole': (call) => {
      const name = textArgument(call.args);
      return kill(
        call,
        () => clients().filter(({ authrole }) => authrole === name),
        ({ length }) => length,
      );
    },
    'wamp.session.kill_all': (call) =>
      kill(
        call,
        () => {
          const all = clients();
          // No remaining session could receive testaments and meta events.
          for (const victim of all) if (victim !== call.session) victim.quiet = true;
          return all;
        },
        ({ length }) => length,
      ),
  };
}

import { ERROR_URI } from '../../wamp/uris.js';
import { ask } from '../access/ask-authorizer.js';
import type { Registration, Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import type { Registrations } from '../rpc/registrations.js';
import { invalid, uriArgument } from './arguments.js';
import { MetaError, type MetaProcedure } from './meta-call.js';

/**
 * `wamp.reflection.procedure.*` (WAMP, "Procedure Reflection"): the procedures that a session may
 * call, and what they take. Everybody may call them, because they tell nothing else. Both take the
 * name of the realm before their other arguments, if it is given, as in Bondy.
 */
export function reflectionProcedures(
  registrations: Registrations,
  { realm, rules, limits, turns }: RealmContext,
): Readonly<Record<string, MetaProcedure>> {
  const mayCall = (session: Session, uri: string) => ask(rules.authorizer, session, 'call', uri, 'exact');

  const nextTurn = (): Promise<void> =>
    new Promise((resolve) => {
      turns.add(() => {
        resolve();
        return true;
      }, true);
    });

  /** Nobody learns whether a procedure exists that they may not call. */
  const unknown = (): MetaError =>
    new MetaError(ERROR_URI.noSuchProcedure, 'there is no such procedure, or this session may not call it');

  function describe(registration: Registration): object {
    const { uri, endpoints } = registration;
    // A description is for the procedures of this process only.
    const isOwn = endpoints.some(({ callee }) => callee.trusted);
    return (isOwn ? rules.describe(uri) : undefined) ?? { uri, realm, kind: 'procedure' };
  }

  return {
    async 'wamp.reflection.procedure.list'({ session, args }) {
      if (args.length > 1) throw invalid('the only argument is the realm');
      const [asked = realm] = args;
      const uris: string[] = [];
      if (asked !== realm) return uris;
      for (const { uri, match } of registrations.all()) {
        if (uris.length >= limits.maxListLength) break;
        // A realm may have many registrations that this session may not call.
        if (!turns.hasTime()) await nextTurn();
        if (match !== 'exact' || rules.routerOnly.has(uri)) continue;
        const verdict = mayCall(session, uri);
        if ((typeof verdict === 'object' ? await verdict : verdict) === true) uris.push(uri);
        if (session.gone) break;
      }
      return uris;
    },
    async 'wamp.reflection.procedure.describe'({ session, args }) {
      if (args.length === 0 || args.length > 2) throw invalid('the argument is the URI of a procedure');
      const uri = uriArgument(args.slice(-1));
      if (args.length === 2 && args[0] !== realm) throw unknown();
      const registration = registrations.exact(uri);
      if (registration === undefined || rules.routerOnly.has(uri)) throw unknown();
      if ((await mayCall(session, uri)) !== true) throw unknown();
      return describe(registration);
    },
  };
}

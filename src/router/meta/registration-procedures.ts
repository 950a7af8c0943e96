import { ERROR_URI, isReservedUri } from '../../wamp/uris.js';
import type { Registration, RouterLimits } from '../model.js';
import { type Registrations, registrationDetails } from '../rpc/registrations.js';
import { idArgument, matchArgument, uriArgument } from './arguments.js';
import { idsByMatch, pageArgument, pageOf } from './listing.js';
import { MetaError, type MetaProcedure } from './meta-call.js';

/** `wamp.registration.*` (WAMP, "Registration Meta API"). */
export function registrationProcedures(
  registrations: Registrations,
  limits: Pick<RouterLimits, 'maxListLength'>,
): Readonly<Record<string, MetaProcedure>> {
  function byId(args: readonly unknown[]): Registration {
    const registration = registrations.byId(idArgument(args));
    if (registration !== undefined) return registration;
    throw new MetaError(ERROR_URI.noSuchRegistration, 'there is no registration with this ID');
  }
  return {
    'wamp.registration.list': ({ kwargs }) =>
      idsByMatch(registrations.all(), pageArgument(kwargs, limits.maxListLength)),
    'wamp.registration.lookup': ({ args }) =>
      registrations.get(matchArgument(args), uriArgument(args))?.id ?? null,
    'wamp.registration.match': ({ args }) => {
      const uri = uriArgument(args);
      // Patterns do not match the router's own procedures.
      const pattern = isReservedUri(uri) ? undefined : registrations.bestPattern(uri);
      return (registrations.exact(uri) ?? pattern)?.id ?? null;
    },
    'wamp.registration.get': ({ args }) => registrationDetails(byId(args)),
    'wamp.registration.list_callees': ({ args, kwargs }) =>
      pageOf(calleesOf(byId(args)), pageArgument(kwargs, limits.maxListLength)),
    'wamp.registration.count_callees': ({ args }) => calleesOf(byId(args)).length,
  };
}

/** Omits sessions that have left but are not cleaned up yet. */
function calleesOf({ endpoints }: Registration): readonly number[] {
  return endpoints.filter(({ callee }) => !callee.gone).map(({ callee }) => callee.id);
}

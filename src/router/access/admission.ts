import type { Hello } from '../../wamp/messages.js';
import { asDict, type Dict } from '../../wamp/payload.js';
import type { Admission } from '../auth/steps.js';

/** Admits a session of this process, under the name that it gives itself. */
export function admitTrusted({ details }: Hello, generatedAuthid: string): Admission {
  const { authid } = details;
  const name = typeof authid === 'string' && authid !== '' ? authid : generatedAuthid;
  return {
    kind: 'admitted',
    identity: { authid: name, authrole: 'trusted', authmethod: 'trusted', authprovider: 'static' },
    roles: new Set(['trusted']),
  };
}

const ROLES_OF_CLIENTS = ['caller', 'callee', 'publisher', 'subscriber'];

/**
 * True if HELLO announces one of the roles that a client may have. A HELLO without such a role is a
 * protocol violation.
 */
export function announcesRole(details: Dict): boolean {
  const roles = asDict(details['roles']);
  return ROLES_OF_CLIENTS.some((role) => asDict(roles?.[role]) !== undefined);
}

/**
 * What the router announces in WELCOME: only features that work. Both `features` exist because
 * wampy reads them.
 */
export const ROUTER_ROLES: Dict = {
  broker: {
    features: {
      event_retention: true,
      pattern_based_subscription: true,
      payload_passthru_mode: true,
      publisher_exclusion: true,
      publisher_identification: true,
      session_meta_api: true,
      subscriber_blackwhite_listing: true,
      subscription_meta_api: true,
    },
  },
  dealer: {
    features: {
      call_canceling: true,
      call_reroute: true,
      call_timeout: true,
      caller_identification: true,
      pattern_based_registration: true,
      payload_passthru_mode: true,
      progressive_call_results: true,
      reflection: true,
      registration_meta_api: true,
      registration_revocation: true,
      session_meta_api: true,
      shared_registration: true,
      testament_meta_api: true,
    },
  },
};

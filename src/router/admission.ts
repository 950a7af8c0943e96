import type { Hello } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import { ERROR_URI } from '../wamp/uris.js';

/** Who a session is, as WELCOME tells it. */
export interface Identity {
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
}

/** A HELLO that is turned away, as ABORT tells it. */
export interface Refusal {
  readonly uri: string;
  readonly sentence: string;
}

export type Admission = { readonly identity: Identity } | { readonly refusal: Refusal };

/**
 * Decides who may join without a secret: clients as `anonymous` where that is allowed, and parts of this process.
 * A HELLO without authmethods asks to be anonymous, as autobahn and wampy do.
 */
export function admit(
  hello: Hello,
  options: { readonly trusted: boolean; readonly allowAnonymous: boolean; readonly generatedAuthid: string },
): Admission {
  const { authid, authmethods } = hello.details;
  if (options.trusted) {
    const name = typeof authid === 'string' && authid !== '' ? authid : options.generatedAuthid;
    return { identity: { authid: name, authrole: 'trusted', authmethod: 'trusted', authprovider: 'static' } };
  }
  const offered: readonly unknown[] = Array.isArray(authmethods) ? authmethods : [];
  const wantsAnonymous = offered.length === 0 || offered.includes('anonymous');
  if (wantsAnonymous && options.allowAnonymous) {
    return {
      identity: {
        authid: options.generatedAuthid,
        authrole: 'anonymous',
        authmethod: 'anonymous',
        authprovider: 'static',
      },
    };
  }
  return offered.length === 0
    ? {
        refusal: {
          uri: ERROR_URI.authenticationRequired,
          sentence: 'this router admits no anonymous sessions',
        },
      }
    : {
        refusal: {
          uri: ERROR_URI.noMatchingAuthMethod,
          sentence: 'none of the offered authmethods can be used',
        },
      };
}

const ROLES_OF_CLIENTS = ['caller', 'callee', 'publisher', 'subscriber'];

/** True where HELLO announces one of the roles that a client may have; one without any is a protocol violation. */
export function announcesRole(details: Dict): boolean {
  const roles = asDict(details['roles']);
  return ROLES_OF_CLIENTS.some((role) => asDict(roles?.[role]) !== undefined);
}

/** What this router announces in WELCOME: only what works. wampy reads both `features`, so both are there. */
export const ROUTER_ROLES: Dict = {
  broker: { features: { publisher_exclusion: true, subscriber_blackwhite_listing: true } },
  dealer: { features: { call_canceling: true, call_timeout: true } },
};

function asDict(value: unknown): Dict | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dict) : undefined;
}

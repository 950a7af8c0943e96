import type { Hello } from '../../wamp/messages.js';
import type { Dict } from '../../wamp/payload.js';

/**
 * What of a HELLO a login goes on with. It is kept until the client has answered, and so nothing
 * large is in it.
 */
export interface LoginClaims {
  readonly authid: string | undefined;
  readonly authrole: string | undefined;
  /** Of `cryptosign`, in hex and lower case. */
  readonly pubkey: string | undefined;
  /** Of `wamp-scram`. */
  readonly nonce: string | undefined;
}

/** What a HELLO says of who wants to join, and how. */
export interface HelloClaims extends LoginClaims {
  /**
   * Authmethods in the client's order; `anonymous` alone where it names none, as autobahn and wampy
   * do.
   */
  readonly offered: readonly string[];
  /** Whether it names any. */
  readonly offersMethods: boolean;
  readonly authextra: Dict;
}

/** Of a name, in characters: a challenge repeats it, and sessions keep it. */
const LONGEST_NAME = 1024;
const PUBLIC_KEY = /^[0-9a-f]{64}$/;
const NONCE = /^[A-Za-z0-9+/=]{1,1024}$/;

export function claimsOf({ details }: Hello): HelloClaims {
  const authmethods = Array.isArray(details['authmethods'])
    ? (details['authmethods'] as readonly string[])
    : [];
  const authextra = (details['authextra'] ?? {}) as Dict;
  const pubkey = textOf(authextra['pubkey'])?.toLowerCase();
  const nonce = textOf(authextra['nonce']);
  const bindsChannel = (authextra['channel_binding'] ?? null) !== null;
  return {
    offered: authmethods.length === 0 ? ['anonymous'] : authmethods,
    offersMethods: authmethods.length > 0,
    authid: nameOf(details['authid']),
    authrole: nameOf(details['authrole']),
    authextra,
    pubkey: pubkey !== undefined && PUBLIC_KEY.test(pubkey) ? pubkey : undefined,
    // WAMP "SCRAM": who insists on a binding that the router does not have is not to go on.
    nonce: nonce !== undefined && NONCE.test(nonce) && !bindsChannel ? nonce : undefined,
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A name that is too long is nobody's. */
function nameOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text.length > LONGEST_NAME ? undefined : text;
}

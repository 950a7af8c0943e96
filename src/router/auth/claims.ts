import type { Hello } from '../../wamp/messages.js';
import type { Dict } from '../../wamp/payload.js';

/**
 * The parts of a HELLO that a login needs. They are kept until the client has answered its
 * challenge, so they must be small.
 */
export interface LoginClaims {
  readonly authid: string | undefined;
  readonly authrole: string | undefined;
  /** For `cryptosign`, in lower-case hex. */
  readonly pubkey: string | undefined;
  /** For `wamp-scram`. */
  readonly nonce: string | undefined;
}

/** What a HELLO says about the client, and about the ways in which it can log in. */
export interface HelloClaims extends LoginClaims {
  /**
   * Authmethods in the client's order. If HELLO names none, the list is `anonymous` alone. autobahn
   * and wampy send such a HELLO.
   */
  readonly offered: readonly string[];
  /** Whether HELLO names any authmethods. */
  readonly offersMethods: boolean;
  readonly authextra: Dict;
}

/**
 * The longest name, in characters. It is limited because a challenge repeats it and the session
 * keeps it.
 */
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
    // The router does not support channel binding. A client that requires it must not continue
    // (WAMP "SCRAM").
    nonce: nonce !== undefined && NONCE.test(nonce) && !bindsChannel ? nonce : undefined,
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Returns undefined for a name that is too long: no user has such a name. */
function nameOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text.length > LONGEST_NAME ? undefined : text;
}

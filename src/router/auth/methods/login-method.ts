import type { LoginClaims } from '../claims.js';
import type { PasswordKeys } from '../password-keys.js';
import type { Challenge } from './challenge.js';

/** The credentials of a user. A user has at least one kind. */
export interface UserKeys extends Partial<PasswordKeys> {
  /** Ed25519 public keys that may sign, 64 hex digits in lower case. */
  readonly publicKeys: readonly string[];
}

/** Credentials that belong to no user. They cover every authmethod. */
export type DecoyKeys = PasswordKeys & UserKeys;

/** The facts about the requested session that a challenge may contain. */
export interface LoginFacts {
  readonly authid: string;
  readonly authrole: string;
  readonly authprovider: 'static' | 'dynamic';
  readonly session: number;
  /** Wall clock, milliseconds. */
  readonly now: number;
  /** HELLO.authextra.nonce, or '' if there is none. */
  readonly clientNonce: string;
}

/** The parts of one authmethod. `C` is its kind of credential. */
interface LoginMethodParts<N extends string, C> {
  /** The name in HELLO and CHALLENGE. */
  readonly name: N;
  /** Whether a HELLO has everything that this method needs. */
  isComplete(claims: LoginClaims): boolean;
  /** The user's credential for this method; undefined if the user has none. */
  credential(keys: UserKeys): C | undefined;
  /** A credential that looks like a user's but belongs to no user. */
  decoy(keys: DecoyKeys): C;
  challenge(credential: C, facts: LoginFacts): Challenge;
  /**
   * True if the realm's authenticator checks the client's answer. Default: the router checks it.
   */
  readonly isJudgedByAuthenticator?: boolean;
}

/** One authmethod, as the logins use it. */
export interface LoginMethod<N extends string = string> {
  readonly name: N;
  readonly isJudgedByAuthenticator: boolean;
  isComplete(claims: LoginClaims): boolean;
  hasCredential(keys: UserKeys): boolean;
  /** Challenges a user. Returns undefined if the user has no credential for this method. */
  challenge(keys: UserKeys, facts: LoginFacts): Challenge | undefined;
  /** Challenges a client whose login must fail. The challenge looks like a user's. */
  challengeDecoy(keys: DecoyKeys, facts: LoginFacts): Challenge;
}

/** Creates an authmethod from its parts. */
export function loginMethod<N extends string, C>(parts: LoginMethodParts<N, C>): LoginMethod<N> {
  return {
    name: parts.name,
    isJudgedByAuthenticator: parts.isJudgedByAuthenticator ?? false,
    isComplete: (claims) => parts.isComplete(claims),
    hasCredential: (keys) => parts.credential(keys) !== undefined,
    challenge(keys, facts) {
      const credential = parts.credential(keys);
      return credential === undefined ? undefined : parts.challenge(credential, facts);
    },
    challengeDecoy: (keys, facts) => parts.challenge(parts.decoy(keys), facts),
  };
}

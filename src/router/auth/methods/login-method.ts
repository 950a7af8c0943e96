import type { LoginClaims } from '../claims.js';
import type { PasswordKeys } from '../password-keys.js';
import type { Challenge } from './challenge.js';

/** What a user can prove a login by. A user has some of these. */
export interface UserKeys extends Partial<PasswordKeys> {
  /** Ed25519 public keys that may sign, 64 hex digits in lower case. */
  readonly publicKeys: readonly string[];
}

/** Keys that nobody has. They hold something for every authmethod. */
export type DecoyKeys = PasswordKeys & UserKeys;

/** What a challenge may tell of the session that is about to begin. */
export interface LoginFacts {
  readonly authid: string;
  readonly authrole: string;
  readonly authprovider: 'static' | 'dynamic';
  readonly session: number;
  /** Wall clock, milliseconds. */
  readonly now: number;
  /** HELLO.authextra.nonce, '' where there is none. */
  readonly clientNonce: string;
}

/** What makes one authmethod. `C` is the part of a user's keys that it proves a login by. */
interface LoginMethodParts<N extends string, C> {
  /** As HELLO and CHALLENGE name it. */
  readonly name: N;
  /** Whether a HELLO has all that this method needs. */
  isComplete(claims: LoginClaims): boolean;
  /** Undefined where the user has nothing to log in with by this method. */
  credential(keys: UserKeys): C | undefined;
  /** A credential that looks like a user's and that nobody has. */
  decoy(keys: DecoyKeys): C;
  challenge(credential: C, facts: LoginFacts): Challenge;
  /**
   * The realm's authenticator judges the client's answer, as it stands. Default: the router judges
   * it.
   */
  readonly isJudgedByAuthenticator?: boolean;
}

/** One authmethod, as the logins use it. */
export interface LoginMethod<N extends string = string> {
  readonly name: N;
  readonly isJudgedByAuthenticator: boolean;
  isComplete(claims: LoginClaims): boolean;
  hasCredential(keys: UserKeys): boolean;
  /** Challenges a user. Undefined where the keys hold nothing for this method. */
  challenge(keys: UserKeys, facts: LoginFacts): Challenge | undefined;
  /** Challenges a client whose login must fail. The challenge looks like a user's. */
  challengeDecoy(keys: DecoyKeys, facts: LoginFacts): Challenge;
}

/** Makes an authmethod of its parts. */
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

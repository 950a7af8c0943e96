import type { Dict } from '../../wamp/payload.js';
import type { Action } from '../access/authorizer.js';
import type { MatchPolicy } from '../model.js';
import type { AuthMethod } from './methods/login-methods.js';
import type { Password } from './password-keys.js';

export interface User {
  readonly username: string;
  readonly enabled: boolean;
  readonly groups: readonly string[];
  /** Ed25519 public keys, 64 hex digits in lower case. */
  readonly authorizedKeys: readonly string[];
  readonly password?: Password;
  /** Facts about the user, for callees in this process. */
  readonly meta?: Dict;
}

/**
 * Users may log in from this address range with this authmethod. The username `anonymous` means
 * clients that do not log in.
 */
export interface Source {
  readonly usernames: 'all' | readonly string[];
  readonly authmethod: AuthMethod;
  /** Default: every address. */
  readonly cidr?: { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' };
}

export interface Grant {
  readonly permissions: readonly Action[];
  readonly roles: 'all' | readonly string[];
  readonly resources: readonly { readonly uri: string; readonly match: MatchPolicy }[];
}

/**
 * Who may join a realm, and what they may do there. The configuration's model of a realm has this
 * shape.
 */
export interface RealmSecurity {
  readonly authmethods: readonly AuthMethod[];
  /** If false, neither sources nor grants apply. */
  readonly securityEnabled: boolean;
  readonly users: ReadonlyMap<string, User>;
  /** The groups that each group belongs to. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Default: users may log in from everywhere. */
  readonly sources?: readonly Source[];
  /** Default: everything is allowed. */
  readonly grants?: readonly Grant[];
  /**
   * Procedures of the realm. The router calls the authenticator for users that are not listed. It
   * calls the authorizer for actions that no grant allows.
   */
  readonly authenticator?: string | undefined;
  readonly authorizer?: string | undefined;
}

/** A realm without any settings: it has no users, and anonymous sessions may do everything. */
export const OPEN_REALM: RealmSecurity = {
  authmethods: ['anonymous'],
  securityEnabled: true,
  users: new Map(),
  groups: new Map(),
};

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
}

/**
 * From where, and by which authmethod, users may log in; `anonymous` among the names is whoever
 * does not.
 */
export interface Source {
  readonly usernames: 'all' | readonly string[];
  readonly authmethod: AuthMethod;
  /** Absent: from everywhere. */
  readonly cidr?: { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' };
}

export interface Grant {
  readonly permissions: readonly Action[];
  readonly roles: 'all' | readonly string[];
  readonly resources: readonly { readonly uri: string; readonly match: MatchPolicy }[];
}

/** Who may join a realm and do what there. The configuration's model of a realm fits it. */
export interface RealmSecurity {
  readonly authmethods: readonly AuthMethod[];
  /** Without it neither sources nor grants count. */
  readonly securityEnabled: boolean;
  readonly users: ReadonlyMap<string, User>;
  /** The groups that each group is in itself. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Absent: everybody may come from everywhere. */
  readonly sources?: readonly Source[];
  /** Absent: everything is allowed. */
  readonly grants?: readonly Grant[];
  /**
   * Procedures in the realm that are asked for users who are not listed, and about what no grant
   * allows.
   */
  readonly authenticator?: string | undefined;
  readonly authorizer?: string | undefined;
}

/**
 * A realm that nothing is said about: it has no users, and those without a name may do everything.
 */
export const OPEN_REALM: RealmSecurity = {
  authmethods: ['anonymous'],
  securityEnabled: true,
  users: new Map(),
  groups: new Map(),
};

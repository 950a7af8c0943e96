/** The authmethods that the router knows, by their names in WAMP (SCRAM in the dialect of the specification, as Bondy has it). */
export const AUTHMETHODS = ['anonymous', 'ticket', 'wampcra', 'wamp-scram', 'cryptosign'] as const;
export type AuthMethod = (typeof AUTHMETHODS)[number];

/** What grants allow; `wamp.call` in the file is `call` here. */
export const PERMISSIONS = [
  'call',
  'cancel',
  'register',
  'unregister',
  'subscribe',
  'unsubscribe',
  'publish',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * A user's password, or what was derived from it. Hidden from print.
 *
 * `salted` holds PBKDF2-HMAC-SHA256 of the password, 32 bytes; `salt` is used as its UTF-8 bytes, as WAMP-CRA does.
 * `scram` holds what RFC 5802 keeps on a server, from which the key for WAMP-CRA cannot be made.
 */
export type Password =
  | { readonly kind: 'plain'; readonly text: string }
  | {
      readonly kind: 'salted';
      readonly salt: string;
      readonly iterations: number;
      /** Base64. */
      readonly saltedPassword: string;
    }
  | {
      readonly kind: 'scram';
      /** Base64, as are the keys. */
      readonly salt: string;
      readonly iterations: number;
      readonly storedKey: string;
      readonly serverKey: string;
    };

export interface SecurityUser {
  readonly username: string;
  /** Without it the user cannot log in. */
  readonly enabled: boolean;
  /** In the order of the file: the first is the authrole of a client that asks for none. */
  readonly groups: readonly string[];
  /** Ed25519 public keys, 64 hex digits in lower case. */
  readonly authorizedKeys: readonly string[];
  readonly password?: Password;
}

/** From where, and by which authmethod, users may log in. */
export interface SecuritySource {
  /** `anonymous` among the names stands for sessions without a login. */
  readonly usernames: 'all' | readonly string[];
  readonly authmethod: AuthMethod;
  /** Absent: from everywhere. */
  readonly cidr?: Cidr;
}

/** A range of IP addresses. */
export interface Cidr {
  readonly address: string;
  /** Bits of the address that count. */
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

export interface SecurityGrant {
  readonly permissions: readonly Permission[];
  /** Names of groups and users, and `anonymous`. */
  readonly roles: 'all' | readonly string[];
  readonly resources: readonly GrantedUris[];
}

/** URIs that a grant is about. */
export interface GrantedUris {
  readonly uri: string;
  readonly match: 'exact' | 'prefix' | 'wildcard';
}

/** Who may join a realm, and do what there. */
export interface RealmSecurity {
  readonly uri: string;
  readonly description?: string;
  readonly authmethods: readonly AuthMethod[];
  /** Without it neither sources nor grants count. */
  readonly securityEnabled: boolean;
  readonly users: ReadonlyMap<string, SecurityUser>;
  /** The groups that each group is in itself, by its name. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Absent where the realm declares none: everybody may come from everywhere then. */
  readonly sources?: readonly SecuritySource[];
  /** Absent where the realm declares none: everything is allowed then. An empty list allows nothing. */
  readonly grants?: readonly SecurityGrant[];
  /** The procedure that is asked for users who are not in the file. */
  readonly authenticator?: string | undefined;
  /** The procedure that is asked about what no grant allows. */
  readonly authorizer?: string | undefined;
}

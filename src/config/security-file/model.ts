/**
 * The authmethods of the router, by their WAMP names. `wamp-scram` is SCRAM as the WAMP
 * specification defines it.
 */
export const AUTHMETHODS = ['anonymous', 'ticket', 'wampcra', 'wamp-scram', 'cryptosign'] as const;
/**
 * An authmethod of the router, by its WAMP name.
 *
 * @useDeclaredType
 */
export type AuthMethod = (typeof AUTHMETHODS)[number];

/** What a grant can allow. `wamp.call` in the file is `call` here. */
export const PERMISSIONS = [
  'call',
  'cancel',
  'register',
  'unregister',
  'subscribe',
  'unsubscribe',
  'publish',
] as const;
/**
 * What a grant can allow. `wamp.call` in the file is `call` here.
 *
 * @useDeclaredType
 */
export type Permission = (typeof PERMISSIONS)[number];

/**
 * A user's password, or keys derived from it. It is hidden from `console.log`.
 *
 * `salted` holds PBKDF2-HMAC-SHA256 of the password, 32 bytes. The salt is the UTF-8 bytes of
 * `salt`, as in WAMP-CRA. `scram` holds the keys that RFC 5802 stores on a server. The key for
 * WAMP-CRA cannot be derived from them.
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
      /** Base64, like the keys. */
      readonly salt: string;
      readonly iterations: number;
      readonly storedKey: string;
      readonly serverKey: string;
    };

/** A user who may log in to a realm. */
export interface SecurityUser {
  readonly username: string;
  /** A user who is not enabled cannot log in. */
  readonly enabled: boolean;
  /** In the order of the file. The first is the authrole of a client that asks for none. */
  readonly groups: readonly string[];
  /** Ed25519 public keys, 64 hex digits in lower case. */
  readonly authorizedKeys: readonly string[];
  readonly password?: Password;
  /** Facts about the user, for `{{caller.meta.NAME}}` in `auth.fetch`. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** An authmethod by which users may log in, and from which addresses. */
export interface SecuritySource {
  /** The name `anonymous` stands for sessions without a login. */
  readonly usernames: 'all' | readonly string[];
  readonly authmethod: AuthMethod;
  /** Absent: from every address. */
  readonly cidr?: Cidr;
}

/** A range of IP addresses. */
export interface Cidr {
  readonly address: string;
  /** How many leading bits of the address must match. */
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** What roles may do with URIs. */
export interface SecurityGrant {
  readonly permissions: readonly Permission[];
  /** Names of groups and users, and `anonymous`. */
  readonly roles: 'all' | readonly string[];
  readonly resources: readonly GrantedUris[];
}

/** The URIs of a grant. */
export interface GrantedUris {
  readonly uri: string;
  readonly match: 'exact' | 'prefix' | 'wildcard';
}

/** Who may join a realm, and what each may do there. */
export interface RealmSecurity {
  readonly uri: string;
  readonly description?: string;
  readonly authmethods: readonly AuthMethod[];
  /** When false, sources and grants have no effect. */
  readonly securityEnabled: boolean;
  readonly users: ReadonlyMap<string, SecurityUser>;
  /** Each group's name, and the groups that it is a member of. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Absent when the realm declares none: then users may log in from every address. */
  readonly sources?: readonly SecuritySource[];
  /**
   * Absent when the realm declares none: then everything is allowed. An empty list allows nothing.
   */
  readonly grants?: readonly SecurityGrant[];
  /** The procedure that decides on users who are not in the file. */
  readonly authenticator?: string | undefined;
  /** The procedure that decides on actions that no grant allows. */
  readonly authorizer?: string | undefined;
}

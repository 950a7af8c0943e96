import type { Dict } from '../../wamp/payload.js';
import type { DecoyKeys, UserKeys } from './methods/login-method.js';
import { type LoginMethodName, methodNamed } from './methods/login-methods.js';
import { decoyKeys, type PasswordKeys, passwordKeys } from './password-keys.js';
import type { RealmSecurity, User } from './realm-security.js';
import type { Salts } from './salts.js';
import type { Sources } from './sources.js';

/** The parts of HELLO that select the user and the authmethod. */
export interface Claim {
  readonly authid: string | undefined;
  /** For `cryptosign`, in lower-case hex. */
  readonly pubkey: string | undefined;
  /**
   * Authmethods in the client's order. Contains only those that the realm supports and that this
   * HELLO has all data for.
   */
  readonly methods: readonly LoginMethodName[];
  readonly address: string | undefined;
}

/**
 * The user that logs in, and the authmethod. A login that cannot succeed gets a decoy. The decoy
 * looks like a user, so that nobody learns which users exist.
 */
export interface Principal {
  readonly authid: string;
  readonly method: LoginMethodName;
  readonly groups: readonly string[];
  readonly keys: DecoyKeys;
  /** Undefined for a decoy. */
  readonly meta: Dict | undefined;
  readonly isDecoy: boolean;
}

export interface Principals {
  /**
   * Returns the user that the client may log in as, or a decoy. Returns undefined if no user can
   * log in this way from this address.
   */
  choose(claim: Claim): Principal | undefined;
  /** True if the realm has this name or key, enabled or not. */
  knows(claim: Pick<Claim, 'authid' | 'pubkey'>): boolean;
}

/**
 * The maximum number of users that serve as models for decoys. A small realm uses all its users as
 * models. A large realm uses a sample of them.
 */
const MAX_MODELS = 64;

/**
 * The users of a realm. A client whose name is unknown, or that cannot log in with the offered
 * authmethods, gets a decoy. The name selects the user that the decoy imitates, so a name always
 * gets the same decoy. The decoy has that user's authmethods, groups and kind of password. It has
 * its own salt.
 */
export function createPrincipals(
  realm: string,
  security: RealmSecurity,
  sources: Sources,
  salts: Salts,
): Principals {
  const { users } = security;
  const keys = new Map<string, PasswordKeys>();
  const byKey = new Map<string, User>();
  for (const user of users.values()) {
    // If two users have the same key and HELLO has no authid, the first user is chosen.
    for (const key of user.authorizedKeys) if (!byKey.has(key)) byKey.set(key, user);
  }
  const step = Math.max(1, Math.floor(users.size / MAX_MODELS));
  const models = [...users.values()].filter(({ enabled }, index) => enabled && index % step === 0);

  function find({ authid, pubkey }: Pick<Claim, 'authid' | 'pubkey'>): User | undefined {
    if (authid !== undefined) return users.get(authid);
    return pubkey === undefined ? undefined : byKey.get(pubkey);
  }

  function keysOf(user: User): PasswordKeys | undefined {
    if (user.password === undefined) return undefined;
    const found = keys.get(user.username) ?? passwordKeys(user.password, salts.saltFor(realm, user.username));
    keys.set(user.username, found);
    return found;
  }

  const userKeysOf = (user: User): UserKeys => ({ ...keysOf(user), publicKeys: user.authorizedKeys });

  function methodOf(user: User, { methods, address }: Claim): LoginMethodName | undefined {
    return methods.find(
      (method) =>
        methodNamed(method).hasCredential(userKeysOf(user)) && sources.allow(user.username, method, address),
    );
  }

  /** Finds a model that can log in this way. The name selects where the search starts. */
  function modelFor(claim: Claim, name: string): { user: User; method: LoginMethodName } | undefined {
    const first = salts.drawFor(realm, name, models.length);
    for (let next = 0; next < models.length; next++) {
      const user = models[(first + next) % models.length];
      const method = user && methodOf(user, claim);
      if (user !== undefined && method !== undefined) return { user, method };
    }
    return undefined;
  }

  function decoy(claim: Claim, name: string): Principal | undefined {
    const model = modelFor(claim, name);
    const method =
      model?.method ?? claim.methods.find((candidate) => sources.allowSomebody(candidate, claim.address));
    if (method === undefined) return undefined;
    return {
      authid: name,
      method,
      groups: model?.user.groups ?? [],
      keys: {
        ...decoyKeys(model?.user.password, (like) => salts.saltFor(realm, name, like)),
        publicKeys: [],
      },
      meta: undefined,
      isDecoy: true,
    };
  }

  return {
    knows: (claim) => find(claim) !== undefined,
    choose(claim) {
      const name = claim.authid ?? claim.pubkey;
      if (name === undefined) return undefined;
      // Always builds the decoy. Otherwise the time until the challenge would reveal whether the
      // user exists.
      const decoyPrincipal = decoy(claim, name);
      const user = find(claim);
      const candidate = user ?? models[0];
      const method = candidate && methodOf(candidate, claim);
      if (user?.enabled !== true || method === undefined) return decoyPrincipal;
      const { username, groups, authorizedKeys, meta } = user;
      return {
        authid: username,
        method,
        groups,
        keys: {
          ...(keysOf(user) ?? decoyKeys(undefined, () => salts.saltFor(realm, username))),
          // A client that names its key must sign with that key.
          publicKeys: authorizedKeys.filter((key) => claim.pubkey === undefined || key === claim.pubkey),
        },
        meta,
        isDecoy: false,
      };
    },
  };
}

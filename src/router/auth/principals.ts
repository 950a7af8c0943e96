import type { DecoyKeys, UserKeys } from './methods/login-method.js';
import { type LoginMethodName, methodNamed } from './methods/login-methods.js';
import { decoyKeys, type PasswordKeys, passwordKeys } from './password-keys.js';
import type { RealmSecurity, User } from './realm-security.js';
import type { Salts } from './salts.js';
import type { Sources } from './sources.js';

/** What HELLO says that a login is chosen by. */
export interface Claim {
  readonly authid: string | undefined;
  /** Of `cryptosign`, in hex and lower case. */
  readonly pubkey: string | undefined;
  /**
   * Authmethods in the client's order, those alone that the realm has and this HELLO is complete
   * for.
   */
  readonly methods: readonly LoginMethodName[];
  readonly address: string | undefined;
}

/**
 * Who logs in, and how. What cannot succeed is a decoy: it looks like a user, so that nobody learns
 * who is one.
 */
export interface Principal {
  readonly authid: string;
  readonly method: LoginMethodName;
  readonly groups: readonly string[];
  readonly keys: DecoyKeys;
  readonly isDecoy: boolean;
}

export interface Principals {
  /**
   * The user by whom a client may log in so, or a decoy; undefined where nobody at all could log in
   * so from there.
   */
  choose(claim: Claim): Principal | undefined;
  /** True for a name or key that is in the realm, enabled or not. */
  knows(claim: Pick<Claim, 'authid' | 'pubkey'>): boolean;
}

/** Users that decoys are made after: all of a small realm, and enough of a large one. */
const MOST_MODELS = 64;

/**
 * The users of a realm. Who is nobody, or cannot log in by what is offered, is treated as a user
 * who is drawn by the name, always the same: with that user's authmethod, group and kind of
 * password, and a salt of its own.
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
    // A key of two users is the first one's, where HELLO does not say whose.
    for (const key of user.authorizedKeys) if (!byKey.has(key)) byKey.set(key, user);
  }
  const step = Math.max(1, Math.floor(users.size / MOST_MODELS));
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

  /** The first of the models, from one drawn by the name on, who can log in so. */
  function modelFor(claim: Claim, name: string): { user: User; method: LoginMethodName } | undefined {
    const drawn = salts.drawFor(realm, name, models.length);
    for (let next = 0; next < models.length; next++) {
      const user = models[(drawn + next) % models.length];
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
      isDecoy: true,
    };
  }

  return {
    knows: (claim) => find(claim) !== undefined,
    choose(claim) {
      const name = claim.authid ?? claim.pubkey;
      if (name === undefined) return undefined;
      // As much is done for a user as for nobody: the time until the challenge comes would tell
      // them apart.
      const standIn = decoy(claim, name);
      const user = find(claim);
      const candidate = user ?? models[0];
      const method = candidate && methodOf(candidate, claim);
      if (user?.enabled !== true || method === undefined) return standIn;
      const { username, groups, authorizedKeys } = user;
      return {
        authid: username,
        method,
        groups,
        keys: {
          ...(keysOf(user) ?? decoyKeys(undefined, () => salts.saltFor(realm, username))),
          // A client that names its key must sign with it.
          publicKeys: authorizedKeys.filter((key) => claim.pubkey === undefined || key === claim.pubkey),
        },
        isDecoy: false,
      };
    },
  };
}

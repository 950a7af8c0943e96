import type { Hello } from '../../wamp/messages.js';
import type { ConnectionInfo } from '../../wamp/peer.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { type CallProcedure, createAskAuthenticator } from './authenticator.js';
import { claimsOf, isCompleteFor } from './claims.js';
import { askAuthenticator } from './dynamic-login.js';
import type { DeriveKey } from './key-derivation.js';
import { type Attempt, blocked, type LoginContext } from './login.js';
import { createLookalikes } from './lookalikes.js';
import { createPrincipals } from './principals.js';
import type { AuthMethod } from './realm-security.js';
import { ANONYMOUS, EVERYBODY } from './roles.js';
import type { Salts } from './salts.js';
import { compileSources } from './sources.js';
import { challengePrincipal } from './static-login.js';
import { type Admission, refused, type Step } from './steps.js';

export interface AuthenticationOptions extends LoginContext {
  /** Whether there may be sessions without a login at all. `security.allow_anonymous_user` */
  readonly allowAnonymous: boolean;
  readonly salts: Salts;
  readonly derive: DeriveKey;
  /** For the realm's authenticator, if it has one. */
  readonly call: CallProcedure;
}

/** Who may join one realm. */
export interface Authentication {
  /** The first step with a client. @param session the ID that its session will have */
  begin(hello: Hello, info: ConnectionInfo, session: number): Step | Promise<Step>;
}

/** One for all anonymous sessions. */
const ANONYMOUS_ROLES: ReadonlySet<string> = new Set([ANONYMOUS, EVERYBODY]);

/** How long an authenticator may take where the connection has no limit of its own. */
const AUTHENTICATOR_MS = 10_000;

/**
 * Chooses how a client joins: by the first of its authmethods that the realm has and some source allows. Whether the user
 * is known decides nothing that the client could see before it has answered its challenge.
 */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { realm, security, allowAnonymous, salts, delays, newAuthid, call, log } = options;
  const sources = compileSources(security.securityEnabled ? security.sources : undefined);
  const principals = createPrincipals(realm, security, sources, salts, options.derive);
  const lookalikes = createLookalikes(realm, salts);
  const admitsAnonymous =
    allowAnonymous && (security.authmethods.includes('anonymous') || !security.securityEnabled);

  function login(attempt: Attempt, methods: readonly AuthMethod[]): Step | Promise<Step> | undefined {
    const { claims, info } = attempt;
    const address = info.remoteAddress;
    if (delays.isBlocked(address)) return blocked();
    const challenge = (among: readonly AuthMethod[]): Step | undefined => {
      const principal = principals.choose({ ...claims, methods: among, address });
      return principal && challengePrincipal(options, attempt, principal);
    };
    const procedure = security.authenticator;
    if (procedure === undefined || principals.knows(claims)) return challenge(methods);
    const name = claims.authid ?? claims.pubkey ?? '';
    const method = methods.find((candidate) => sources.allow(name, candidate, address));
    if (method === undefined) return challenge(methods);
    const timeout = info.handshakeTimeout === 0 ? AUTHENTICATOR_MS : info.handshakeTimeout;
    const ask = createAskAuthenticator({ realm, procedure, call, timeout, log });
    return askAuthenticator(options, attempt, { method, ask, lookalikes });
  }

  function admitAnonymous(): Admission {
    const identity = { authrole: ANONYMOUS, authmethod: 'anonymous', authprovider: 'static' };
    return {
      kind: 'admitted',
      identity: { authid: newAuthid(), ...identity },
      roles: ANONYMOUS_ROLES,
    };
  }

  return {
    begin(hello, info, session) {
      const claims = claimsOf(hello);
      const { offered } = claims;
      const mayBeAnonymous =
        admitsAnonymous &&
        offered.includes('anonymous') &&
        sources.allow(ANONYMOUS, 'anonymous', info.remoteAddress);
      const first = mayBeAnonymous ? offered.slice(0, offered.indexOf('anonymous')) : offered;
      const methods = security.authmethods
        .filter((method) => method !== 'anonymous' && first.includes(method) && isCompleteFor(method, claims))
        .sort((a, b) => first.indexOf(a) - first.indexOf(b));
      const step = methods.length === 0 ? undefined : login({ claims, session, info }, methods);
      if (step !== undefined) return step;
      if (mayBeAnonymous) return admitAnonymous();
      return claims.offersMethods
        ? refused(ERROR_URI.noMatchingAuthMethod, 'none of the offered authmethods can be used')
        : refused(ERROR_URI.authenticationRequired, 'this realm admits no anonymous sessions');
    },
  };
}

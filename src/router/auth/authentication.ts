import type { Hello } from '../../wamp/messages.js';
import type { Dict } from '../../wamp/payload.js';
import type { ConnectionInfo } from '../../wamp/peer.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { estimateSize } from '../estimate-size.js';
import { ANONYMOUS_ROLES, admitsAnonymous } from './anonymous.js';
import { type CallProcedure, createAskAuthenticator } from './authenticator.js';
import { claimsOf } from './claims.js';
import { createDecoys } from './decoys.js';
import { askAuthenticator } from './dynamic-login.js';
import { createFairTurns } from './fair-turns.js';
import { type Attempt, blocked, type LoginContext, loginSource } from './login.js';
import { type LoginMethodName, methodNamed } from './methods/login-methods.js';
import { createPrincipals } from './principals.js';
import { ANONYMOUS } from './roles.js';
import type { Salts } from './salts.js';
import { compileSources } from './sources.js';
import { challengePrincipal } from './static-login.js';
import { type Admission, refused, type Step } from './steps.js';

export interface AuthenticationOptions extends LoginContext {
  /**
   * Whether sessions without a login are allowed. `local` allows them only from this machine.
   * `security.allow_anonymous_user`
   */
  readonly allowAnonymous: boolean | 'local';
  readonly salts: Salts;
  /** Whether many clients may share one source, as behind a proxy. */
  readonly sharedSources: boolean;
  /** Calls the realm's authenticator, if it has one. */
  readonly call: CallProcedure;
}

/** A client that has sent HELLO. */
export interface Newcomer {
  readonly info: ConnectionInfo;
  /** The ID that its session will have. */
  readonly session: number;
  /** Aborted when the client has disconnected or no longer waits. */
  readonly signal: AbortSignal;
}

/** Decides who may join one realm. */
export interface Authentication {
  /** Returns the first step of a client's login. */
  begin(hello: Hello, newcomer: Newcomer): Step | Promise<Step>;
}

/** The timeout of an authenticator in milliseconds, if the connection has no handshake timeout. */
const AUTHENTICATOR_MS = 10_000;

/**
 * The maximum size of the authextra that an authenticator gets, in estimated bytes. The router
 * keeps it during the login, and anybody can start a login.
 */
const MAX_AUTHEXTRA = 32 * 1024;

/**
 * Limits on the calls of a realm's authenticator: how many run at a time, how many of them for one
 * source, and how many wait. A client needs only a HELLO to cause a call. The call carries the
 * client's data. Without these limits, the calls would fill the authenticator's own queue.
 */
const CALL_LIMITS = { maxConcurrent: 64, maxPerSource: 16, maxWaiting: 1024 };

/**
 * Chooses how a client joins. Takes the first of the client's authmethods that the realm supports
 * and that some source allows. Before a client answers its challenge, no response reveals whether
 * the user exists.
 */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { realm, security, allowAnonymous, salts, delays, newAuthid, call, log } = options;
  const { maxConcurrent } = CALL_LIMITS;
  const callTurns = createFairTurns(
    options.sharedSources ? { ...CALL_LIMITS, maxPerSource: maxConcurrent } : CALL_LIMITS,
  );
  const sources = compileSources(security.securityEnabled ? security.sources : undefined);
  const principals = createPrincipals(realm, security, sources, salts);
  const decoys = createDecoys(realm, salts);

  function login(
    attempt: Attempt,
    methods: readonly LoginMethodName[],
    authextra: Dict,
  ): Step | Promise<Step> | undefined {
    const { claims, info, asker } = attempt;
    const address = info.remoteAddress;
    if (delays.isBlocked(asker.source)) return blocked();
    const challenge = (among: readonly LoginMethodName[]): Step | undefined => {
      const principal = principals.choose({ ...claims, methods: among, address });
      return principal && challengePrincipal(options, attempt, principal);
    };
    const procedure = security.authenticator;
    if (procedure === undefined) return challenge(methods);
    // Checks the size for every client. If the router checked only users outside the configuration,
    // a refusal would reveal which users the configuration lists.
    if (estimateSize(authextra, MAX_AUTHEXTRA) > MAX_AUTHEXTRA) {
      return refused(ERROR_URI.payloadSizeExceeded, 'authextra is larger than an authenticator may get');
    }
    if (principals.knows(claims)) return challenge(methods);
    const name = claims.authid ?? claims.pubkey ?? '';
    const method = methods.find((candidate) => sources.allow(name, candidate, address));
    if (method === undefined) return challenge(methods);
    const timeout = info.handshakeTimeout === 0 ? AUTHENTICATOR_MS : info.handshakeTimeout;
    const askNow = createAskAuthenticator({ realm, procedure, call, timeout, log });
    const ask: typeof askNow = (authid, details) => callTurns.run(asker, () => askNow(authid, details));
    return askAuthenticator(options, attempt, { method, ask, authextra, decoys });
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
    begin(hello, { info, session, signal }) {
      const { offered, offersMethods, authextra, ...claims } = claimsOf(hello);
      const mayBeAnonymous =
        admitsAnonymous(security, allowAnonymous, info.remoteAddress) &&
        offered.includes('anonymous') &&
        sources.allow(ANONYMOUS, 'anonymous', info.remoteAddress);
      const first = mayBeAnonymous ? offered.slice(0, offered.indexOf('anonymous')) : offered;
      const methods = security.authmethods
        .filter((method) => method !== 'anonymous')
        .filter((method) => first.includes(method) && methodNamed(method).isComplete(claims))
        .sort((a, b) => first.indexOf(a) - first.indexOf(b));
      const step =
        methods.length === 0
          ? undefined
          : login(
              { claims, session, info, asker: { source: loginSource(info), signal } },
              methods,
              authextra,
            );
      if (step !== undefined) return step;
      if (mayBeAnonymous) return admitAnonymous();
      return offersMethods
        ? refused(ERROR_URI.noMatchingAuthMethod, 'none of the offered authmethods can be used')
        : refused(ERROR_URI.authenticationRequired, 'this realm admits no anonymous sessions');
    },
  };
}

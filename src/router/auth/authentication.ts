import { isLoopback } from '../../ip-source.js';
import type { Hello } from '../../wamp/messages.js';
import type { Dict } from '../../wamp/payload.js';
import type { ConnectionInfo } from '../../wamp/peer.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { weigh } from '../estimate-size.js';
import { type CallProcedure, createAskAuthenticator } from './authenticator.js';
import { claimsOf } from './claims.js';
import { createDecoys } from './decoys.js';
import { askAuthenticator } from './dynamic-login.js';
import { createFairTurns } from './fair-turns.js';
import { type Attempt, blocked, type LoginContext, loginSource } from './login.js';
import { type LoginMethodName, methodNamed } from './methods/login-methods.js';
import { createPrincipals } from './principals.js';
import { ANONYMOUS, EVERYBODY } from './roles.js';
import type { Salts } from './salts.js';
import { compileSources } from './sources.js';
import { challengePrincipal } from './static-login.js';
import { type Admission, refused, type Step } from './steps.js';

export interface AuthenticationOptions extends LoginContext {
  /**
   * Whether there may be sessions without a login at all, or from this machine alone.
   * `security.allow_anonymous_user`
   */
  readonly allowAnonymous: boolean | 'local';
  readonly salts: Salts;
  /** Whether many clients may come from one source, as behind a proxy. */
  readonly sharedSources: boolean;
  /** For the realm's authenticator, if it has one. */
  readonly call: CallProcedure;
}

/** A client that has said HELLO. */
export interface Newcomer {
  readonly info: ConnectionInfo;
  /** The ID that its session will have. */
  readonly session: number;
  /** Aborted when it has gone, or waits no longer. */
  readonly signal: AbortSignal;
}

/** Who may join one realm. */
export interface Authentication {
  /** The first step with a client. */
  begin(hello: Hello, newcomer: Newcomer): Step | Promise<Step>;
}

/** A client without an address came over a Unix socket, and so from this machine. */
const isLocal = ({ remoteAddress }: ConnectionInfo): boolean =>
  remoteAddress === undefined || isLoopback(remoteAddress);

/** One for all anonymous sessions. */
const ANONYMOUS_ROLES: ReadonlySet<string> = new Set([ANONYMOUS, EVERYBODY]);

/** How long an authenticator may take where the connection has no limit of its own. */
const AUTHENTICATOR_MS = 10_000;

/**
 * Roughly the bytes that an authenticator is told: they are kept while a client logs in, and
 * anybody may begin to.
 */
const LONGEST_AUTHEXTRA = 32 * 1024;

/**
 * Questions to a realm's authenticator at a time, and for one source: a client needs nothing but a
 * HELLO to have one asked, and what it says there goes along. What waits here would wait in the
 * authenticator's own queue else, until that overflows.
 */
const QUESTIONS = { mostAtATime: 64, mostOfSource: 16, mostWaiting: 1024 };

/**
 * Chooses how a client joins: by the first of its authmethods that the realm has and some source
 * allows. Whether the user is known decides nothing that the client could see before it has
 * answered its challenge.
 */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { realm, security, allowAnonymous, salts, delays, newAuthid, call, log } = options;
  const { mostAtATime } = QUESTIONS;
  const questions = createFairTurns(
    options.sharedSources ? { ...QUESTIONS, mostOfSource: mostAtATime } : QUESTIONS,
  );
  const sources = compileSources(security.securityEnabled ? security.sources : undefined);
  const principals = createPrincipals(realm, security, sources, salts);
  const decoys = createDecoys(realm, salts);
  const admitsAnonymous =
    allowAnonymous !== false && (security.authmethods.includes('anonymous') || !security.securityEnabled);

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
    // For whoever comes: a refusal of those alone whom it would be asked about would tell who is in
    // the file.
    if (weigh(authextra, LONGEST_AUTHEXTRA) > LONGEST_AUTHEXTRA) {
      return refused(ERROR_URI.payloadSizeExceeded, 'authextra is larger than what an authenticator is told');
    }
    if (principals.knows(claims)) return challenge(methods);
    const name = claims.authid ?? claims.pubkey ?? '';
    const method = methods.find((candidate) => sources.allow(name, candidate, address));
    if (method === undefined) return challenge(methods);
    const timeout = info.handshakeTimeout === 0 ? AUTHENTICATOR_MS : info.handshakeTimeout;
    const askNow = createAskAuthenticator({ realm, procedure, call, timeout, log });
    const ask: typeof askNow = (authid, details) => questions.run(asker, () => askNow(authid, details));
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
        admitsAnonymous &&
        (allowAnonymous === true || isLocal(info)) &&
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

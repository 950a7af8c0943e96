import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import { urlForShow } from '../transport/dial-options.js';
import type { Credentials } from '../wamp/client/credentials.js';
import type { ReplyRules } from '../wamp/client/invocations.js';
import { joinRealm, type Session } from '../wamp/client/session.js';
import type { Dict, Payload } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';
import {
  type AttemptFailure,
  type Attempts,
  afterStableSession,
  firstAttempt,
  nextAttempt,
  type ReconnectTimes,
} from './attempts.js';
import { createFailureLog } from './failure-log.js';
import {
  type ConnectionFault,
  dialFailureOf,
  joinFailureOf,
  type LinkFailure,
  lostSessionOf,
  UNANSWERED,
} from './link-failure.js';
import { type AttachedProcedure, createRegistrations, type Registrations } from './registrations.js';
import { describeLink, type LinkStatus } from './status.js';

/** What a dialler gets for one attempt. */
export interface DialAttempt {
  readonly signal: AbortSignal;
  /**
   * Calls a procedure of the router, which proves that the router is alive. A dialler uses this if
   * some routers do not support the ping of its transport.
   */
  readonly ping: () => void;
  /** Must be called before a silent connection is closed. */
  readonly onSilent: () => void;
  /** Must be called before a connection is closed because of a frame that cannot be read. */
  readonly onBroken: () => void;
}

/** Opens a connection to a router. */
export type Dial = (url: string, attempt: DialAttempt) => Promise<Peer>;

export interface LinkOptions {
  readonly realm: string;
  /** At least one. */
  readonly urls: readonly string[];
  /** The procedures until {@link Link.update}. */
  readonly procedures: readonly AttachedProcedure[];
  /** Whether the gateway publishes events in this realm. */
  readonly publishes: boolean;
  readonly agent: string;
  /** Called for each attempt to join, because some methods need a new nonce. */
  readonly credentials: () => Credentials;
  /** Masks the secret of the login. Some authenticators quote a wrong ticket in their ABORT. */
  readonly hideSecret: (text: string) => string;
  readonly dial: Dial;
  readonly reconnect: ReconnectTimes;
  /** Maximum milliseconds from HELLO to WELCOME, and from REGISTER to its answer. */
  readonly joinTimeoutMs: number;
  /** @param where realm and router, for the log */
  readonly replies: (where: object) => ReplyRules;
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** Called when the number of registered procedures has changed. */
  readonly onChange: () => void;
  /** Called when the router has answered the REGISTERs of a new session. Default: nothing. */
  readonly onAttached?: () => void;
  /**
   * Called after each failure. Default: nothing.
   *
   * @param triedAll whether all URLs have failed
   */
  readonly onFailed?: (failure: LinkFailure, triedAll: boolean) => void;
}

/**
 * The link of one realm to a router: a connection, a session on it, and the registrations. If the
 * connection or the session ends, the link opens a new one until `drain` or `stop`.
 *
 *     waiting ─► connecting ─► joining ─► registering ⇄ serving ─► draining ─► stopped
 *        ▲____________│___________│____________│___________│
 */
export interface Link {
  readonly realm: string;
  start(): void;
  /**
   * Changes the procedures, also those of later sessions. Calls that run go on.
   *
   * @returns resolves when the router has answered, or at once without a session
   */
  update(procedures: readonly AttachedProcedure[]): Promise<void>;
  /** Registers refused procedures again now. */
  retryRefused(): void;
  /**
   * Unregisters all procedures, serves the calls that still arrive, waits for the running calls,
   * and leaves the realm. Resolves after this, or when the session is lost, and when the running
   * calls of earlier sessions have ended.
   *
   * @param isReplaced whether another link of the realm has the procedures. Then this one does not
   *   report how many it still has. Default: false
   */
  drain(isReplaced?: boolean): Promise<void>;
  /** Ends everything at once. Running calls are interrupted. */
  stop(): void;
  interruptAll(): void;
  /** Publishes an event. Drops it without a session. */
  publish(topic: string, payload: Payload): void;
  readonly isServing: boolean;
  /** The router of the session, without credentials. Undefined without a session. */
  readonly router: string | undefined;
  status(): LinkStatus;
}

/** A session that lasts this long is stable: the next attempt counts as the first one. */
const STABLE_MS = 60_000;

/** How many milliseconds the router may take to answer GOODBYE. */
const GOODBYE_MS = 1_000;

/**
 * The roles and features in HELLO. The gateway is a caller too, because `ping` calls
 * `wamp.session.count`.
 */
const ROLES: Dict = {
  caller: {},
  callee: {
    features: {
      call_canceling: true,
      call_reroute: true,
      call_timeout: true,
      caller_identification: true,
      progressive_call_results: true,
      registration_revocation: true,
      shared_registration: true,
    },
  },
};

/**
 * Each phase is an object of its own. A late event compares its phase with the current one, and is
 * ignored if they differ.
 */
type Phase =
  | { readonly kind: 'waiting'; readonly stopTimer: () => void }
  | { readonly kind: 'connecting'; readonly abort: AbortController }
  | { readonly kind: 'joining'; readonly peer: Peer }
  | Open
  | { readonly kind: 'stopped' };

interface Open {
  readonly kind: 'open';
  readonly session: Session;
  readonly registrations: Registrations;
  readonly peer: Peer;
  readonly joinedAt: number;
  isDraining: boolean;
}

export function createLink(options: LinkOptions): Link {
  const { realm, urls, clock, random, log, observer } = options;
  const failures = createFailureLog(log, clock);
  let { procedures } = options;
  let attempts = firstAttempt(urls.length, random);
  let phase: Phase = { kind: 'stopped' };
  let since = clock.monotonic();
  let lastFailure: LinkFailure | undefined;
  let draining: Promise<void> | undefined;
  let isReplaced = false;
  /** Ends of calls whose session was lost. A POST that was sent ends by itself. */
  const unfinished = new Set<Promise<void>>();

  const url = (): string => urls[attempts.url] as string;
  const where = () => ({ realm, router: urlForShow(url()) });

  function enter(next: Phase): void {
    phase = next;
    since = clock.monotonic();
  }

  async function connect(): Promise<void> {
    const connecting: Phase = { kind: 'connecting', abort: new AbortController() };
    enter(connecting);
    let fault: ConnectionFault | undefined;
    let isPinging = false;
    const ping = (): void => {
      if (phase.kind !== 'open' || isPinging) return;
      isPinging = true;
      // A RESULT and an ERROR both prove that the router is alive.
      const answered = (): void => {
        isPinging = false;
      };
      phase.session.call('wamp.session.count', {}).then(answered, answered);
    };
    const onSilent = (): void => {
      fault = 'silent';
    };
    const onBroken = (): void => {
      fault = 'broken';
    };
    let peer: Peer;
    try {
      peer = await options.dial(url(), { signal: connecting.abort.signal, ping, onSilent, onBroken });
    } catch (error) {
      if (phase === connecting) failed(dialFailureOf(error));
      return;
    }
    if (phase === connecting) await join(peer, () => fault);
    else peer.close('normal');
  }

  async function join(peer: Peer, faultOf: () => ConnectionFault | undefined): Promise<void> {
    const joining: Phase = { kind: 'joining', peer };
    enter(joining);
    let session: Session;
    try {
      session = await joinRealm(peer, {
        realm,
        agent: options.agent,
        roles: options.publishes ? { ...ROLES, publisher: {} } : ROLES,
        credentials: options.credentials(),
        timeout: options.joinTimeoutMs,
        goodbyeTimeout: GOODBYE_MS,
        log,
        clock,
        onRevoked: (registration) => phase.kind === 'open' && phase.registrations.revoked(registration),
        ...options.replies(where()),
      });
    } catch (error) {
      if (phase === joining) failed(joinFailureOf(error, realm, options.hideSecret));
      return;
    }
    if (phase !== joining) {
      void session.leave();
      return;
    }
    serve(session, peer, faultOf);
  }

  function serve(session: Session, peer: Peer, faultOf: () => ConnectionFault | undefined): void {
    observer.linkOpened(realm);
    log.debug({ ...where(), session: session.id }, 'the gateway has joined the router');
    const open: Open = {
      kind: 'open',
      session,
      peer,
      joinedAt: clock.monotonic(),
      isDraining: false,
      registrations: createRegistrations({
        session,
        procedures,
        clock,
        log,
        failures,
        hideSecret: options.hideSecret,
        where: where(),
        registerTimeoutMs: options.joinTimeoutMs,
        onUnanswered: () => phase === open && drop(open),
        onChange,
        onAnswered: () => registered(open),
      }),
    };
    enter(open);
    void session.closed.then((end) => {
      if (phase === open) lost(open, lostSessionOf(end, faultOf(), options.hideSecret));
    });
  }

  /**
   * Logs that the gateway is attached. This line follows the answers to REGISTER, not the WELCOME,
   * because a router may send WELCOME and then close each session.
   */
  function registered({ registrations, session }: Open): void {
    const lastedMs = urls.map(failures.over).filter((ms) => ms !== undefined);
    log.info(
      {
        ...where(),
        session: session.id,
        registered: registrations.registered,
        refused: procedures.length - registrations.registered,
        ...(lastedMs.length > 0 && { after_ms: Math.max(...lastedMs) }),
      },
      'the gateway is attached to the router',
    );
    options.onAttached?.();
  }

  function report(registered: number): void {
    if (!isReplaced) observer.proceduresRegistered(realm, registered);
  }

  function onChange(): void {
    if (phase.kind === 'open') report(phase.registrations.registered);
    options.onChange();
  }

  /**
   * Gives up the session. It does not repeat the REGISTER, because nexus would count the gateway as
   * two callees.
   */
  function drop(open: Open): void {
    lost(open, UNANSWERED);
    open.peer.close('normal');
  }

  function lost(open: Open, failure: LinkFailure): void {
    open.registrations.stop();
    const finished = open.session.idle().then(() => void unfinished.delete(finished));
    unfinished.add(finished);
    observer.linkClosed(realm);
    report(0);
    if (open.isDraining) {
      enter({ kind: 'stopped' });
      return;
    }
    if (clock.monotonic() - open.joinedAt >= STABLE_MS) attempts = afterStableSession(attempts);
    failed(failure);
    options.onChange();
  }

  function failed(failure: LinkFailure): void {
    lastFailure = failure;
    observer.linkFailed(realm, failure.reason);
    const { cause, advice } = failure;
    failures.failed(
      url(),
      { where: where(), cause, advice },
      'the gateway is not attached to the router; it tries again',
    );
    const waitMs = tryAgain(failure.retry);
    options.onFailed?.(failure, waitMs > 0);
  }

  /** @returns milliseconds until the next attempt */
  function tryAgain(failure: AttemptFailure): number {
    const next: { attempts: Attempts; waitMs: number } = nextAttempt(
      attempts,
      failure,
      urls.length,
      options.reconnect,
      random,
    );
    attempts = next.attempts;
    enter({ kind: 'waiting', stopTimer: clock.after(next.waitMs, () => void connect()) });
    return next.waitMs;
  }

  async function drain(): Promise<void> {
    const open = phase;
    if (open.kind !== 'open') {
      stop();
    } else {
      open.isDraining = true;
      await open.registrations.unregisterAll();
      await open.session.idle();
      await open.session.leave();
      if (phase === open) stop();
    }
    await Promise.all(unfinished);
  }

  function stop(): void {
    const before = phase;
    enter({ kind: 'stopped' });
    switch (before.kind) {
      case 'waiting':
        before.stopTimer();
        break;
      case 'connecting':
        before.abort.abort();
        break;
      case 'joining':
        before.peer.close('normal');
        break;
      case 'open':
        before.registrations.stop();
        observer.linkClosed(realm);
        before.peer.close('normal');
        break;
      case 'stopped':
    }
  }

  return {
    realm,
    start: () => void connect(),
    async update(next) {
      procedures = next;
      if (phase.kind === 'open') await phase.registrations.update(next);
    },
    retryRefused() {
      if (phase.kind === 'open') phase.registrations.retryRefused();
    },
    drain(replaced = false) {
      isReplaced = replaced;
      draining ??= drain();
      return draining;
    },
    stop,
    interruptAll() {
      if (phase.kind === 'open') phase.session.interruptAll();
    },
    publish(topic, payload) {
      // Without an acknowledgement it fails only if the session ends at this moment.
      if (phase.kind === 'open') phase.session.publish(topic, payload).catch(() => {});
    },
    get isServing() {
      return phase.kind === 'open' && phase.registrations.registered === procedures.length;
    },
    get router() {
      return phase.kind === 'open' ? urlForShow(url()) : undefined;
    },
    status: () =>
      describeLink({
        realm,
        router: urlForShow(url()),
        phase: nameOf(phase, procedures.length),
        sinceMs: clock.monotonic() - since,
        failure: phase.kind === 'open' ? undefined : lastFailure,
        procedures,
        registrations: phase.kind === 'open' ? phase.registrations : undefined,
      }),
  };
}

function nameOf(phase: Phase, procedures: number): LinkStatus['state'] {
  if (phase.kind !== 'open') return phase.kind;
  if (phase.isDraining) return 'draining';
  return phase.registrations.registered === procedures ? 'serving' : 'registering';
}

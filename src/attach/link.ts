import { urlForShow } from '../transport/dial-options.js';
import { joinRealm, type Session } from '../wamp/client/session.js';
import type { Dict } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';
import {
  type AttemptFailure,
  type Attempts,
  afterStableSession,
  firstAttempt,
  nextAttempt,
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
import { type Open, type Phase, phaseName } from './link-phase.js';
import type { Link, LinkOptions } from './link-types.js';
import { createRegistrations } from './registrations.js';
import { describeLink } from './status.js';

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
        phase: phaseName(phase, procedures.length),
        sinceMs: clock.monotonic() - since,
        failure: phase.kind === 'open' ? undefined : lastFailure,
        procedures,
        registrations: phase.kind === 'open' ? phase.registrations : undefined,
      }),
  };
}

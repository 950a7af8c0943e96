import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { InvocationHandler } from '../wamp/client/invocations.js';
import type { Session } from '../wamp/client/session.js';
import type { Dict } from '../wamp/payload.js';
import { SessionLost, WampError } from '../wamp/wamp-error.js';
import type { FailureLog } from './failure-log.js';
import { type RegistrationRefusal, registrationRefusalOf } from './registration-refusal.js';

/** A procedure to register with a router. */
export interface AttachedProcedure {
  readonly uri: string;
  readonly handler: InvocationHandler;
  /** How the router shares calls among several callees. `procedures.$proc.invoke` */
  readonly policy: 'single' | 'roundrobin' | 'random' | 'first' | 'last';
  /** Calls at a time that the router should send. Default: no limit. */
  readonly concurrency: number | undefined;
  /** Whether the procedure needs the identity of the caller. */
  readonly usesCaller: boolean;
}

/** The state of one procedure on the router, for operators. */
export type RegistrationStatus =
  | { readonly kind: 'pending' }
  | { readonly kind: 'registered' }
  | { readonly kind: 'refused'; readonly cause: string; readonly advice: string };

/** The registrations of one session. */
export interface Registrations {
  /**
   * Must be called when the router has revoked a registration (WAMP, "Registration Revocation").
   * Registers the procedure again.
   */
  revoked(registration: number): void;
  /**
   * Changes the procedures. New ones are registered before removed ones go. A procedure that stays
   * gets its new handler at once. If its options differ, it is registered again directly after it is
   * unregistered.
   *
   * @returns resolves when the router has answered, or when the session is over
   */
  update(procedures: readonly AttachedProcedure[]): Promise<void>;
  /** Registers refused procedures again now, because another session of the gateway has left. */
  retryRefused(): void;
  /**
   * Unregisters all procedures. Resolves when the router has answered. No INVOCATION can arrive
   * after that.
   */
  unregisterAll(): Promise<void>;
  /** Ends all timers. The session is over. */
  stop(): void;
  /** How many procedures are registered. */
  readonly registered: number;
  statusOf(uri: string): RegistrationStatus;
}

export interface RegistrationsOptions {
  readonly session: Pick<Session, 'register' | 'unregister' | 'setHandler'>;
  readonly procedures: readonly AttachedProcedure[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly failures: FailureLog;
  /** Masks the secret of the login in the words of the router. */
  readonly hideSecret: (text: string) => string;
  /** Fields for the log: realm and router. */
  readonly where: object;
  readonly registerTimeoutMs: number;
  /** Called when a REGISTER or UNREGISTER has no answer after this time. Must end the session. */
  readonly onUnanswered: () => void;
  /** Called when the number of registered procedures has changed. */
  readonly onChange: () => void;
  /** Called once, when the router has answered the first REGISTER of every procedure. */
  readonly onAnswered: () => void;
}

/**
 * The first and the longest wait before the gateway registers a taken or revoked procedure again.
 * The wait doubles each time.
 */
const TAKEN_MIN_MS = 1_000;
const TAKEN_MAX_MS = 30_000;
/** A registration that lasts this long is stable: its next revocation counts as the first one. */
const STABLE_MS = 60_000;
/** The wait before the gateway registers any other refused procedure again. */
const REFUSED_MS = 30_000;

/**
 * How many REGISTERs wait for an answer at a time. Without this limit, the last of several thousand
 * would exceed its time limit.
 */
const MAX_OUTSTANDING = 100;

interface Entry {
  procedure: AttachedProcedure;
  /** True if the procedure was removed while its REGISTER waited for an answer. */
  isRemoved: boolean;
  /** Called once, when the router has answered REGISTER, or when the session is over. */
  onAnswered: (() => void) | undefined;
  state: RegistrationStatus;
  registration: number | undefined;
  /** Failures in a row, for the backoff. */
  failures: number;
  /** Revocations in a row, for the backoff. */
  revocations: number;
  /** When the router last answered REGISTERED, in monotonic milliseconds. */
  registeredAt: number;
  /** When the router first refused the procedure as taken, in monotonic milliseconds. */
  takenSince: number | undefined;
  disclose: boolean;
  stopTimer: (() => void) | undefined;
}

/** Begins to register all procedures on a session. */
export function createRegistrations(options: RegistrationsOptions): Registrations {
  const { session, clock, log, failures, where } = options;
  const entries = new Map<string, Entry>(
    options.procedures.map((procedure) => [procedure.uri, newEntry(procedure)]),
  );
  const waiting: Entry[] = [...entries.values()];
  let outstanding = 0;
  let registered = 0;
  let isAnswered = false;
  /** The session has ended, or is about to end. */
  let isLost = false;
  /** Registrations that were revoked before `register` resolved. */
  const revokedEarly = new Set<number>();
  /** The procedures of the last update. */
  let wanted: ReadonlySet<string> = new Set(entries.keys());
  let phase: 'registering' | 'unregistering' | 'stopped' = 'registering';
  let whenUnregistered: () => void = () => {};

  function registerMore(): void {
    while (phase === 'registering' && !isLost && outstanding < MAX_OUTSTANDING) {
      const entry = waiting.shift();
      if (entry === undefined) return;
      outstanding++;
      void register(entry);
    }
  }

  /** Never rejects. */
  async function register(entry: Entry): Promise<void> {
    const { procedure } = entry;
    const stopTimer = clock.after(options.registerTimeoutMs, options.onUnanswered);
    try {
      entry.registration = await session.register(procedure.uri, registerOptions(entry), procedure.handler);
      if (phase !== 'stopped') onRegistered(entry, procedure);
    } catch (error) {
      if (error instanceof SessionLost) isLost = true;
      else if (phase === 'registering' && error instanceof WampError) onRefused(entry, error);
    } finally {
      stopTimer();
      outstanding--;
      registerMore();
      if (outstanding === 0) allAnswered();
    }
  }

  /** @param sent the procedure whose options and handler the router has */
  function onRegistered(entry: Entry, sent: AttachedProcedure): void {
    answered(entry);
    entry.state = { kind: 'registered' };
    entry.failures = 0;
    entry.takenSince = undefined;
    entry.registeredAt = clock.monotonic();
    registered++;
    const after_ms = failures.over(entry.procedure.uri);
    if (after_ms !== undefined) {
      log.info({ ...where, procedure: entry.procedure.uri, after_ms }, 'the procedure is registered now');
    }
    options.onChange();
    if (phase === 'unregistering' || entry.isRemoved) void unregister(entry);
    else if (entry.procedure !== sent) change(entry, sent);
    else if (entry.registration !== undefined && revokedEarly.delete(entry.registration)) onRevoked(entry);
  }

  function onRefused(entry: Entry, error: WampError): void {
    const { procedure } = entry;
    const now = clock.monotonic();
    const takenForMs = entry.takenSince === undefined ? 0 : now - entry.takenSince;
    const refusal = registrationRefusalOf(error, procedure.policy, takenForMs, options.hideSecret);
    if (refusal.kind === 'disclosure' && entry.disclose) {
      // Registers the procedure without disclosure. Calls that need no identity still work.
      entry.disclose = false;
      logRefusal(entry, refusal, 'the router does not disclose callers; registering without disclosure');
      waiting.push(entry);
      return;
    }
    answered(entry);
    if (entry.isRemoved) return;
    entry.takenSince = refusal.kind === 'taken' ? (entry.takenSince ?? now) : undefined;
    entry.state = { kind: 'refused', cause: refusal.cause, advice: refusal.advice };
    logRefusal(entry, refusal, 'the router refuses the procedure; the gateway tries again');
    retryIn(entry, refusal.kind === 'taken' ? takenWaitMs(entry.failures++) : REFUSED_MS);
  }

  function onRevoked(entry: Entry): void {
    entry.registration = undefined;
    registered--;
    if (clock.monotonic() - entry.registeredAt >= STABLE_MS) entry.revocations = 0;
    entry.state = REVOKED;
    logRefusal(entry, REVOKED, 'the router has revoked the procedure; the gateway registers it again');
    retryIn(entry, takenWaitMs(entry.revocations++));
    options.onChange();
  }

  function logRefusal({ procedure }: Entry, { cause, advice }: RegistrationRefusal, message: string): void {
    failures.failed(procedure.uri, { where: { ...where, procedure: procedure.uri }, cause, advice }, message);
  }

  function retryIn(entry: Entry, ms: number): void {
    entry.stopTimer = clock.after(ms, () => {
      entry.stopTimer = undefined;
      waiting.push(entry);
      registerMore();
    });
  }

  /** Never rejects. */
  async function unregister(entry: Entry): Promise<void> {
    const { registration } = entry;
    if (registration === undefined) return;
    entry.registration = undefined;
    outstanding++;
    const stopTimer = clock.after(options.registerTimeoutMs, options.onUnanswered);
    // An error means that the registration or the session has already ended.
    await session.unregister(registration).catch(() => {});
    stopTimer();
    // It may be registered again already.
    if (entry.registration === undefined) entry.state = PENDING;
    registered--;
    outstanding--;
    options.onChange();
    if (outstanding === 0) allAnswered();
  }

  function answered(entry: Entry): void {
    entry.onAnswered?.();
    entry.onAnswered = undefined;
  }

  /** Brings the router and the session up to date with the entry. */
  function change(entry: Entry, before: AttachedProcedure): void {
    const { procedure, registration } = entry;
    if (hasSameOptions(procedure, before)) {
      if (registration !== undefined) session.setHandler(registration, procedure.handler);
      return;
    }
    entry.disclose = procedure.usesCaller;
    if (registration !== undefined) void unregister(entry);
    else if (entry.stopTimer === undefined) return; // Its REGISTER waits, or its answer is due.
    cancelRetry(entry);
    waiting.push(entry);
  }

  function add(procedure: AttachedProcedure): Promise<void> {
    const entry = newEntry(procedure);
    entries.set(procedure.uri, entry);
    waiting.push(entry);
    return new Promise((resolve) => {
      entry.onAnswered = resolve;
    });
  }

  function remove(entry: Entry): Promise<void> {
    entry.isRemoved = true;
    entries.delete(entry.procedure.uri);
    cancelRetry(entry);
    const index = waiting.indexOf(entry);
    if (index >= 0) waiting.splice(index, 1);
    return unregister(entry);
  }

  async function update(procedures: readonly AttachedProcedure[]): Promise<void> {
    if (phase !== 'registering') return;
    wanted = new Set(procedures.map(({ uri }) => uri));
    const removed = [...entries.values()].filter(({ procedure }) => !wanted.has(procedure.uri));
    const added: Promise<void>[] = [];
    for (const procedure of procedures) {
      const entry = entries.get(procedure.uri);
      if (entry === undefined) {
        added.push(add(procedure));
        continue;
      }
      const before = entry.procedure;
      entry.procedure = procedure;
      change(entry, before);
    }
    registerMore();
    await Promise.all(added);
    // A later update may want a procedure back, or may have removed it already.
    const unwanted = removed.filter((entry) => !entry.isRemoved && !wanted.has(entry.procedure.uri));
    await Promise.all(unwanted.map(remove));
    options.onChange();
  }

  function allAnswered(): void {
    if (phase === 'unregistering') whenUnregistered();
    if (phase !== 'registering' || isLost || isAnswered) return;
    isAnswered = true;
    options.onAnswered();
  }

  function stopTimers(): void {
    for (const entry of entries.values()) cancelRetry(entry);
  }

  function cancelRetry(entry: Entry): void {
    entry.stopTimer?.();
    entry.stopTimer = undefined;
  }

  registerMore();

  return {
    revoked(registration) {
      if (phase !== 'registering') return;
      const entry = [...entries.values()].find((candidate) => candidate.registration === registration);
      if (entry === undefined) revokedEarly.add(registration);
      else onRevoked(entry);
    },
    update,
    retryRefused() {
      for (const entry of entries.values()) {
        if (entry.stopTimer === undefined) continue;
        cancelRetry(entry);
        waiting.push(entry);
      }
      registerMore();
    },
    unregisterAll() {
      phase = 'unregistering';
      stopTimers();
      waiting.length = 0;
      for (const entry of entries.values()) void unregister(entry);
      if (outstanding === 0) return Promise.resolve();
      return new Promise((resolve) => {
        whenUnregistered = resolve;
      });
    },
    stop() {
      phase = 'stopped';
      stopTimers();
      for (const entry of entries.values()) answered(entry);
      waiting.length = 0;
      whenUnregistered();
    },
    get registered() {
      return registered;
    },
    statusOf: (uri) => entries.get(uri)?.state ?? PENDING,
  };
}

const REVOKED = {
  kind: 'refused',
  cause: 'the router has revoked the registration',
  advice: 'nothing, if an administrator did so; the gateway registers the procedure again',
} as const;

const PENDING: RegistrationStatus = { kind: 'pending' };

function newEntry(procedure: AttachedProcedure): Entry {
  return {
    procedure,
    isRemoved: false,
    onAnswered: undefined,
    state: PENDING,
    registration: undefined,
    failures: 0,
    takenSince: undefined,
    registeredAt: 0,
    revocations: 0,
    disclose: procedure.usesCaller,
    stopTimer: undefined,
  };
}

function hasSameOptions(one: AttachedProcedure, other: AttachedProcedure): boolean {
  return (
    one.policy === other.policy &&
    one.concurrency === other.concurrency &&
    one.usesCaller === other.usesCaller
  );
}

const takenWaitMs = (failures: number): number => Math.min(TAKEN_MAX_MS, TAKEN_MIN_MS * 2 ** failures);

function registerOptions({ procedure, disclose }: Entry): Dict {
  const { policy, concurrency } = procedure;
  return {
    invoke: policy,
    // nexus forwards the timeout of a CALL only with this option.
    forward_timeout: true,
    ...(concurrency !== undefined && { concurrency }),
    ...(disclose && { disclose_caller: true }),
  };
}

import { hash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { ServiceSettings } from '../../config/model.js';
import type { Observer } from '../../observe/observer.js';
import type { CallControl } from '../call-control.js';
import { type ExchangeFailure, failure } from '../exchange-failure.js';
import type { Canceled } from '../exchange-outcome.js';
import type { HttpRequest, HttpResponse } from '../http-message.js';
import { pauseCall } from '../pause-call.js';
import type { WaitingMemory } from '../waiting-memory.js';
import { createRateLimiter, type RateLimiter, TURN, type Turn } from './rate-limiter.js';
import { createRetryGate, type RetryGate } from './retry-gate.js';

/** Decides when a service may send its requests (`limit.*`). */
export interface RequestLimits {
  /**
   * Asks for permission to send one request. Each attempt of a call is a request.
   *
   * @param credential names the credential, if it is not one for all calls
   * @returns undefined if the request may be sent; otherwise how the call ends
   */
  pass(
    request: HttpRequest,
    credential: string | undefined,
    control: CallControl,
    now: number,
  ): Stopped | undefined | Promise<Stopped | undefined>;
  /** Hears each response. */
  heard(request: HttpRequest, credential: string | undefined, response: HttpResponse): void;
}

/** Why a request is not sent. */
export type Stopped = ExchangeFailure | Canceled;

export interface RequestLimitsParts {
  readonly clock: Clock;
  readonly waiting: WaitingMemory;
  readonly observer: Observer;
  /** For the observer. */
  readonly service: string;
}

/** Creates the limits of a service. Undefined if it has none. */
export function createRequestLimits(
  settings: ServiceSettings,
  parts: RequestLimitsParts,
): RequestLimits | undefined {
  const { clock } = parts;
  const rate = settings['limit.rate'];
  const waitMs = settings['limit.wait'];
  const gate = settings['limit.obey_retry_after'] ? createRetryGate() : undefined;
  const limiter =
    rate &&
    createRateLimiter(
      {
        everyMs: rate.periodMs / rate.count,
        burst: settings['limit.burst'] ?? rate.count,
        waitMs,
        perCaller: settings['limit.per'] === 'caller',
        maxWaiting: settings['pool.max_waiting'],
      },
      clock,
    );
  return gate === undefined && limiter === undefined
    ? undefined
    : combine(limiter, gate, { ...parts, waitMs });
}

function combine(
  limiter: RateLimiter | undefined,
  gate: RetryGate | undefined,
  { clock, waiting, observer, service, waitMs }: RequestLimitsParts & { readonly waitMs: number },
): RequestLimits {
  function stoppedBy(turn: Turn): Stopped | undefined {
    switch (turn.kind) {
      case 'turn':
        return undefined;
      case 'canceled':
        return { kind: 'canceled' };
      case 'late':
        return failure('timeout', false, 'the deadline passed while waiting for limit.rate');
      case 'limited':
        observer.requestLimited(service, 'rate');
        return limited('the requests reach limit.rate', turn.retryAfterMs);
    }
  }

  async function waitForGate(closedMs: number, control: CallControl): Promise<Stopped | undefined> {
    await pauseCall(closedMs, control, clock);
    return control.canceledBy === undefined ? undefined : { kind: 'canceled' };
  }

  /** A call that waits holds memory. If there is no room for it, the call does not wait. */
  async function holding<T>(
    request: HttpRequest,
    control: CallControl,
    wait: () => Promise<T>,
  ): Promise<T | Stopped> {
    const held = waiting.enter(request, control);
    if (held === undefined) {
      return failure('overload', false, 'the waiting calls hold too many bytes (pool.max_waiting_bytes)');
    }
    try {
      return await wait();
    } finally {
      waiting.leave(held);
    }
  }

  async function waitForTurn(request: HttpRequest, turn: Promise<Turn>, control: CallControl) {
    const ended = await holding(request, control, () => turn);
    if (ended.kind !== 'failure') return stoppedBy(ended);
    // There is no room. The limiter forgets the call.
    control.waitsFor?.cancel();
    return ended;
  }

  function takeTurn(
    request: HttpRequest,
    control: CallControl,
    now: number,
  ): Stopped | undefined | Promise<Stopped | undefined> {
    const turn = limiter === undefined ? TURN : limiter.take(control, now);
    if (turn === TURN) return undefined;
    return turn instanceof Promise ? waitForTurn(request, turn, control) : stoppedBy(turn);
  }

  async function passLater(request: HttpRequest, control: CallControl, closedMs: number) {
    const stopped = await holding(request, control, () => waitForGate(closedMs, control));
    return stopped ?? takeTurn(request, control, clock.monotonic());
  }

  return {
    pass(request, credential, control, now) {
      const closedMs = gate?.closedMs(() => credentialOf(request, credential), now) ?? 0;
      if (closedMs === 0) return takeTurn(request, control, now);
      if (closedMs > waitMs || now + closedMs >= control.deadlineAt) {
        observer.requestLimited(service, 'retry_after');
        return limited('the API has asked to wait (Retry-After)', closedMs);
      }
      return passLater(request, control, closedMs);
    },

    heard(request, credential, response) {
      gate?.heard(response, () => credentialOf(request, credential), clock.monotonic(), clock.wall());
    },
  };
}

function limited(detail: string, retryAfterMs: number): ExchangeFailure {
  return { kind: 'failure', code: 'rate_limited', sent: false, permanent: true, detail, retryAfterMs };
}

/** A name for the credential of a request. A header of a caller may be one. The hash keeps it out of memory. */
function credentialOf({ headers }: HttpRequest, credential: string | undefined): string {
  if (credential !== undefined) return credential;
  for (let index = 0; index < headers.length; index += 2) {
    if ((headers[index] as string).toLowerCase() === 'authorization') {
      return hash('sha256', headers[index + 1] as string, 'base64');
    }
  }
  return '';
}

import type {
  CredentialOutcome,
  RequestCredential,
  WithCredential,
} from '../../../auth/request-credential.js';
import type { Clock } from '../../../clock.js';
import { mayReplaceError, useOf } from '../../../http-cache/freshness.js';
import { type RequestRules, readRequestRules } from '../../../http-cache/request-rules.js';
import {
  type Entry,
  type Exchanged,
  type Flight,
  type Kept,
  type ResponseCache,
  type Running,
  validatorsOf,
} from '../../../http-cache/response-cache.js';
import { shareRequest } from '../../../http-cache/shared-request.js';
import type { CacheResult } from '../../../observe/observer.js';
import { type CallControl, freePlace } from '../../../upstream/call-control.js';
import type { HttpRequest, HttpResponse } from '../../../upstream/http-message.js';
import type { HeldMemory, WaitingMemory } from '../../../upstream/waiting-memory.js';
import type { RunningCall } from '../call.js';
import type { CallFailure } from '../call-ends.js';
import type { Reply } from '../reply/reply.js';
import type { BuiltRequest } from '../request/built-request.js';
import { type BodyMemo, createBodyMemo } from './body-memo.js';
import { CANCELED, type Fetched, isError, isLimited, responseIn, withAttempts } from './fetched.js';

/** The cache of a service, for its procedures. */
export type ServiceCache = ResponseCache<BodyMemo, Brought> & {
  readonly waiting: WaitingMemory;
  /** `pool.max_waiting` */
  readonly maxWaiting: number;
  /** How many calls wait for a request of another call. */
  joined: number;
};

/** What a request has brought, for all calls that wait for it. */
export interface Brought {
  readonly fetched: Fetched;
  /** The response for the calls. Undefined if there is none. */
  readonly response: HttpResponse | undefined;
  readonly memo: BodyMemo | undefined;
  readonly attempts: number;
  readonly isRevalidated: boolean;
  readonly isShareable: boolean;
}

/** An answer for one call. */
export interface CacheAnswer {
  readonly response: HttpResponse;
  readonly memo: BodyMemo | undefined;
  readonly attempts: number;
  readonly result: CacheResult;
  /** Set for a stored response. */
  readonly entry: Entry<BodyMemo> | undefined;
}

export interface CachedCallsParts {
  readonly cache: ServiceCache;
  readonly credential: RequestCredential;
  readonly clock: Clock;
  /** `cache.stale_if_error` */
  readonly staleIfErrorMs: number | undefined;
  /** Milliseconds for a request that several calls share. */
  readonly deadlineMs: number;
  /** Whether a limit counts the calls of each caller, so that it refuses only this caller. */
  readonly countsCallers: boolean;
  /** Sends a request through the circuit breaker, if the service takes calls. */
  readonly fetch: (
    built: Pick<BuiltRequest, 'request' | 'replayable'>,
    control: CallControl,
    given: CredentialOutcome,
    startedAt: number,
  ) => Promise<Fetched>;
  /** Ends a call with a response. */
  readonly answer: (call: RunningCall, request: HttpRequest, answer: CacheAnswer) => Reply | Promise<Reply>;
  /** Ends a call without a response. */
  readonly fail: (call: RunningCall, fetched: Fetched) => Reply | Promise<Reply>;
  /** Sends a request that the cache has no part in. */
  readonly bypass: (call: RunningCall, built: BuiltRequest) => Promise<Reply>;
}

/** Answers calls of a procedure with `cache = on`: from the cache, or with a request. */
export type CachedCalls = (call: RunningCall, built: BuiltRequest) => Reply | Promise<Reply>;

/** A call that was not answered at once. */
interface Asked {
  readonly call: RunningCall;
  readonly built: BuiltRequest;
  readonly applied: WithCredential;
  readonly key: string;
  readonly entry: Entry<BodyMemo> | undefined;
  readonly rules: RequestRules | undefined;
}

export function createCachedCalls(parts: CachedCallsParts): CachedCalls {
  const { cache, credential, clock, staleIfErrorMs } = parts;

  return (call, built) => {
    const rules = readRequestRules(built.request.headers);
    if (rules === 'bypass') return parts.bypass(call, built);
    const now = clock.monotonic();
    const applying = credential.apply(built.request, call.control, now);
    return applying instanceof Promise
      ? applying.then((applied) => answer(call, built, rules, applied, clock.monotonic()))
      : answer(call, built, rules, applying, now);
  };

  function answer(
    call: RunningCall,
    built: BuiltRequest,
    rules: RequestRules | undefined,
    applied: CredentialOutcome,
    now: number,
  ): Reply | Promise<Reply> {
    if (applied.kind === 'no_credential') {
      return parts.fail(call, { kind: 'unsent', reason: applied, attempts: 0 });
    }
    const key = cache.keyOf(applied.request, applied.token);
    const entry = cache.find(key);
    const use = entry === undefined ? 'no' : useOf(entry, rules, now);
    if (entry !== undefined && use !== 'no') {
      return answerStored(call, built, entry, use === 'fresh' ? 'hit' : 'stale', 0);
    }
    if (rules?.onlyIfCached === true) return parts.answer(call, built.request, NOT_CACHED);
    const asked: Asked = { call, built, applied, key, entry, rules };
    return rules === undefined ? answerShared(asked, now) : answerAlone(asked, call.control);
  }

  function answerStored(
    call: RunningCall,
    { request }: BuiltRequest,
    entry: Entry<BodyMemo>,
    result: CacheResult,
    attempts: number,
  ): Reply | Promise<Reply> {
    cache.used(entry);
    const { response, memo } = entry;
    return parts.answer(call, request, { response, memo, attempts, result, entry });
  }

  /** Answers a call with a request of its own. */
  async function answerAlone(asked: Asked, control: CallControl): Promise<Reply> {
    const flight = cache.departed(asked.built.request);
    try {
      return await end(asked, await bring(asked, control, flight), 'miss');
    } finally {
      cache.landed(flight);
    }
  }

  /** Answers a call with the request that runs for an equal call, or begins one. */
  async function answerShared(asked: Asked, now: number): Promise<Reply> {
    const { call, key, entry } = asked;
    const { control } = call;
    let running = cache.running(key);
    // A call does not wait for the quota of another caller.
    if (running?.shared.waitsForQuotaOfOther(control) === true) running = undefined;
    const isOwn = running === undefined;
    let held: HeldMemory | undefined;
    if (running === undefined) running = begin(asked);
    else {
      if (entry?.isShareable === false) return answerAlone(asked, control);
      held =
        cache.joined < cache.maxWaiting ? cache.waiting.enter(asked.applied.request, control) : undefined;
      if (held === undefined) return parts.fail(call, { kind: 'refused', failure: TOO_MANY });
      cache.joined++;
    }
    const ended = await running.shared.join(control, now);
    if (held !== undefined) {
      cache.joined--;
      cache.waiting.leave(held);
    }
    switch (ended.kind) {
      case 'canceled':
        return parts.fail(call, CANCELED);
      case 'timeout':
        return end(asked, TIMED_OUT, 'joined');
      case 'ended':
        if (ended.isFirst || ended.value.isShareable) {
          return end(asked, ended.value, isOwn ? 'miss' : 'joined');
        }
        // The response, or the refusal of a limit, was only for the first call.
        return answerAlone({ ...asked, entry: cache.find(key) }, control);
    }
  }

  function begin(asked: Asked): Running<Brought> {
    const { key, built, call } = asked;
    const flight = cache.departed(built.request);
    const running: Running<Brought> = {
      flight,
      shared: shareRequest((control) => bring(asked, control, flight), {
        clock,
        deadlineAt: call.startedAt + parts.deadlineMs,
        first: call.control,
        onOver() {
          cache.landed(flight);
          cache.ended(key, running);
        },
      }),
    };
    cache.began(key, running);
    return running;
  }

  /** Sends the request, and stores its response. */
  async function bring(asked: Asked, control: CallControl, flight: Flight): Promise<Brought> {
    const { call, built, applied, key, entry } = asked;
    const { request, replayable } = built;
    const added = entry === undefined ? [] : validatorsOf(entry.response);
    const { urlKey } = flight;
    const exchanged: Exchanged = { request, key, urlKey, sentAt: clock.monotonic(), staleIfErrorMs };
    const conditional = (plain: HttpRequest): HttpRequest =>
      added.length === 0 ? plain : { ...plain, headers: plain.headers.concat(added) };
    const fetched = await parts.fetch(
      { request: conditional(request), replayable },
      control,
      { ...applied, request: conditional(applied.request) },
      call.startedAt,
    );
    const response = responseIn(fetched);
    const attempts = fetched.kind === 'sent' ? fetched.outcome.attempts : 0;
    if (response === undefined) {
      return { ...NOTHING, fetched, attempts, isShareable: !(parts.countsCallers && isLimited(fetched)) };
    }
    if (response.status !== 304 || entry === undefined || added.length === 0) {
      return ofKept(
        flight.isOutdated ? cache.judge(exchanged, response) : cache.store(exchanged, response),
        response,
      );
    }
    freePlace(control);
    const renewed = cache.refresh(entry, exchanged, response);
    if (renewed !== undefined) {
      if (flight.isOutdated) cache.forget(renewed);
      return {
        ...ofKept({ entry: renewed, isShareable: renewed.isShareable }, response),
        isRevalidated: true,
      };
    }
    // The 304 is about a response that this cache does not have. So the whole response is needed.
    const whole = await bring({ ...asked, entry: undefined }, control, flight);
    return { ...whole, attempts: whole.attempts + attempts };

    function ofKept({ entry: kept, isShareable }: Kept<BodyMemo>, own: HttpResponse): Brought {
      const memo = kept?.memo ?? (isShareable ? createBodyMemo(own, () => true) : undefined);
      return {
        ...NOTHING,
        ...{ fetched, attempts, isShareable, memo },
        response: kept?.response ?? own,
      };
    }
  }

  function end(asked: Asked, brought: Brought, result: 'miss' | 'joined'): Reply | Promise<Reply> {
    const { call, built, key, rules } = asked;
    const { response, memo, isRevalidated, fetched } = brought;
    const attempts = result === 'miss' ? brought.attempts : 0;
    // What was stored when the call began may be forgotten now, because the resource has changed.
    const entry = rules === undefined && isError(fetched, response) ? cache.find(key) : undefined;
    if (entry !== undefined && mayReplaceError(entry, staleIfErrorMs, clock.monotonic())) {
      freePlace(call.control);
      return answerStored(call, built, entry, 'stale', attempts);
    }
    if (response === undefined) return parts.fail(call, withAttempts(fetched, attempts));
    const own = isRevalidated && result === 'miss' ? 'revalidated' : result;
    return parts.answer(call, built.request, { response, memo, attempts, result: own, entry: undefined });
  }
}

const NOTHING = { response: undefined, memo: undefined, isRevalidated: false, isShareable: true };

const TIMED_OUT: Brought = {
  ...NOTHING,
  attempts: 0,
  fetched: {
    kind: 'refused',
    failure: { code: 'timeout', attempts: 0, cause: 'the deadline passed while an equal request ran' },
  },
};
const TOO_MANY: CallFailure = {
  code: 'overload',
  attempts: 0,
  cause: 'too many calls wait for the request of another call (pool.max_waiting, pool.max_waiting_bytes)',
};
/** RFC 9111 §5.2.1.7 */
const NOT_CACHED: CacheAnswer = {
  response: { status: 504, headers: [], body: Buffer.alloc(0) },
  memo: undefined,
  attempts: 0,
  result: 'miss',
  entry: undefined,
};

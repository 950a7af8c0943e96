import type { CredentialOutcome, RequestCredential } from '../../../auth/request-credential.js';
import type { Clock } from '../../../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../../../config/model.js';
import type { Observer } from '../../../observe/observer.js';
import type { CallControl } from '../../../upstream/call-control.js';
import type { Verdict } from '../../../upstream/circuit-breaker.js';
import type { HttpRequest, HttpResponse } from '../../../upstream/http-message.js';
import type { Health } from '../../../upstream/liveness.js';
import type { RunningCall } from '../call.js';
import type { CallEnds, CallFailure } from '../call-ends.js';
import { type Guard, judgeOutcome } from '../judge-call.js';
import { countsCallers } from '../needs-caller.js';
import type { Reply } from '../reply/reply.js';
import type { Replier } from '../reply/reply-to-response.js';
import type { BuiltRequest } from '../request/built-request.js';
import type { CredentialSender, Sent } from '../send-with-credential.js';
import { compileCacheHeaders } from './cache-headers.js';
import { type CacheAnswer, type CachedCalls, createCachedCalls, type ServiceCache } from './cached-calls.js';
import type { Fetched } from './fetched.js';

export interface CachedProcedureParts {
  readonly cache: ServiceCache;
  readonly requestCredential: RequestCredential;
  readonly health: Health;
  readonly clock: Clock;
  readonly observer: Observer;
}

/** The steps of the pipeline that a procedure with a cache needs. */
export interface CachedSteps {
  readonly send: CredentialSender;
  readonly reply: Replier;
  readonly ends: CallEnds;
  readonly guard: Guard | undefined;
  readonly compareResponse: ((response: HttpResponse) => void) | undefined;
  /** Ends a call whose request was sent without the cache, or got no response. */
  readonly end: (call: RunningCall, sent: Sent) => Reply | Promise<Reply>;
  /** Why a call is not sent while the probes fail, or while the circuit breaker is open. */
  readonly down: CallFailure;
  readonly open: CallFailure;
}

/** Puts the cache before the steps that send a request. */
export function compileCachedProcedure(
  { name, settings: service }: ServiceConfig,
  { settings }: ProcedureConfig,
  parts: CachedProcedureParts,
  steps: CachedSteps,
): CachedCalls {
  const { clock, health, observer } = parts;
  const { send, guard, ends, compareResponse } = steps;
  const headersOf = compileCacheHeaders(settings['response.headers']);

  /** Sends a request as for a call without a cache, and tells the circuit breaker how it ended. */
  async function fetch(
    built: Pick<BuiltRequest, 'request' | 'replayable'>,
    control: CallControl,
    given: CredentialOutcome | undefined,
    startedAt: number,
  ): Promise<Fetched> {
    if (health.isDown) return refused({ ...steps.down, retryAfterMs: health.retryAfterMs() });
    const pass = guard?.breaker.admit();
    if (pass?.kind === 'no_pass') return refused({ ...steps.open, retryAfterMs: pass.retryAfterMs });
    let verdict: Verdict;
    try {
      const sent = await send(built, control, given);
      if (sent.kind !== 'sent') return sent;
      if (guard !== undefined) {
        verdict = judgeOutcome(sent.outcome, { control, startedAt }, clock.monotonic(), guard.rules);
      }
      if (sent.outcome.kind === 'response') {
        health.isAnswered = true;
        if (sent.outcome.response.status !== 304) compareResponse?.(sent.outcome.response);
      }
      return sent;
    } finally {
      if (pass !== undefined) guard?.breaker.ended(pass, verdict);
    }
  }

  function note(call: RunningCall, { result }: Pick<CacheAnswer, 'result'>): void {
    observer.cacheUsed(name, result);
    call.control.trace?.cached(result);
  }

  function answer(call: RunningCall, request: HttpRequest, from: CacheAnswer): Reply | Promise<Reply> {
    note(call, from);
    const { memo, attempts } = from;
    const response = headersOf(from, clock.monotonic());
    return steps.reply(call, { request, response, attempts, ...(memo !== undefined && { memo }) });
  }

  function fail(call: RunningCall, fetched: Fetched): Reply | Promise<Reply> {
    return fetched.kind === 'refused' ? ends.fail(call, fetched.failure) : steps.end(call, fetched);
  }

  return createCachedCalls({
    ...parts,
    credential: parts.requestCredential,
    staleIfErrorMs: settings['cache.stale_if_error'],
    deadlineMs: service.deadline,
    countsCallers: countsCallers(service),
    fetch,
    answer,
    fail,
    async bypass(call, built) {
      const fetched = await fetch(built, call.control, undefined, call.startedAt);
      if (fetched.kind !== 'sent' || fetched.outcome.kind !== 'response') return fail(call, fetched);
      const { response, attempts } = fetched.outcome;
      return answer(call, built.request, { ...BYPASS, response, attempts });
    },
  });
}

const BYPASS = { memo: undefined, result: 'bypass', entry: undefined } as const;

const refused = (failure: CallFailure): Fetched => ({ kind: 'refused', failure });

/**
 * After a successful request that may have changed something, forgets the stored responses of its URL
 * (RFC 9111 §4.4).
 */
export function invalidating(
  send: CredentialSender,
  cache: Pick<ServiceCache, 'invalidate'>,
): CredentialSender {
  return async (built, control, given) => {
    const sent = await send(built, control, given);
    if (sent.kind === 'sent' && sent.outcome.kind === 'response') {
      cache.invalidate(built.request, sent.outcome.response);
    }
    return sent;
  };
}

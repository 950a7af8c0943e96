import type { Credential } from '../../auth/credential.js';
import type { RequestCredential } from '../../auth/request-credential.js';
import type { Clock } from '../../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { Logger } from '../../log.js';
import type { CallWatch } from '../../observe/call-watch.js';
import type { ObservedProcedure, Observer } from '../../observe/observer.js';
import type { CallerTrace, Tracing } from '../../observe/tracing.js';
import type { Variables } from '../../secrets/variables.js';
import type { Turns } from '../../turns.js';
import type { CircuitBreaker, Verdict } from '../../upstream/circuit-breaker.js';
import type { GzipBody } from '../../upstream/gzip-body.js';
import type { HttpResponse } from '../../upstream/http-message.js';
import type { Health } from '../../upstream/liveness.js';
import type { Upstream } from '../../upstream/upstream.js';
import type { WaitingMemory } from '../../upstream/waiting-memory.js';
import type { ServiceCache } from './cache/cached-calls.js';
import { compileCachedProcedure, invalidating } from './cache/cached-procedure.js';
import type { RunningCall } from './call.js';
import { type CallFailure, createCallEnds } from './call-ends.js';
import { type CallLog, subjectOf } from './call-log.js';
import { type Guard, judgeCall } from './judge-call.js';
import { compileResponseCheck } from './operation/response-check.js';
import { createPageFollower } from './pages/follow-pages.js';
import { compilePages } from './pages/page-rule.js';
import { warnOfOutside } from './pages/warn-of-outside.js';
import { refuseUnusableCallers } from './refuse-caller.js';
import { compileAnswer } from './reply/answer-rule.js';
import type { Reply, ReplyRule } from './reply/reply.js';
import { createReplier } from './reply/reply-to-response.js';
import type { BaseUrl } from './request/base-url.js';
import { compressBodies } from './request/compress-request.js';
import { type BuiltRequest, compileRequest, type RequestDeps } from './request/request.js';
import type { RunningCalls } from './running-calls.js';
import { type CredentialSender, createCredentialSender, type Sent } from './send-with-credential.js';
import { createStreamReplier, type StreamReplier } from './streams/stream-reply.js';
import { compileStreams } from './streams/stream-rule.js';
import { tracedProcedure } from './traced-procedure.js';

/** One procedure, ready to be called. It never rejects and always replies. */
export type Pipeline = (call: RunningCall) => Promise<Reply>;

export interface PipelineParts extends RequestDeps {
  readonly credential: Credential;
  readonly requestCredential: RequestCredential;
  readonly variables: Pick<Variables, 'current' | 'retryAfterMs'>;
  /** `base` and `upstream` are undefined while base_url waits for a secret. */
  readonly base: BaseUrl | undefined;
  readonly upstream: Upstream | undefined;
  readonly health: Health;
  /** Undefined if the service has none (`breaker.enabled`). */
  readonly breaker: CircuitBreaker | undefined;
  /** Default: no procedure of the service has `cache = on`. */
  readonly cache?: ServiceCache | undefined;
  /** The reason why the procedure's `{{vars.name}}` cannot be filled. */
  readonly problem: string | undefined;
  /**
   * Returns the pipeline that replaced this one after base_url changed. Returns undefined if
   * base_url has not changed.
   */
  readonly successor: () => Pipeline | undefined;
  readonly observed: ObservedProcedure;
  /** Creates a short ID for a failure. The caller's error and the log line have the same ID. */
  readonly errorId: () => string;
  readonly callLog: CallLog;
  /** Default: responses are not compared with a document. */
  readonly log?: Logger | undefined;
  readonly gzip: GzipBody;
  /** The memory of waiting calls. Default: no limit. */
  readonly waiting?: WaitingMemory;
  readonly running: Pick<RunningCalls, 'ended' | 'streamBegan' | 'streamEnded'>;
  readonly observer: Observer;
  /** Default: nobody looks at single calls. */
  readonly watch?: CallWatch | undefined;
  /** Default: calls have no traces. */
  readonly tracing?: Tracing | undefined;
  readonly clock: Clock;
  readonly turns: Turns;
}

/**
 * Replaces a missing base_url. Such requests are never sent, but mistakes in them are still
 * reported.
 */
const NO_BASE: BaseUrl = { origin: 'http://pending.invalid', path: '/', query: '' };

/** Puts the steps of a call in order. docs/life-of-a-call.md tells what each step does. */
export function assemblePipeline(
  service: ServiceConfig,
  procedure: ProcedureConfig,
  parts: PipelineParts,
): Pipeline {
  const { upstream, requestCredential, variables, problem, successor, health, breaker, clock } = parts;
  const { settings } = procedure;
  const build = refuseUnusableCallers(
    service.settings,
    compileRequest(service, procedure, parts.base ?? NO_BASE, parts.credential, parts),
  );
  const sender =
    upstream && createCredentialSender(requestCredential, upstream, () => successor() !== undefined, clock);
  const isCompressed = settings['request.compress'] === 'gzip';
  const compressed = isCompressed && sender !== undefined ? compressBodies(sender, parts) : sender;
  const { cache } = parts;
  const isUnsafe = settings.method !== 'get' && settings.method !== 'head';
  const send = compressed && cache && isUnsafe ? invalidating(compressed, cache) : compressed;
  const subject = subjectOf(service, procedure);
  const ends = createCallEnds({ ...parts, subject });
  const { validators, log } = parts;
  const compareResponse = compileResponseCheck(procedure, { validators, log, subject });
  const tracer = parts.tracing?.procedure(tracedProcedure(procedure, parts.credential, subject));
  const maxBytes = service.settings['pool.max_response_size'];
  const replyRule: ReplyRule = {
    errors: settings.errors,
    responseHeaders: settings['response.headers'] ?? [],
    decode: settings['response.decode'],
    answer: compileAnswer(settings),
  };
  const { responseHeaders, answer } = replyRule;
  const reply = createReplier(replyRule, maxBytes, ends, parts.turns);
  const pages = compilePages(service, procedure, parts.base ?? NO_BASE, parts.credential);
  // A page of a list is read as a whole, and so is a response that may be stored.
  const isWhole = pages !== undefined || settings.cache;
  const streams = isWhole ? undefined : compileStreams(settings, answer.isSuccess, maxBytes);
  const replyWithStream =
    streams && createStreamReplier({ ...parts, streams, ends, maxBytes, responseHeaders });
  const replyWithPages =
    pages &&
    send &&
    createPageFollower({
      ...parts,
      pages,
      rule: replyRule,
      send,
      reply,
      ends,
      onResponse: responded,
      onOutside: warnOfOutside(subject, log),
    });
  const guard = breaker && {
    breaker,
    rules: {
      statuses: new Set(service.settings['breaker.statuses']),
      deadlineMs: service.settings.deadline,
    },
  };

  const cached =
    cache && send && settings.cache
      ? compileCachedProcedure(
          service,
          procedure,
          { ...parts, cache },
          {
            ...{ send, reply, ends, guard, compareResponse, end, down: DOWN, open: OPEN },
          },
        )
      : undefined;

  return async (call) => {
    let attempts = 0;
    try {
      // 4. Builds the request first, so that a caller learns of a mistake even while the service is
      // not available.
      const built = build(call);
      beginTrace(call, built.callerTrace);
      if (call.progress !== undefined) call.control.streams = streams?.rule;
      // 5. Runs before getting a credential, because these problems affect every call.
      const unready = whyUnready(call);
      if (unready !== undefined) return ends.fail(call, unready);
      if (send === undefined) return ends.fail(call, NO_ADDRESS);
      // A stored response needs neither probes nor the circuit breaker, so the cache comes before them.
      if (cached !== undefined) return await cached(call, built);
      // Runs after the checks above, because without a secret or an address there are no probes.
      if (health.isDown) return ends.fail(call, { ...DOWN, retryAfterMs: health.retryAfterMs() });
      attempts = 1;
      // Runs after all checks, so that only a call that is really sent can be the trial of the
      // breaker. Runs before getting a credential, so that an open breaker costs no token request.
      if (guard !== undefined) return await sendAndJudge(guard, send, call, built);
      // 6. to 10. Get a credential and a connection, and do the exchange. Retry each of them if
      // that is safe.
      const sent = await send(built, call.control);
      // 11. Maps the outcome to the caller's reply.
      const replied = end(call, sent, built);
      return replied instanceof Promise ? await replied : replied;
    } catch (error) {
      // No request was built, so the call has no trace yet.
      if (attempts === 0) beginTrace(call, undefined);
      return ends.failWith(call, error, attempts);
    }
  };

  /** A call that starts again at a new base_url keeps its trace. */
  function beginTrace(call: RunningCall, inHeaders: CallerTrace | undefined): void {
    call.control.trace ??= tracer?.begin(call.callerTrace ?? inHeaders, call.startedAt);
  }

  /** Steps 6 to 11 of a service with a circuit breaker. */
  async function sendAndJudge(
    { breaker, rules }: Guard,
    sendRequest: CredentialSender,
    call: RunningCall,
    built: BuiltRequest,
  ): Promise<Reply> {
    const pass = breaker.admit();
    if (pass.kind === 'no_pass') return ends.fail(call, { ...OPEN, retryAfterMs: pass.retryAfterMs });
    let verdict: Verdict;
    let isJudged = false;
    try {
      const sent = await sendRequest(built, call.control);
      if (sent.kind === 'sent' && sent.outcome.kind === 'stream') {
        // A stream may last for hours, so its head is what counts.
        breaker.ended(pass, 'success');
        isJudged = true;
      }
      const reply = await end(call, sent, built);
      // Without a request, a timeout says nothing about the upstream.
      if (sent.kind === 'sent') verdict = judgeCall(reply, call, clock.monotonic(), rules);
      return reply;
    } finally {
      if (!isJudged) breaker.ended(pass, verdict);
    }
  }

  function whyUnready({ draining }: RunningCall): CallFailure | undefined {
    if (draining) return DRAINING;
    if (health.isDisabled) return DISABLED;
    if (variables.current() === undefined) return { ...NO_SECRET, retryAfterMs: variables.retryAfterMs() };
    return problem === undefined ? undefined : { code: 'auth', attempts: 0, cause: problem };
  }

  function responded(response: HttpResponse): void {
    health.isAnswered = true;
    compareResponse?.(response);
  }

  /** @param built undefined if there is no response */
  function end(call: RunningCall, sent: Sent, built?: BuiltRequest): Reply | Promise<Reply> {
    switch (sent.kind) {
      case 'unsent':
        return ends.failWithoutCredential(call, sent.reason, sent.attempts);
      case 'moved':
        // Nothing was sent, so the call starts again with the new base_url.
        return (successor() as Pipeline)(call);
      case 'sent': {
        const { outcome, request } = sent;
        const { attempts } = outcome;
        if (outcome.kind === 'response') {
          const { response } = outcome;
          responded(response);
          if (replyWithPages !== undefined && built !== undefined) {
            return replyWithPages(call, { request, response, attempts }, built);
          }
          return reply(call, { request, response, attempts });
        }
        if (outcome.kind === 'stream') {
          health.isAnswered = true;
          return (replyWithStream as StreamReplier)(call, outcome);
        }
        if (outcome.kind === 'canceled') return ends.failCanceled(call, attempts);
        const { code, detail: cause, retryAfterMs } = outcome;
        return ends.fail(call, { code, attempts, cause, retryAfterMs });
      }
    }
  }
}

const DRAINING: CallFailure = { code: 'down', attempts: 0, cause: 'the gateway is stopping' };
const DISABLED: CallFailure = { code: 'down', attempts: 0, cause: 'an operator has disabled the service' };
const DOWN: CallFailure = { code: 'down', attempts: 0, cause: 'the service is down: its probes fail' };
const OPEN: CallFailure = { code: 'down', attempts: 0, cause: 'the circuit breaker is open' };
const NO_SECRET: CallFailure = { code: 'secrets', attempts: 0, cause: 'the secret has not been read yet' };
const NO_ADDRESS: CallFailure = {
  code: 'secrets',
  attempts: 0,
  cause: 'base_url is not a usable URL with the values of its variables',
  message: 'The service has no usable address at the moment',
};

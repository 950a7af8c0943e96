import type { Credential } from '../../auth/credential.js';
import type { NoCredential, RequestCredential } from '../../auth/request-credential.js';
import type { Clock } from '../../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { CALL_ERRORS, type CallErrorCode } from '../../errors.js';
import { errorLocation } from '../../log.js';
import type { Variables } from '../../secrets/variables.js';
import { resultInTurns, type Turns } from '../../turns.js';
import { freePlace } from '../../upstream/call-control.js';
import { type HttpRequest, type HttpResponse, LARGE_BODY } from '../../upstream/http-message.js';
import type { Upstream } from '../../upstream/upstream.js';
import type { BaseUrl } from './base-url.js';
import { BadRequest, type RunningCall } from './call.js';
import { type CallError, callErrorReply } from './call-error.js';
import { type CallEnd, type CallLog, subjectOf } from './call-log.js';
import type { DecodedBody } from './decode-body.js';
import { decodeLargeBody } from './decode-large.js';
import { mapResponse, type Reply, type ReplyRule } from './reply.js';
import { type BuiltRequest, compileRequest, type RequestBuilder, type RequestDeps } from './request.js';
import { createCredentialSender, type FinalOutcome } from './send-with-credential.js';

/** One procedure, ready to be called: never rejects, always replies. */
export type Pipeline = (call: RunningCall) => Promise<Reply>;

export interface PipelineParts extends RequestDeps {
  readonly credential: Credential;
  readonly authoriser: RequestCredential;
  readonly variables: Pick<Variables, 'current' | 'retryInMs'>;
  /** Both are undefined while base_url waits for a secret. */
  readonly base: BaseUrl | undefined;
  readonly upstream: Upstream | undefined;
  /** Why the procedure's `{{vars.name}}` could not be filled. */
  readonly fault: string | undefined;
  /** What has taken the place of the pipeline that these parts make, since base_url has changed; undefined while none has. */
  readonly successor: () => Pipeline | undefined;
  /** A short name for a failure, for the caller's error and the log's record alike. */
  readonly errorId: () => string;
  readonly callLog: CallLog;
  readonly clock: Clock;
  readonly turns: Turns;
}

/** Puts the steps of a call in order: request → credential → upstream → reply (docs/life-of-a-call.md). */
export function assemblePipeline(
  service: ServiceConfig,
  procedure: ProcedureConfig,
  parts: PipelineParts,
): Pipeline {
  const { upstream, authoriser, variables, callLog, clock, turns } = parts;
  const send =
    upstream && createCredentialSender(authoriser, upstream, () => parts.successor() !== undefined);
  // Without a base_url requests can't be sent, but they can still be found wrong: bad_request comes before secrets.
  const base = parts.base ?? { origin: 'http://pending.invalid', path: '/', query: '' };
  const build: RequestBuilder = compileRequest(service, procedure, base, parts.credential, parts);
  const rule: ReplyRule = {
    errors: procedure.settings.errors,
    responseHeaders: procedure.settings['response.headers'] ?? [],
    decode: procedure.settings['response.decode'],
  };
  const subject = subjectOf(service, procedure);

  function fail(
    call: RunningCall,
    code: CallErrorCode,
    attempts: number,
    cause: string,
    more: Pick<CallError, 'message' | 'retryInMs'> = {},
  ): Reply {
    const id = parts.errorId();
    callLog.failed(subject, endOf(call, { id, code, status: CALL_ERRORS[code].status, attempts, cause }));
    return callErrorReply({ code, attempts, id, ...more });
  }

  function failInternally(call: RunningCall, attempts: number, error: unknown): Reply {
    const { error: kind, at = '' } = errorLocation(error);
    return fail(call, 'internal', attempts, `${kind} ${at}`);
  }

  /** The line for what the upstream answered; most calls have none. */
  function logAnswer(call: RunningCall, status: number, attempts: number, isFailure: boolean): void {
    const cause = isFailure ? `the upstream answered ${status}` : undefined;
    const end = endOf(call, { id: parts.errorId(), code: undefined, status, attempts, cause });
    if (isFailure) callLog.failed(subject, end);
    else callLog.answered(subject, end);
  }

  function endOf(call: RunningCall, end: Omit<CallEnd, 'durationMs'>): CallEnd {
    return { ...end, durationMs: Math.round(clock.monotonic() - call.begunAt) };
  }

  function buildRequest(call: RunningCall): BuiltRequest | Reply {
    try {
      return build(call);
    } catch (error) {
      if (error instanceof BadRequest)
        return fail(call, 'bad_request', 0, 'the kwargs were refused', { message: error.message });
      return failInternally(call, 0, error);
    }
  }

  return async (call) => {
    // First, so that a caller learns of a mistake even while the service can't answer.
    const built = buildRequest(call);
    if ('kind' in built) return built;
    if (call.draining) return fail(call, 'down', 0, 'the gateway is stopping');
    if (variables.current() === undefined) {
      return fail(call, 'secrets', 0, 'the secret has not been read yet', {
        retryInMs: variables.retryInMs(),
      });
    }
    if (parts.fault !== undefined) return fail(call, 'auth', 0, parts.fault);
    if (send === undefined) {
      return fail(call, 'secrets', 0, 'base_url is no usable URL with the values of its variables', {
        message: 'The service has no usable address at the moment',
      });
    }
    try {
      const sent = await send(built, call.control);
      switch (sent.kind) {
        case 'sent':
          return replyTo(call, sent.request, sent.outcome);
        case 'unsent':
          return failUnauthorised(call, sent.attempts, sent.reason);
        case 'moved':
          // Nothing was sent: the call begins where the service is now.
          return await (parts.successor() as Pipeline)(call);
      }
    } catch (error) {
      return failInternally(call, 1, error);
    }
  };

  function failUnauthorised(call: RunningCall, attempts: number, reason: NoCredential): Reply {
    const { code, cause, retryInMs } = reason;
    if (code === 'canceled') return failCanceled(call, attempts);
    const message =
      code === 'timeout' ? 'The deadline passed while the call waited for authentication' : undefined;
    return fail(call, code, attempts, cause, { message, retryInMs });
  }

  function failCanceled(call: RunningCall, attempts: number): Reply {
    return call.control.canceledBy === 'gateway'
      ? fail(call, 'down', attempts, 'the gateway stopped before the call had ended')
      : fail(call, 'canceled', attempts, 'cancelled by the caller');
  }

  function replyTo(call: RunningCall, request: HttpRequest, outcome: FinalOutcome): Reply | Promise<Reply> {
    const { attempts } = outcome;
    switch (outcome.kind) {
      case 'canceled':
        return failCanceled(call, attempts);
      case 'failure':
        return fail(call, outcome.code, attempts, outcome.detail);
      case 'response': {
        const { response: answer } = outcome;
        if (answer.body.length >= LARGE_BODY) return replyInTurns(call, request, answer, attempts);
        return replyWith(call, request, answer, attempts);
      }
    }
  }

  function replyWith(
    call: RunningCall,
    request: HttpRequest,
    answer: HttpResponse,
    attempts: number,
    body?: DecodedBody,
  ): Reply {
    const reply = mapResponse(request, answer, rule, body);
    if (reply.kind === 'refused') {
      return fail(call, 'bad_answer', attempts, reply.reason, { message: reply.message });
    }
    const isFailure = reply.kind === 'error' && reply.status >= 500;
    if (isFailure || callLog.logsAnswers) logAnswer(call, answer.status, attempts, isFailure);
    return reply;
  }

  /** It may take a second, which all others would wait. Until it is done the call keeps its place in the pool. */
  async function replyInTurns(
    call: RunningCall,
    request: HttpRequest,
    answer: HttpResponse,
    attempts: number,
  ): Promise<Reply> {
    const { control, pack } = call;
    const maxBytes = service.settings['pool.max_response_size'];
    try {
      const work = decodeLargeBody(answer, { decode: rule.decode, maxBytes, pack });
      const body = await resultInTurns(turns, work, () => control.canceledBy === undefined);
      if (body === undefined) return failCanceled(call, attempts);
      return replyWith(call, request, answer, attempts, body);
    } finally {
      freePlace(control);
    }
  }
}

import type { Authoriser, Unauthorised } from '../../auth/authoriser.js';
import type { Credential } from '../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { GatewayErrorCode } from '../../errors.js';
import { type Logger, placeOf } from '../../log.js';
import type { Variables } from '../../secrets/variables.js';
import type { HttpRequest } from '../../upstream/http-message.js';
import type { Upstream } from '../../upstream/upstream.js';
import type { BaseUrl } from './base-url.js';
import { BadRequest, type RunningCall } from './call.js';
import { type OwnError, ownErrorReply } from './own-error.js';
import { mapAnswer, type Reply, type ReplyRule } from './reply.js';
import { type BuiltRequest, compileRequest, type RequestBuilder, type RequestDeps } from './request.js';
import { createAuthorisedSender, type FinalOutcome } from './send-authorised.js';

/** One procedure, ready to be called: never rejects, always replies. */
export type Pipeline = (call: RunningCall) => Promise<Reply>;

export interface PipelineParts extends RequestDeps {
  readonly credential: Credential;
  readonly authoriser: Authoriser;
  readonly variables: Pick<Variables, 'current' | 'retryInMs'>;
  /** Both are undefined while base_url waits for a secret. */
  readonly base: BaseUrl | undefined;
  readonly upstream: Upstream | undefined;
  /** What has taken the place of the pipeline that these parts make, since base_url has changed; undefined while none has. */
  readonly successor: () => Pipeline | undefined;
  /** A short name for a failure, for the caller's error and the log's record alike. */
  readonly errorId: () => string;
  readonly log: Logger;
}

/** Puts the steps of a call in order: request → credential → upstream → reply (docs/LIFE-OF-A-CALL.md). */
export function assemblePipeline(
  service: ServiceConfig,
  procedure: ProcedureConfig,
  parts: PipelineParts,
): Pipeline {
  const { upstream, authoriser, variables, log } = parts;
  const send =
    upstream && createAuthorisedSender(authoriser, upstream, () => parts.successor() !== undefined);
  // Without a base_url requests can't be sent, but they can still be found wrong: bad_request comes before secrets.
  const base = parts.base ?? { origin: 'http://pending.invalid', path: '/', query: '' };
  const build: RequestBuilder = compileRequest(service, procedure, base, parts.credential, parts);
  const rule: ReplyRule = {
    errors: procedure.settings.errors,
    responseHeaders: procedure.settings['response.headers'] ?? [],
    decode: procedure.settings['response.decode'],
  };
  const identity = {
    procedure: procedure.settings.uri,
    service: service.name,
    // Without its query: a key may stand there.
    path: procedure.settings.path.source.split('?', 1)[0],
  };

  // Asked once: most gateways log no answered calls, and making the record costs each of them.
  const logsAnswers = log.isLevelEnabled?.('debug') ?? true;

  function fail(
    code: GatewayErrorCode,
    attempts: number,
    cause: string,
    more: Pick<OwnError, 'message' | 'retryInMs'> = {},
  ): Reply {
    const id = parts.errorId();
    // A caller's own mistake or change of mind is no event for the operator.
    const level =
      code === 'bad_request' || code === 'canceled' ? 'debug' : code === 'internal' ? 'error' : 'warn';
    log[level]({ ...identity, code, id, attempts, cause }, 'call failed');
    return ownErrorReply({ code, attempts, id, ...more });
  }

  function failInternally(attempts: number, error: unknown): Reply {
    const { error: kind, at = '' } = placeOf(error);
    return fail('internal', attempts, `${kind} ${at}`);
  }

  function buildRequest(call: RunningCall): BuiltRequest | Reply {
    try {
      return build(call);
    } catch (error) {
      if (error instanceof BadRequest)
        return fail('bad_request', 0, 'the kwargs were refused', { message: error.message });
      return failInternally(0, error);
    }
  }

  return async (call) => {
    // First, so that a caller learns of a mistake even while the service can't answer.
    const built = buildRequest(call);
    if ('kind' in built) return built;
    if (call.draining) return fail('down', 0, 'the gateway is stopping');
    if (variables.current() === undefined) {
      return fail('secrets', 0, 'the secret has not been read yet', { retryInMs: variables.retryInMs() });
    }
    if (send === undefined) {
      return fail('secrets', 0, 'base_url is no usable URL with the values of its variables', {
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
      return failInternally(1, error);
    }
  };

  function failUnauthorised(call: RunningCall, attempts: number, reason: Unauthorised): Reply {
    const { code, cause, retryInMs } = reason;
    if (code === 'canceled') return failCanceled(call, attempts);
    const message =
      code === 'timeout' ? 'The deadline passed while the call waited for authentication' : undefined;
    return fail(code, attempts, cause, { message, retryInMs });
  }

  function failCanceled(call: RunningCall, attempts: number): Reply {
    return call.control.canceledBy === 'gateway'
      ? fail('down', attempts, 'the gateway stopped before the call had ended')
      : fail('canceled', attempts, 'cancelled by the caller');
  }

  function replyTo(call: RunningCall, request: HttpRequest, outcome: FinalOutcome): Reply {
    const { attempts } = outcome;
    switch (outcome.kind) {
      case 'canceled':
        return failCanceled(call, attempts);
      case 'failure':
        return fail(outcome.code, attempts, outcome.detail);
      case 'answer': {
        const reply = mapAnswer(request, outcome.answer, rule);
        if ('refused' in reply) return fail('bad_answer', attempts, reply.refused);
        if (logsAnswers) {
          const { status } = outcome.answer;
          log.debug({ ...identity, status, attempts }, 'call answered');
        }
        return reply;
      }
    }
  }
}

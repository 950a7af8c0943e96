import type { Authoriser } from '../../auth/static-credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { GatewayErrorCode } from '../../errors.js';
import { type Logger, placeOf } from '../../log.js';
import type { HttpRequest } from '../../upstream/http-message.js';
import type { Upstream, UpstreamOutcome } from '../../upstream/upstream.js';
import type { BaseUrl } from './base-url.js';
import { BadRequest, type RunningCall } from './call.js';
import { ownErrorReply } from './own-error.js';
import { mapAnswer, type Reply, type ReplyRule } from './reply.js';
import { type BuiltRequest, compileRequest, type RequestBuilder, type RequestDeps } from './request.js';

/** One procedure, ready to be called: never rejects, always replies. */
export type Pipeline = (call: RunningCall) => Promise<Reply>;

export interface PipelineParts extends RequestDeps {
  readonly authoriser: Authoriser;
  /** Both are undefined while base_url waits for a secret. */
  readonly base: BaseUrl | undefined;
  readonly upstream: Upstream | undefined;
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
  const { upstream, authoriser, log } = parts;
  // Without a base_url requests can't be sent, but they can still be found wrong: bad_request comes before secrets.
  const base = parts.base ?? { origin: 'http://pending.invalid', path: '/', query: '' };
  const build: RequestBuilder = compileRequest(service, procedure, base, authoriser, parts);
  const rule: ReplyRule = {
    errors: procedure.settings.errors,
    responseHeaders: procedure.settings['response.headers'] ?? [],
  };
  const identity = {
    procedure: procedure.settings.uri,
    service: service.name,
    // Without its query: a key may stand there.
    path: procedure.settings.path.source.split('?', 1)[0],
  };

  // Asked once: most gateways log no answered calls, and making the record costs each of them.
  const logsAnswers = log.isLevelEnabled?.('debug') ?? true;

  function fail(code: GatewayErrorCode, attempts: number, detail: string, message?: string): Reply {
    const id = parts.errorId();
    // A caller's own mistake or change of mind is no event for the operator.
    const level =
      code === 'bad_request' || code === 'canceled' ? 'debug' : code === 'internal' ? 'error' : 'warn';
    log[level]({ ...identity, code, id, attempts, cause: detail }, 'call failed');
    return ownErrorReply(message === undefined ? { code, attempts, id } : { code, attempts, id, message });
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
        return fail('bad_request', 0, 'the kwargs were refused', error.message);
      return failInternally(0, error);
    }
  }

  return async (call) => {
    // First, so that a caller learns of a mistake even while the service can't answer.
    const built = buildRequest(call);
    if ('kind' in built) return built;
    if (call.draining) return fail('down', 0, 'the gateway is stopping');
    if (upstream === undefined) return fail('secrets', 0, 'base_url has a variable without a value');
    const request = authoriser.authorise(built.request);
    if (request === 'auth') return fail('auth', 0, 'the credential cannot stand where auth.apply says');
    if (request === 'secrets')
      return fail('secrets', 0, 'auth.vars.token comes from a secret that is not there yet');
    try {
      const outcome = await upstream.send(request, built.replayable, call.control);
      return replyTo(call, request, outcome);
    } catch (error) {
      return failInternally(1, error);
    }
  };

  function replyTo(call: RunningCall, request: HttpRequest, outcome: UpstreamOutcome): Reply {
    switch (outcome.kind) {
      case 'canceled':
        return call.control.canceledBy === 'gateway'
          ? fail('down', outcome.attempts, 'the gateway stopped before the call had ended')
          : fail('canceled', outcome.attempts, 'cancelled by the caller');
      case 'failure':
        return fail(outcome.code, outcome.attempts, outcome.detail);
      case 'answer': {
        const reply = mapAnswer(request, outcome.answer, rule);
        if ('refused' in reply) return fail('bad_answer', outcome.attempts, reply.refused);
        if (logsAnswers) {
          const { status } = outcome.answer;
          log.debug({ ...identity, status, attempts: outcome.attempts }, 'call answered');
        }
        return reply;
      }
    }
  }
}

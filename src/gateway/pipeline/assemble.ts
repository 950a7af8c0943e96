import type { Credential } from '../../auth/credential.js';
import type { RequestCredential } from '../../auth/request-credential.js';
import type { Clock } from '../../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { ObservedProcedure, Observer } from '../../observe/observer.js';
import type { Variables } from '../../secrets/variables.js';
import type { Turns } from '../../turns.js';
import type { Upstream } from '../../upstream/upstream.js';
import type { BaseUrl } from './base-url.js';
import type { RunningCall } from './call.js';
import { type CallFailure, createCallEnds } from './call-ends.js';
import { type CallLog, subjectOf } from './call-log.js';
import type { Reply } from './reply.js';
import { createReplier } from './reply-to-response.js';
import { compileRequest, type RequestDeps } from './request.js';
import { createCredentialSender, type Sent } from './send-with-credential.js';

/** One procedure, ready to be called. It never rejects and always replies. */
export type Pipeline = (call: RunningCall) => Promise<Reply>;

export interface PipelineParts extends RequestDeps {
  readonly credential: Credential;
  readonly requestCredential: RequestCredential;
  readonly variables: Pick<Variables, 'current' | 'retryAfterMs'>;
  /** `base` and `upstream` are undefined while base_url waits for a secret. */
  readonly base: BaseUrl | undefined;
  readonly upstream: Upstream | undefined;
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
  readonly observer: Observer;
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
  const { upstream, requestCredential, variables, problem, successor } = parts;
  const { settings } = procedure;
  const build = compileRequest(service, procedure, parts.base ?? NO_BASE, parts.credential, parts);
  const send =
    upstream &&
    createCredentialSender(requestCredential, upstream, () => successor() !== undefined, parts.clock);
  const ends = createCallEnds({ ...parts, subject: subjectOf(service, procedure) });
  const reply = createReplier(
    {
      errors: settings.errors,
      responseHeaders: settings['response.headers'] ?? [],
      decode: settings['response.decode'],
    },
    service.settings['pool.max_response_size'],
    ends,
    parts.turns,
  );

  return async (call) => {
    let attempts = 0;
    try {
      // 4. Builds the request first, so that a caller learns of a mistake even while the service is
      // not available.
      const built = build(call);
      // 5. Runs before getting a credential, because these problems affect every call.
      const unready = whyUnready(call);
      if (unready !== undefined) return ends.fail(call, unready);
      if (send === undefined) return ends.fail(call, NO_ADDRESS);
      // 6. to 10. Get a credential and a connection, and do the exchange. Retry each of them if
      // that is safe.
      attempts = 1;
      const sent = await send(built, call.control);
      // 11. Maps the outcome to the caller's reply.
      const replied = end(call, sent);
      return replied instanceof Promise ? await replied : replied;
    } catch (error) {
      return ends.failWith(call, error, attempts);
    }
  };

  function whyUnready({ draining }: RunningCall): CallFailure | undefined {
    if (draining) return DRAINING;
    if (variables.current() === undefined) return { ...NO_SECRET, retryAfterMs: variables.retryAfterMs() };
    return problem === undefined ? undefined : { code: 'auth', attempts: 0, cause: problem };
  }

  function end(call: RunningCall, sent: Sent): Reply | Promise<Reply> {
    switch (sent.kind) {
      case 'unsent':
        return ends.failWithoutCredential(call, sent.reason, sent.attempts);
      case 'moved':
        // Nothing was sent, so the call starts again with the new base_url.
        return (successor() as Pipeline)(call);
      case 'sent': {
        const { outcome, request } = sent;
        const { attempts } = outcome;
        if (outcome.kind === 'response')
          return reply(call, { request, response: outcome.response, attempts });
        if (outcome.kind === 'canceled') return ends.failCanceled(call, attempts);
        return ends.fail(call, { code: outcome.code, attempts, cause: outcome.detail });
      }
    }
  }
}

const DRAINING: CallFailure = { code: 'down', attempts: 0, cause: 'the gateway is stopping' };
const NO_SECRET: CallFailure = { code: 'secrets', attempts: 0, cause: 'the secret has not been read yet' };
const NO_ADDRESS: CallFailure = {
  code: 'secrets',
  attempts: 0,
  cause: 'base_url is not a usable URL with the values of its variables',
  message: 'The service has no usable address at the moment',
};

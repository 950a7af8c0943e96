import { describeCredential } from '../../auth/credential.js';
import { noCredential } from '../../auth/request-credential.js';
import type { Clock } from '../../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { silentObserver } from '../../observe/observer.js';
import type { Turns } from '../../turns.js';
import { createCallControl } from '../../upstream/call-control.js';
import type { Caller } from '../../upstream/caller.js';
import { failure } from '../../upstream/exchange-failure.js';
import type { ExchangeOutcome } from '../../upstream/exchange-outcome.js';
import type { HttpRequest, HttpResponse } from '../../upstream/http-message.js';
import { hasBody, refuseResponse, tooLarge } from '../../upstream/response-head.js';
import type { Upstream } from '../../upstream/upstream.js';
import { assemblePipeline } from '../pipeline/assemble.js';
import type { Kwargs } from '../pipeline/call.js';
import type { Reply } from '../pipeline/reply/reply.js';
import { baseUrlForShow } from '../pipeline/request/base-url.js';
import { createRunningCalls } from '../pipeline/running-calls.js';
import { fillServiceVars } from '../pipeline/service-vars.js';
import { MARKED } from '../shown-variables.js';

/** A call that the whole pipeline handles, with an answer instead of an API. */
export interface OfflineCall {
  readonly service: ServiceConfig;
  readonly procedure: ProcedureConfig;
  readonly kwargs: Kwargs;
  readonly caller: Omit<Caller, 'realm'>;
  readonly answer: HttpResponse;
}

export interface OfflineOutcome {
  /**
   * The request. Variables of the service are marks, as in {@link MARKED}. Undefined if the gateway
   * sends none.
   */
  readonly request: HttpRequest | undefined;
  readonly reply: Reply;
}

export interface OfflineDeps {
  readonly userAgent: string;
  readonly uuid: () => string;
  readonly clock: Clock;
  readonly turns: Turns;
}

/** Runs a call through the pipeline of its procedure. Nothing leaves the process. */
export async function callOffline(call: OfflineCall, deps: OfflineDeps): Promise<OfflineOutcome> {
  const { service, kwargs, caller, answer } = call;
  const { clock } = deps;
  const { procedure } = fillServiceVars(withOnePage(call.procedure), MARKED.show);
  const { uri, realm } = procedure.settings;
  const credential = describeCredential(service.settings);
  let sent: HttpRequest | undefined;
  const upstream: Upstream = {
    async send({ request }) {
      sent = request;
      return { ...received(answer, request, service), attempts: 1 };
    },
    pool: { busy: 0, idle: 0, waiting: 0 },
    retire() {},
    async close() {},
  };
  const pipeline = assemblePipeline(service, procedure, {
    ...deps,
    credential,
    requestCredential: {
      ...noCredential,
      apply: (request) => ({
        kind: 'ready',
        request: credential.mask(request, MARKED.show),
        token: undefined,
        notAfter: Number.POSITIVE_INFINITY,
      }),
    },
    variables: { current: () => new Map(), retryAfterMs: () => undefined },
    base: baseUrlForShow(service.settings, MARKED.show),
    upstream,
    health: { isDown: false, isDisabled: false, isAnswered: false, retryAfterMs: () => 0 },
    breaker: undefined,
    problem: undefined,
    successor: () => undefined,
    observed: { service: service.name, procedure: uri, realm },
    errorId: () => 'offline',
    callLog: {
      logsResponses: false,
      responded() {},
      failed() {},
      setMode() {},
      flush() {},
    },
    // The body stays readable.
    gzip: (body) => Buffer.from(body),
    running: createRunningCalls(),
    observer: silentObserver,
  });
  const startedAt = clock.monotonic();
  const full: Caller = { ...caller, realm };
  const reply = await pipeline({
    args: [],
    kwargs,
    caller: full,
    control: createCallControl(startedAt + service.settings.deadline, kwargs, full),
    startedAt,
    pack: undefined,
    draining: false,
    callerTrace: undefined,
  });
  return { request: sent, reply };
}

/** What the upstream makes of an answer. It refuses some by their head, such as an event stream. */
function received(answer: HttpResponse, request: HttpRequest, { settings }: ServiceConfig): ExchangeOutcome {
  const { status, headers, body } = answer;
  const maxBytes = settings['pool.max_response_size'];
  const limits = { maxBytes, maxHeaderBytes: settings['pool.max_response_header_size'] };
  const content = hasBody(request, status) ? body : NO_BODY;
  const reason =
    refuseResponse(request, status, headers, limits, false) ??
    (content.length > maxBytes ? tooLarge(maxBytes) : undefined);
  return reason === undefined
    ? { kind: 'response', response: { ...answer, body: content } }
    : failure('bad_answer', true, reason);
}

const NO_BODY = Buffer.alloc(0);

/** There is only one answer, so there is only one page. */
function withOnePage(procedure: ProcedureConfig): ProcedureConfig {
  if (procedure.settings['pages.next'] === undefined) return procedure;
  return { ...procedure, settings: { ...procedure.settings, 'pages.limit': 1 } };
}

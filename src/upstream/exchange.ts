import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import type { CallControl } from './call-control.js';
import type { Connection } from './connection-pool.js';
import { classifyFailure, type ExchangeFailure, failure } from './failure.js';
import { type AnswerHeaders, firstHeader, type HttpAnswer, type HttpRequest } from './http-message.js';

export interface Answered {
  readonly kind: 'answer';
  readonly answer: HttpAnswer;
}
export interface Canceled {
  readonly kind: 'canceled';
}

/** The time until which the request may leave had passed when its connection was ready; nothing was sent. */
export interface Expired {
  readonly kind: 'expired';
}

/** What one exchange came to. */
export type ExchangeOutcome = Answered | ExchangeFailure | Canceled | Expired;

export interface ExchangeResult {
  readonly outcome: ExchangeOutcome;
  /** False where the connection is left in an unknown state. */
  readonly reusable: boolean;
}

/** How much time and room an exchange has. When the time is up the request is torn down; the failure is `timeout`. */
export interface ExchangeLimits {
  /** Milliseconds until the last byte of the body. */
  readonly timeoutMs: number;
  /** Milliseconds that the upstream may be silent within that. */
  readonly recvTimeoutMs: number;
  /** Largest body accepted, as it comes over the wire. */
  readonly maxBytes: number;
  /** Monotonic milliseconds from which on the request may not leave any more: a token in it has expired. */
  readonly notAfter: number;
}

/**
 * Sends one request over one connection and reads the whole answer.
 *
 * Sending only: whether the answer is good, and whether to try again, is decided elsewhere.
 */
export function exchange(
  connection: Connection,
  request: HttpRequest,
  limits: ExchangeLimits,
  clock: Clock,
  control: CallControl,
): Promise<ExchangeResult> {
  const { timeoutMs, recvTimeoutMs, maxBytes, notAfter } = limits;
  const hasExpired = () => notAfter !== Number.POSITIVE_INFINITY && clock.monotonic() >= notAfter;
  // Before the connection is touched, so that it stays as good as it is.
  if (hasExpired()) return Promise.resolve({ outcome: { kind: 'expired' }, reusable: true });
  // A silence that is no shorter than the whole time needs no watch of its own.
  const watchesSilence = recvTimeoutMs < timeoutMs;
  return new Promise((resolve, reject) => {
    let stopSilence = (): void => {};
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status = 0;
    let headers: AnswerHeaders = {};
    const chunks: Buffer[] = [];
    let size = 0;

    function settle(outcome: ExchangeOutcome, reusable: boolean): void {
      if (settled) return;
      settled = true;
      stopTimer();
      stopSilence();
      control.onCancel = undefined;
      resolve({ outcome, reusable });
    }

    /**
     * Ends the exchange from our side. A request still waiting for its socket can't be taken back, only orphaned; and for
     * one that was aborted undici would connect once more before it drops it. So the connection is given up either way.
     */
    function tearDown(outcome: ExchangeOutcome): void {
      settle(outcome, false);
      controller?.abort(new Error('torn down by the gateway'));
    }

    function heard(): void {
      if (!watchesSilence || settled) return;
      stopSilence();
      stopSilence = clock.after(recvTimeoutMs, () =>
        tearDown(failure('timeout', true, `silent for longer than pool.recv_timeout (${recvTimeoutMs} ms)`)),
      );
    }

    const stopTimer = clock.after(timeoutMs, () =>
      tearDown(
        failure('timeout', controller !== undefined, `no whole answer within ${Math.round(timeoutMs)} ms`),
      ),
    );
    control.onCancel = () => tearDown({ kind: 'canceled' });

    connection.client.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers as string[],
        body: request.body ?? null,
      },
      {
        // undici calls this just before it writes the first byte: from here on the upstream may act on the request.
        onRequestStart(started) {
          // Once more: connecting takes its time.
          if (!settled && hasExpired()) settle({ kind: 'expired' }, false);
          if (settled) started.abort(new Error('the call had ended before its connection was made'));
          else controller = started;
          heard();
        },
        onResponseStart(_, statusCode, fields) {
          heard();
          if (statusCode < 200) return; // 1xx: an interim answer (RFC 9110 §15.2)
          status = statusCode;
          headers = fields;
          const refusal = hasBody(request, statusCode) ? refuseHead(fields, maxBytes) : undefined;
          if (refusal !== undefined) tearDown(failure('bad_answer', true, refusal));
          // Complete with its head (RFC 9112 §6.3). undici would miss the body that a Content-Length on it speaks of.
          if (status === 204 || status === 304)
            settle({ kind: 'answer', answer: { status, headers, body: NO_BODY } }, true);
        },
        onResponseData(_, chunk) {
          heard();
          size += chunk.length;
          if (size > maxBytes) tearDown(failure('bad_answer', true, tooLarge(maxBytes)));
          else chunks.push(chunk);
        },
        onResponseEnd() {
          const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
          settle({ kind: 'answer', answer: { status, headers, body } }, true);
        },
        onResponseError(_, error) {
          // A request that undici will not write is our own fault, not the upstream's.
          if ('code' in error && error.code === 'UND_ERR_INVALID_ARG') reject(error);
          // Never to be used again: after some failures (a certificate for another name) undici's Client stays stuck.
          settle(classifyFailure(error, controller !== undefined), false);
        },
      },
    );
  });
}

const NO_BODY = Buffer.alloc(0);

/** Other answers have headers that speak of the body which they would have (RFC 9110 §6.4.1). */
function hasBody(request: HttpRequest, status: number): boolean {
  return request.method !== 'HEAD' && status !== 204 && status !== 304;
}

/** Answers that need not be read to be refused. */
function refuseHead(headers: AnswerHeaders, maxBytes: number): string | undefined {
  const type = firstHeader(headers, 'content-type');
  if (type !== undefined && /^\s*text\/event-stream\b/i.test(type)) {
    return 'the upstream answered with an event stream, which never ends';
  }
  const announced = Number(firstHeader(headers, 'content-length') ?? 0);
  return announced > maxBytes ? tooLarge(maxBytes) : undefined;
}

function tooLarge(maxBytes: number): string {
  return `the answer is larger than it may be (${maxBytes} bytes)`;
}

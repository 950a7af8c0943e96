import type { RequestTrace } from '../observe/tracing.js';
import type { ExchangeOutcome } from './exchange-outcome.js';
import type { HttpRequest } from './http-message.js';

/** The request of one attempt, with the headers that continue its trace. */
export function tracedRequest(request: HttpRequest, { headers }: RequestTrace): HttpRequest {
  return headers.length === 0 ? request : { ...request, headers: request.headers.concat(headers) };
}

/** Ends the trace of a request. A request that was not sent leaves no trace. */
export function endRequestTrace(trace: RequestTrace, outcome: ExchangeOutcome): void {
  switch (outcome.kind) {
    case 'response':
      trace.responded(outcome.response.status);
      break;
    case 'stream':
      trace.responded(outcome.status);
      break;
    case 'failure':
      trace.failed(outcome.code);
      break;
    case 'canceled':
      trace.failed('canceled');
      break;
    case 'expired':
      // The token expired before a redirect was followed.
      if (outcome.sent) trace.failed('auth');
      break;
  }
}

import type { SentRequest } from './record-requests.js';
import type { SentCall } from './validator.js';

/** Parts of the texts in examples, as they stand in requests, and another text in their place. */
const CHANGES = [
  ['%26c%3Dd', '%2526c%3Dd'],
  ['b&c=d', 'b&amp;c=d'],
  ['text', 'texd'],
] as const;

/** The same call with another value in its request. Undefined if the request has no text. */
export function tampered(call: SentCall): SentCall | undefined {
  const { request } = call.outcome;
  for (const [from, to] of CHANGES) {
    const [path, query] = request.url.split('?') as [string, string?];
    if (query?.includes(from)) return withRequest(call, { url: `${path}?${query.replace(from, to)}` });
    const body = request.body.toString();
    if (body.includes(from)) return withRequest(call, { body: Buffer.from(body.replace(from, to)) });
  }
  return undefined;
}

function withRequest(call: SentCall, changed: Partial<SentRequest>): SentCall {
  return { ...call, outcome: { ...call.outcome, request: { ...call.outcome.request, ...changed } } };
}

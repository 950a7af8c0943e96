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
    if (path.includes(from) && from !== 'text')
      return withRequest(call, { url: request.url.replace(from, to) });
    const body = request.body.toString();
    if (body.includes(from)) return withRequest(call, { body: Buffer.from(body.replace(from, to)) });
  }
  // Also a field of a header or a cookie.
  const index = request.headers.findIndex((value, at) => at % 2 === 1 && /\btext\d?\b/.test(value));
  if (index === -1) return undefined;
  const headers = request.headers.with(index, request.headers[index]!.replace('text', 'texd'));
  return /^(?:color|cookie)$/i.test(headers[index - 1]!) ? withRequest(call, { headers }) : undefined;
}

function withRequest(call: SentCall, changed: Partial<SentRequest>): SentCall {
  return { ...call, outcome: { ...call.outcome, request: { ...call.outcome.request, ...changed } } };
}

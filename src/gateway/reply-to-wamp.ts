import { jsonText } from '../json-text/json-text.js';
import { wampBytes } from '../wamp/bytes.js';
import type { InvocationOutcome } from '../wamp/invocations.js';
import type { Payload } from '../wamp/payload.js';
import type { ReplyBody } from './pipeline/decode-body.js';
import type { Reply, ReplyHeaders } from './pipeline/reply.js';

/**
 * Puts a reply into WAMP's words.
 *
 * A JSON body goes into the payload as the bytes that it came as: a JSON frame takes them over unparsed.
 *
 * @param asArgs `result = args`: the result is one positional dictionary. Errors carry kwargs in both cases.
 */
export function replyToWamp(reply: Reply, asArgs: boolean): InvocationOutcome {
  switch (reply.kind) {
    case 'result':
      return { kind: 'result', payload: answerPayload(reply.status, reply.body, reply.headers, asArgs) };
    case 'error':
      return {
        kind: 'error',
        uri: reply.uri,
        payload: answerPayload(reply.status, reply.body, reply.headers, false),
      };
    case 'failure':
      return { kind: 'error', uri: reply.uri, payload: { kwargs: reply.kwargs } };
  }
}

function answerPayload(
  status: number,
  body: ReplyBody,
  headers: ReplyHeaders | undefined,
  asArgs: boolean,
): Payload {
  if (body.kind === 'json') {
    const rest = headers === undefined ? '' : `,"headers":${JSON.stringify(headers)}`;
    const before = `{"status":${status},"body":`;
    return asArgs
      ? { args: jsonText(`[${before}`, body.json, `${rest}}]`) }
      : { kwargs: jsonText(before, body.json, `${rest}}`) };
  }
  const value = body.kind === 'text' ? body.text : wampBytes(body.bytes);
  const dict = headers === undefined ? { status, body: value } : { status, body: value, headers };
  return asArgs ? { args: [dict] } : { kwargs: dict };
}

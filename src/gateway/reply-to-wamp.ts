import { jsonText, type PackedJson } from '../json-text/json-text.js';
import { wampBytes } from '../wamp/binary-value.js';
import type { InvocationOutcome } from '../wamp/client/invocations.js';
import type { Payload } from '../wamp/payload.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { Reply } from './pipeline/reply.js';

/**
 * Turns a reply into the outcome of a WAMP invocation.
 *
 * A JSON body goes into the payload as its original bytes. A JSON frame contains them unparsed.
 *
 * @param asArgs true for `result = args`: the result is one positional dictionary. Errors have
 *   kwargs in both cases.
 * @param serializer the caller's, if large responses are packed in its format in advance
 */
export function replyToWamp(reply: Reply, asArgs: boolean, serializer?: Serializer): InvocationOutcome {
  switch (reply.kind) {
    case 'result':
      return { kind: 'result', payload: payloadOf(reply, asArgs, serializer) };
    case 'error':
      return {
        kind: 'error',
        uri: reply.uri,
        payload: payloadOf(reply, false, serializer),
      };
    case 'failure':
      return { kind: 'error', uri: reply.uri, payload: { kwargs: reply.kwargs } };
  }
}

function payloadOf(
  { status, body, headers }: Exclude<Reply, { kind: 'failure' }>,
  asArgs: boolean,
  serializer: Serializer | undefined,
): Payload {
  if (body.kind === 'json') {
    const rest = headers === undefined ? '' : `,"headers":${JSON.stringify(headers)}`;
    const before = `{"status":${status},"body":`;
    const around = body.packed && packAround(`{"status":${status}${rest},"body":null}`, asArgs, serializer);
    const packed = body.packed &&
      around && { format: around.format, bytes: Buffer.concat([around.bytes, body.packed]) };
    return asArgs
      ? { args: jsonText(`[${before}`, body.json, `${rest}}]`, undefined, false, packed) }
      : { kwargs: jsonText(before, body.json, `${rest}}`, undefined, false, packed) };
  }
  const value = body.kind === 'text' ? body.text : wampBytes(body.bytes);
  const dict = headers === undefined ? { status, body: value } : { status, body: value, headers };
  return asArgs ? { args: [dict] } : { kwargs: dict };
}

/**
 * Packs what comes before the body in a binary format. Nothing comes after the body, because lists
 * and dictionaries have no end mark in these formats.
 */
function packAround(
  dict: string,
  asArgs: boolean,
  serializer: Serializer | undefined,
): PackedJson | undefined {
  const packing = serializer?.packing;
  if (packing === undefined) return undefined;
  const bytes = packing.pack(jsonText(asArgs ? `[${dict}]` : dict));
  // The last byte is the null that stands for the body.
  return { format: (serializer as Serializer).name, bytes: bytes.subarray(0, -1) };
}

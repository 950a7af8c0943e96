import { jsonText, type PackedJson, packedJsonText } from '../json-text/json-text.js';
import { wampBytes } from '../wamp/binary-value.js';
import type { InvocationOutcome } from '../wamp/client/invocations.js';
import type { Payload } from '../wamp/payload.js';
import type { JsonPacking, Serializer } from '../wamp/serializers/serializer.js';
import type { ReplyBody } from './pipeline/reply/decode-body.js';
import type { Reply, ReplyHeaders } from './pipeline/reply/reply.js';

/**
 * Turns a reply into the outcome of a WAMP invocation.
 *
 * A JSON body goes into the payload as its original bytes. A JSON frame contains them unparsed.
 *
 * @param asArgs true for `result = args`. Then the result is one positional dictionary. Errors have
 * kwargs in both cases.
 * @param serializer the caller's serializer, if large responses are packed in its format in advance
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
  reply: Exclude<Reply, { kind: 'failure' }>,
  asArgs: boolean,
  serializer: Serializer | undefined,
): Payload {
  const { status, body, headers } = reply;
  const extra = reply.kind === 'result' ? reply.extra : undefined;
  if (body.kind === 'json' || body.kind === 'utf8') {
    const rest = headers === undefined && extra === undefined ? '' : restText(headers, extra);
    const before = `${asArgs ? '[' : ''}{"status":${status},"body":`;
    const after = asArgs ? `${rest}}]` : `${rest}}`;
    const parts = packedParts(body, serializer?.packing);
    const packed = parts && packAround(`{"status":${status}${rest},"body":null}`, parts, asArgs, serializer);
    const json =
      body.kind === 'json'
        ? jsonText(before, body.json, after, undefined, false, packed)
        : packedJsonText(before, () => Buffer.from(JSON.stringify(body.utf8.toString())), after, packed);
    return asArgs ? { args: json } : { kwargs: json };
  }
  const value = body.kind === 'text' ? body.text : wampBytes(body.bytes);
  const plain = headers === undefined ? { status, body: value } : { status, body: value, headers };
  const dict = extra === undefined ? plain : { ...plain, ...extra };
  return asArgs ? { args: [dict] } : { kwargs: dict };
}

/** The JSON text of the other kwargs, with a comma before each. */
function restText(headers: ReplyHeaders | undefined, extra: object | undefined): string {
  const rest = JSON.stringify({ ...(headers && { headers }), ...extra }).slice(1, -1);
  return rest === '' ? '' : `,${rest}`;
}

/** A long body in the caller's format. */
function packedParts(
  body: ReplyBody & { readonly kind: 'json' | 'utf8' },
  packing: JsonPacking | undefined,
): readonly Uint8Array[] | undefined {
  if (packing === undefined) return undefined;
  if (body.kind === 'utf8') return [packing.textHead(body.utf8.length), body.utf8];
  return body.packed && [body.packed];
}

/**
 * Packs a reply around its packed body. The body comes last. This works because lists and
 * dictionaries have no end mark in binary formats.
 *
 * @param dict the reply with a null for its body
 */
function packAround(
  dict: string,
  body: readonly Uint8Array[],
  asArgs: boolean,
  serializer: Serializer | undefined,
): PackedJson | undefined {
  const packing = serializer?.packing;
  if (packing === undefined) return undefined;
  const around = packing.pack(jsonText(asArgs ? `[${dict}]` : dict));
  // The last byte of `around` is the null.
  return { format: (serializer as Serializer).name, bytes: Buffer.concat([around.subarray(0, -1), ...body]) };
}

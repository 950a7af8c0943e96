import { isUtf8 } from 'node:buffer';
import { checkJson } from '../../../json-text/check-json.js';
import { checkJsonInSteps } from '../../../json-text/check-json-in-steps.js';
import { type DecodedBody, MAX_NESTING, TOO_DEEP } from '../reply/decode-body.js';
import { type PackJson, packedBody } from '../reply/decode-large.js';
import type { StreamPart } from './part-reader.js';

/**
 * The body of a part: its data as JSON if they parse, otherwise as text. Invalid bytes become
 * U+FFFD, as the standard says.
 *
 * @param asText true if the data are always text (`response.decode = text`)
 */
export function partBody(part: StreamPart, asText: boolean): DecodedBody {
  const data = isUtf8(part.data) ? part.data : Buffer.from(part.data.toString());
  const verdict = asText ? 'invalid' : checkJson(data, MAX_NESTING);
  return verdict === 'too_deep' ? TOO_DEEP : bodyOf(part, data, verdict === 'valid');
}

/** Like {@link partBody}, but in steps. Also packs the body in the caller's format. */
export function* largePartBody(
  part: StreamPart,
  asText: boolean,
  pack: PackJson | undefined,
): Generator<void, DecodedBody> {
  const data = isUtf8(part.data) ? part.data : Buffer.from(part.data.toString());
  const verdict = asText ? 'invalid' : yield* checkJsonInSteps(data, MAX_NESTING);
  if (verdict === 'too_deep') return TOO_DEEP;
  const body = bodyOf(part, data, verdict === 'valid');
  return body.kind === 'json' ? yield* packedBody(Buffer.from(body.json), pack) : body;
}

function bodyOf({ around }: StreamPart, data: Buffer, isJson: boolean): DecodedBody {
  if (around === undefined)
    return isJson ? { kind: 'json', json: data } : { kind: 'text', text: data.toString() };
  const { before, after } = around;
  const value = isJson ? data : Buffer.from(JSON.stringify(data.toString()));
  return { kind: 'json', json: Buffer.concat([Buffer.from(before), value, Buffer.from(after)]) };
}

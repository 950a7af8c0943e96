import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { checkJsonInSteps } from '../../../json-text/check-json-in-steps.js';
import { skipSpace } from '../../../json-text/scan-json.js';
import type { HttpResponse } from '../../../upstream/http-message.js';
import { responseHeader } from '../../../upstream/response-headers.js';
import type { BodySelector, SelectedBody } from './answer-rule.js';
import {
  type DecodedBody,
  type DecodeRule,
  MAX_NESTING,
  type RefusedBody,
  TOO_DEEP,
  withoutMark,
} from './decode-body.js';
import { charsetOf, decoderFor, isLatin1Named, isUtf8Named } from './decode-text.js';
import { readMediaType } from './media-type.js';

/** Packs JSON in the caller's format, in steps. Returns a string if that is not possible. */
export type PackJson = (json: Uint8Array) => Generator<void, Uint8Array | 'unencodable' | 'too_many_values'>;

/** How a large body is read. */
export interface LargeBodyRule {
  readonly decode: DecodeRule;
  /**
   * The maximum UTF-8 bytes of a text that arrives in another charset. As JSON, a text may take
   * twice as many. Only text with many control characters takes more.
   */
  readonly maxBytes: number;
  /** Undefined if the caller uses JSON. Then text becomes JSON too. */
  readonly pack: PackJson | undefined;
  /** What callers get of the body. Default: all of it */
  readonly select?: BodySelector | undefined;
}

/** How many bytes are decoded or quoted in one step. */
const STEP = 32 * 1024;
const [OPEN_LIST, OPEN_OBJECT] = [0x5b, 0x7b];

/**
 * Like `decodeBody`, but in steps. The event loop can run between the steps. Also packs the body in
 * the caller's format.
 */
export function* decodeLargeBody(response: HttpResponse, rule: LargeBodyRule): Generator<void, SelectedBody> {
  const { body } = response;
  const { select } = rule;
  const { reading, charset } = readMediaType(
    responseHeader(response.headers, 'content-type')?.toString('latin1'),
  );
  const wanted = rule.decode === 'auto' ? reading : rule.decode;
  if (wanted === 'bytes') return select?.other ?? { kind: 'bytes', bytes: body };
  // As in `decodeBody`: JSON is UTF-8, even if the response declares Latin-1.
  const named = wanted === 'json' && isLatin1Named(charset) ? '' : charset;
  const utf8 = yield* inUtf8(body, isUtf8(body) ? named : charset, rule.maxBytes);
  if (utf8 === undefined) {
    return tooLong('UTF-8', rule.maxBytes);
  }
  const first = utf8[skipSpace(utf8, 0)];
  const isAlike = rule.decode === 'auto' && (first === OPEN_LIST || first === OPEN_OBJECT);
  const verdict = wanted === 'json' || isAlike ? yield* checkJsonInSteps(utf8, MAX_NESTING) : 'invalid';
  if (verdict === 'too_deep') return TOO_DEEP;
  if (verdict === 'valid') return yield* selected(utf8, rule);
  if (select?.other !== undefined) return select.other;
  if (rule.pack !== undefined) return { kind: 'utf8', utf8 };
  const json = yield* quote(utf8, 2 * rule.maxBytes);
  return json === undefined ? tooLong('JSON', 2 * rule.maxBytes) : { kind: 'json', json, packed: undefined };
}

function* selected(json: Buffer, { pack, select }: LargeBodyRule): Generator<void, SelectedBody> {
  if (select === undefined) return yield* packedBody(json, pack);
  const part = yield* select.json(json);
  switch (part.kind) {
    case 'json':
      return yield* packedBody(part.json, pack);
    case 'api_error': {
      const body = yield* packedBody(json, pack);
      return body.kind === 'refused' ? body : { kind: 'api_error', body };
    }
    case 'refused':
      return part;
  }
}

function tooLong(notation: string, max: number): RefusedBody {
  return {
    kind: 'refused',
    reason: `the text of the response takes more than ${max} bytes in ${notation}`,
    message: `The text of the response is too long in ${notation} for pool.max_response_size`,
  };
}

/** Converts a body to UTF-8. Returns undefined if the result is longer than `max` bytes. */
function* inUtf8(body: Buffer, charset: string, max: number): Generator<void, Buffer | undefined> {
  const named = charsetOf(body, charset);
  const isNamedUtf8 = isUtf8Named(named);
  if (isNamedUtf8 && isUtf8(body)) return withoutMark(body);
  const decoder = isNamedUtf8 ? new TextDecoder() : decoderFor(named);
  const pieces: Buffer[] = [];
  let size = 0;
  for (let at = 0; at < body.length && size <= max; at += STEP) {
    yield;
    const piece = Buffer.from(decoder.decode(body.subarray(at, at + STEP), { stream: true }));
    pieces.push(piece);
    size += piece.length;
  }
  pieces.push(Buffer.from(decoder.decode()));
  const utf8 = Buffer.concat(pieces);
  return utf8.length > max ? undefined : utf8;
}

/** The body of valid JSON, packed in the caller's format. */
export function* packedBody(json: Buffer, pack: PackJson | undefined): Generator<void, DecodedBody> {
  if (pack === undefined) return { kind: 'json', json, packed: undefined };
  const bytes = yield* pack(json);
  if (typeof bytes !== 'string') return { kind: 'json', json, packed: bytes };
  return { kind: 'refused', ...UNPACKABLE[bytes] };
}

const UNPACKABLE = {
  unencodable: {
    reason:
      'the response cannot be written in the format of the caller: a lone surrogate, or an integer beyond 64 bit',
    message:
      'The response cannot be written in MessagePack or CBOR: a lone surrogate, or an integer beyond 64 bit',
  },
  too_many_values: {
    reason:
      'the response has more values than wamp.max_values, and its JSON must be parsed before it can be written',
    message:
      'The response has too many values to be written in MessagePack or CBOR: it has duplicate keys, very many keys, or text that stands for bytes',
  },
} as const;

/** Writes a text as JSON. Returns undefined if that takes more than `max` bytes. */
function* quote(utf8: Buffer, max: number): Generator<void, Buffer | undefined> {
  const pieces = [Buffer.from('"')];
  let size = 0;
  for (let at = 0; at < utf8.length && size <= max; ) {
    yield;
    let end = Math.min(at + STEP, utf8.length);
    // Avoids splitting a character. The bytes after its first one begin with the bits 10 (RFC 3629
    // §3).
    while (end < utf8.length && ((utf8[end] as number) & 0xc0) === 0x80) end--;
    const piece = Buffer.from(JSON.stringify(utf8.toString('utf8', at, end)).slice(1, -1));
    pieces.push(piece);
    size += piece.length;
    at = end;
  }
  if (size > max) return undefined;
  yield;
  pieces.push(Buffer.from('"'));
  return Buffer.concat(pieces);
}

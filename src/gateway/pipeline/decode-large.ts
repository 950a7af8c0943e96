import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { checkJsonInSteps } from '../../json-text/check-json-in-steps.js';
import { skipSpace } from '../../json-text/scan-json.js';
import type { HttpResponse } from '../../upstream/http-message.js';
import { responseHeader } from '../../upstream/response-headers.js';
import { type DecodedBody, type DecodeRule, MAX_NESTING, TOO_DEEP, withoutMark } from './decode-body.js';
import { charsetOf, decoderFor, isLatin1Named, isUtf8Named } from './decode-text.js';
import { readMediaType } from './media-type.js';

/** Writes JSON in the caller's format, in steps; the other outcome says why it cannot. */
export type PackJson = (json: Uint8Array) => Generator<void, Uint8Array | 'unencodable' | 'too_many_values'>;

/** What a large body is read for. */
export interface LargeBodyRule {
  readonly decode: DecodeRule;
  /** Bytes that text in another charset than UTF-8 may take in UTF-8. */
  readonly maxBytes: number;
  /** Undefined where the caller takes JSON: text is written as JSON then. */
  readonly pack: PackJson | undefined;
}

/** Bytes that are decoded, and characters that are quoted, in one step. */
const STEP = 32 * 1024;
const [OPEN_LIST, OPEN_OBJECT] = [0x5b, 0x7b];

/** As `decodeBody`, in steps for the event loop to go on in between; and what callers get of it is written as well. */
export function* decodeLargeBody(answer: HttpResponse, rule: LargeBodyRule): Generator<void, DecodedBody> {
  const { body } = answer;
  const { reading, charset } = readMediaType(
    responseHeader(answer.headers, 'content-type')?.toString('latin1'),
  );
  const wanted = rule.decode === 'auto' ? reading : rule.decode;
  if (wanted === 'bytes') return { kind: 'bytes', bytes: body };
  // As in `decodeBody`: JSON is UTF-8, also where Latin-1 is named.
  const named = wanted === 'json' && isLatin1Named(charset) ? '' : charset;
  const utf8 = yield* inUtf8(body, isUtf8(body) ? named : charset, rule.maxBytes);
  if (utf8 === undefined) {
    return { kind: 'refused', reason: `the answer's text takes more than ${rule.maxBytes} bytes in UTF-8` };
  }
  const first = utf8[skipSpace(utf8, 0)];
  const isAlike = rule.decode === 'auto' && (first === OPEN_LIST || first === OPEN_OBJECT);
  const verdict = wanted === 'json' || isAlike ? yield* checkJsonInSteps(utf8, MAX_NESTING) : 'invalid';
  if (verdict === 'too_deep') return TOO_DEEP;
  if (verdict === 'valid') return yield* packed(utf8, rule.pack);
  yield;
  const text = utf8.toString('utf8');
  return rule.pack === undefined
    ? { kind: 'json', json: yield* quote(text), packed: undefined }
    : { kind: 'text', text };
}

/** Undefined where it takes more than `most` bytes. */
function* inUtf8(body: Buffer, charset: string, most: number): Generator<void, Buffer | undefined> {
  const named = charsetOf(body, charset);
  const isNamedUtf8 = isUtf8Named(named);
  if (isNamedUtf8 && isUtf8(body)) return withoutMark(body);
  const decoder = isNamedUtf8 ? new TextDecoder() : decoderFor(named);
  const pieces: Buffer[] = [];
  let size = 0;
  for (let at = 0; at < body.length && size <= most; at += STEP) {
    yield;
    const piece = Buffer.from(decoder.decode(body.subarray(at, at + STEP), { stream: true }));
    pieces.push(piece);
    size += piece.length;
  }
  pieces.push(Buffer.from(decoder.decode()));
  const utf8 = Buffer.concat(pieces);
  return utf8.length > most ? undefined : utf8;
}

function* packed(json: Buffer, pack: PackJson | undefined): Generator<void, DecodedBody> {
  if (pack === undefined) return { kind: 'json', json, packed: undefined };
  const bytes = yield* pack(json);
  if (typeof bytes !== 'string') return { kind: 'json', json, packed: bytes };
  return { kind: 'refused', ...UNWRITABLE[bytes] };
}

const UNWRITABLE = {
  unencodable: {
    reason: 'the answer cannot be written for its caller: half a surrogate pair, or an integer beyond 64 bit',
    message:
      'The answer cannot be written in MessagePack or CBOR: half a surrogate pair, or an integer beyond 64 bit',
  },
  too_many_values: {
    reason:
      'the answer has more values than wamp.max_values, and its JSON has to be read before it can be written',
    message:
      'The answer has too many values to be written in MessagePack or CBOR, as keys in it stand twice or are very many, or text in it stands for bytes',
  },
} as const;

/** Text as JSON. */
function* quote(text: string): Generator<void, Buffer> {
  const pieces = [Buffer.from('"')];
  for (let at = 0; at < text.length; ) {
    yield;
    let end = at + STEP;
    // Not between the halves of a surrogate pair.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    pieces.push(Buffer.from(JSON.stringify(text.slice(at, end)).slice(1, -1)));
    at = end;
  }
  pieces.push(Buffer.from('"'));
  return Buffer.concat(pieces);
}

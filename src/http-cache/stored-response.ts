import type { HttpResponse } from '../upstream/http-message.js';
import { allHeaders, isAlike, type ResponseHeaders } from '../upstream/response-headers.js';

/** Fields that concern one connection or one exchange. They are not stored (RFC 9111 §3.1). */
const NOT_STORED = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Fields that describe the stored body. A 304 does not replace them (RFC 9111 §3.2). */
const OF_BODY = ['content-encoding', 'content-length', 'content-range', 'content-type', 'etag'];

/** The approximate bytes of a buffer object in addition to its content. */
const BUFFER_BYTES = 112;

/**
 * Copies a response into memory of its own. Its buffers are parts of larger ones, which would stay in
 * memory with it.
 */
export function copyResponse({ status, headers, body }: HttpResponse): HttpResponse {
  const named = allHeaders(headers, 'connection')
    .join()
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const dropped = [...NOT_STORED, ...named];
  const kept = fieldsOf(headers).filter(([name]) => !dropped.some((each) => isAlike(name, each)));
  return { status, headers: copyOctets(kept.flat()), body: ownCopy(body) };
}

/** Adds the fields of a 304 to a stored response, and replaces those of the same name. */
export function refreshed(stored: HttpResponse, headers: ResponseHeaders): HttpResponse {
  const fresh = fieldsOf(copyResponse({ status: 304, headers, body: NO_BODY }).headers).filter(
    ([name]) => !OF_BODY.some((each) => isAlike(name, each)),
  );
  const replaced = new Set(fresh.map(([name]) => name.toString('latin1').toLowerCase()));
  // The age and the date of the stored response are those of an older response.
  const kept = fieldsOf(stored.headers).filter(([octets]) => {
    const name = octets.toString('latin1').toLowerCase();
    return !replaced.has(name) && name !== 'age' && name !== 'date';
  });
  return { ...stored, headers: copyOctets([...kept, ...fresh].flat()) };
}

/** The response with its present age (RFC 9111 §4). */
export function withAge(response: HttpResponse, ageMs: number): HttpResponse {
  const kept = fieldsOf(response.headers).filter(([name]) => !isAlike(name, 'age'));
  const seconds = Math.max(0, Math.floor(ageMs / 1_000));
  return { ...response, headers: [...kept.flat(), AGE, Buffer.from(String(seconds))] };
}

/** The bytes that a response takes in memory. */
export function sizeOf({ headers, body }: HttpResponse): number {
  let size = body.length + BUFFER_BYTES;
  for (const octets of headers) size += octets.length + BUFFER_BYTES;
  return size;
}

const AGE = Buffer.from('age');
const NO_BODY = Buffer.alloc(0);

function fieldsOf(headers: ResponseHeaders): [name: Buffer, value: Buffer][] {
  const fields: [Buffer, Buffer][] = [];
  for (let index = 0; index < headers.length; index += 2) {
    fields.push([headers[index] as Buffer, headers[index + 1] as Buffer]);
  }
  return fields;
}

function ownCopy(octets: Buffer): Buffer {
  if (octets.length === octets.buffer.byteLength) return octets;
  const copy = Buffer.allocUnsafeSlow(octets.length);
  octets.copy(copy);
  return copy;
}

/** Copies many short buffers into one, of which they are parts. */
function copyOctets(all: readonly Buffer[]): ResponseHeaders {
  const whole = ownCopy(Buffer.concat(all));
  let at = 0;
  return all.map(({ length }) => {
    at += length;
    return whole.subarray(at - length, at);
  });
}

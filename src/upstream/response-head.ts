import { HEADERS_TOO_LONG } from './exchange-failure.js';
import type { HttpRequest } from './http-message.js';
import { beginsAlike, isAlike, type ResponseHeaders, responseHeader } from './response-headers.js';

// What the head of a response tells, and whether its body is read at all.

/**
 * False for responses without a body (RFC 9110 §6.4.1). Their header fields may describe the body
 * that another response would have.
 */
export function hasBody(request: HttpRequest, status: number): boolean {
  return request.method !== 'HEAD' && status !== 204 && status !== 304;
}

/**
 * Whether a 204 or 304 announces a body. If there is none, undici reports it as missing. If there
 * is one, undici takes it for the next response.
 */
export function announcesBody(headers: ResponseHeaders): boolean {
  const length = responseHeader(headers, 'content-length');
  if (length !== undefined && numberIn(length) > 0) return true;
  return responseHeader(headers, 'transfer-encoding') !== undefined;
}

/** Why to refuse a header section of `most` bytes or more; undefined to accept it. */
export function refuseLength(headers: ResponseHeaders, most: number): string | undefined {
  let size = 0;
  for (const octets of headers) size += octets.length;
  return size >= most ? HEADERS_TOO_LONG : undefined;
}

/** Why to refuse a response without reading its body; undefined to read it. */
export function refuseHead(headers: ResponseHeaders, maxBytes: number): string | undefined {
  const type = responseHeader(headers, 'content-type');
  if (type !== undefined && beginsAlike(type, 'text/event-stream')) {
    return 'the upstream answered with an event stream, which never ends';
  }
  const length = responseHeader(headers, 'content-length');
  // The parser refuses a response with both fields.
  if (length === undefined) return refuseCoding(headers);
  return numberIn(length) > maxBytes ? tooLarge(maxBytes) : undefined;
}

/** `identity` is no coding, and was one in RFC 2616 §3.6. */
const KNOWN_CODINGS = ['chunked', 'identity', ''];

/** The body of a transfer coding that we do not undo is not the content (RFC 9112 §6.1). */
function refuseCoding(headers: ResponseHeaders): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const isField = isAlike(headers[index] as Buffer, 'transfer-encoding');
    if (isField && !KNOWN_CODINGS.some((coding) => isAlike(headers[index + 1] as Buffer, coding))) {
      return 'a transfer coding that we did not ask for';
    }
  }
  return undefined;
}

/** undici has already refused values that are not a number. */
function numberIn(digits: Buffer): number {
  let number = 0;
  for (const digit of digits) number = number * 10 + (digit - 0x30);
  return number;
}

/** The reason for the log. */
export function tooLarge(maxBytes: number): string {
  return `the response is larger than allowed (${maxBytes} bytes)`;
}

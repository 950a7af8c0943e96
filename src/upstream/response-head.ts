import { HEADERS_TOO_LONG } from './exchange-failure.js';
import type { HttpRequest } from './http-message.js';
import { beginsAlike, isAlike, type ResponseHeaders, responseHeader } from './response-headers.js';

// Checks of the head of a response. They decide whether its body is read.

/**
 * False for responses without a body (RFC 9110 §6.4.1). Their header fields may describe the body
 * that another response would have.
 */
export function hasBody(request: HttpRequest, status: number): boolean {
  return request.method !== 'HEAD' && status !== 204 && status !== 304;
}

/**
 * Whether a 204 or 304 announces a body. If it sends no body, undici reports the body as missing.
 * If it sends one, undici takes it for the next response.
 */
export function announcesBody(headers: ResponseHeaders): boolean {
  const length = responseHeader(headers, 'content-length');
  if (length !== undefined && numberIn(length) > 0) return true;
  return responseHeader(headers, 'transfer-encoding') !== undefined;
}

/** The settings that bound a response. */
interface ResponseLimits {
  readonly maxBytes: number;
  readonly maxHeaderBytes: number;
}

/**
 * Returns the reason to refuse a response without reading its body, or undefined to read the body.
 *
 * @param isStream true if the body is passed on while it arrives. Then its length has no limit.
 */
export function refuseResponse(
  request: HttpRequest,
  status: number,
  headers: ResponseHeaders,
  limits: ResponseLimits,
  isStream: boolean,
): string | undefined {
  const reason = refuseLength(headers, limits.maxHeaderBytes);
  if (reason !== undefined || !hasBody(request, status)) return reason;
  return isStream ? refuseCoding(headers) : refuseHead(headers, limits.maxBytes);
}

/**
 * Returns the reason to refuse a header section of `max` bytes or more, or undefined to accept it.
 */
function refuseLength(headers: ResponseHeaders, max: number): string | undefined {
  let size = 0;
  for (const octets of headers) size += octets.length;
  return size >= max ? HEADERS_TOO_LONG : undefined;
}

/** Returns the reason not to read a whole body, or undefined to read it. */
function refuseHead(headers: ResponseHeaders, maxBytes: number): string | undefined {
  const type = responseHeader(headers, 'content-type');
  if (type !== undefined && beginsAlike(type, 'text/event-stream')) {
    return 'the upstream answered with an event stream, which never ends';
  }
  const length = responseHeader(headers, 'content-length');
  // The parser refuses a response with both Content-Length and Transfer-Encoding.
  if (length === undefined) return refuseCoding(headers);
  return numberIn(length) > maxBytes ? tooLarge(maxBytes) : undefined;
}

/** `identity` means no coding. It was defined in RFC 2616 §3.6. */
const KNOWN_CODINGS = ['chunked', 'identity', ''];

/**
 * Refuses transfer codings that the gateway does not decode, because the body is then not the
 * content (RFC 9112 §6.1).
 */
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

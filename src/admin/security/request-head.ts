import type { IncomingMessage } from 'node:http';
import { type Refusal, refusal } from './refusal.js';

/** The parts of a request on which its security depends. */
export interface RequestHead {
  readonly kind: 'head';
  readonly method: string;
  /**
   * Without the query. It has no empty segment and no `.` or `..`. Only the name of a realm has
   * percent-encoding.
   */
  readonly path: string;
  /** Only HTTP/1.0 allows requests without it. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly hasBody: boolean;
  readonly isTls: boolean;
}

/** Header fields that a request may have once. Two parsers may choose different ones of several. */
const SINGLE = [
  'host',
  'origin',
  'authorization',
  'content-type',
  'content-length',
  'transfer-encoding',
] as const;

export const NO_HOST = refusal(400, 'bad_request', 'The request has no Host field.');

/** Reads the head of a request. Refuses a head that two programs could understand differently. */
export function readRequestHead(request: IncomingMessage): RequestHead | Refusal {
  const fields = request.headersDistinct;
  for (const name of SINGLE) {
    if ((fields[name]?.length ?? 0) > 1) {
      return refusal(400, 'bad_request', `The request has more than one ${name} field.`);
    }
  }
  const one = (name: (typeof SINGLE)[number]): string | undefined => fields[name]?.[0];
  const length = one('content-length');
  const coding = one('transfer-encoding');
  // RFC 9112 section 6.3: such a request may be an attempt to smuggle a second one.
  if (length !== undefined && coding !== undefined) {
    return refusal(400, 'bad_request', 'The request has both content-length and transfer-encoding.');
  }
  // The end of such a body is not known (RFC 9112 section 6.3).
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return refusal(400, 'bad_request', 'The only transfer-encoding is chunked.');
  }
  const host = one('host');
  // RFC 9112 section 3.2: only HTTP/1.0 allows requests without it.
  if (host === undefined && request.httpVersion !== '1.0') return NO_HOST;
  const path = plainPath(request.url ?? '');
  if (path === undefined) {
    return refusal(
      400,
      'bad_request',
      'The path must begin with one / and be in its plain form: no empty segments, no dot segments, and percent-encoding only in the name of a realm, as encodeURIComponent does it.',
    );
  }
  return {
    kind: 'head',
    method: request.method ?? '',
    path,
    host,
    origin: one('origin'),
    authorization: one('authorization'),
    contentType: one('content-type'),
    hasBody: coding !== undefined || (length !== undefined && Number(length) !== 0),
    isTls: (request.socket as { readonly encrypted?: boolean }).encrypted === true,
  };
}

/** Unreserved characters of RFC 3986 section 2.3. */
const PLAIN = /^[A-Za-z0-9._~-]+$/;

/**
 * The path of a request target, if it is in its normal form (RFC 3986 section 6). No path of this
 * listener needs another form, and only the names of realms need percent-encoding. So a path in
 * another form is a mistake, or an attempt to pass a check that sees the path in another way. The
 * absolute form (RFC 9112 section 3.2.2) has a second host, so it is refused as well.
 */
function plainPath(target: string): string | undefined {
  const path = target.split('?', 1)[0] ?? '';
  if (path === '/') return path;
  const [before, ...segments] = path.replace(/\/$/, '').split('/');
  const isNormal = (segment: string, at: number): boolean => {
    if (segment === '.' || segment === '..') return false;
    return PLAIN.test(segment) || (at === 1 && segments[0] === 'realms' && isEncodedOnce(segment));
  };
  return before === '' && segments.length > 0 && segments.every(isNormal) ? path : undefined;
}

/** Whether a segment is what `encodeURIComponent` makes of a name. So each name has one form. */
function isEncodedOnce(segment: string): boolean {
  try {
    return segment !== '' && encodeURIComponent(decodeURIComponent(segment)) === segment;
  } catch {
    return false;
  }
}

import { failure } from '../../../upstream/exchange-failure.js';
import type { GzipBody } from '../../../upstream/gzip-body.js';
import { type HttpRequest, LARGE_BODY } from '../../../upstream/http-message.js';
import type { WaitingMemory } from '../../../upstream/waiting-memory.js';
import type { CredentialSender } from '../send-with-credential.js';
import { requestHeader } from './headers.js';

/** Compression hardly makes shorter bodies shorter. */
const MIN_BYTES = 1024;

/**
 * With one of these headers, the body has a coding already, or a digest that would be wrong after
 * coding it (RFC 9110 section 8.4, RFC 9530, RFC 3230, RFC 1864).
 */
const FIXED_CONTENT = ['content-encoding', 'content-digest', 'repr-digest', 'digest', 'content-md5'];

/** Whether `request.compress = gzip` compresses the body of a request. */
export function isCompressible({ body, headers }: HttpRequest): boolean {
  if (body === undefined || byteLength(body) <= MIN_BYTES) return false;
  return !FIXED_CONTENT.some((name) => requestHeader(headers, name) !== undefined);
}

const byteLength = (body: string | Uint8Array): number =>
  // Each character has at least one byte.
  typeof body === 'string' && body.length <= MIN_BYTES ? Buffer.byteLength(body) : body.length;

/** The request with the header that says how its body is coded (RFC 9110 section 8.4). */
export function withGzipHeader(request: HttpRequest): HttpRequest {
  return { ...request, headers: [...request.headers, 'Content-Encoding', 'gzip'] };
}

export interface CompressingParts {
  readonly gzip: GzipBody;
  /** Default: no limit. */
  readonly waiting?: Pick<WaitingMemory, 'enter' | 'leave'> | undefined;
}

/**
 * Compresses the bodies of requests before they get their credential, which may sign them. All
 * attempts of a call send the same bytes.
 */
export function compressBodies(
  send: CredentialSender,
  { gzip, waiting }: CompressingParts,
): CredentialSender {
  return async (built, control, given) => {
    const { request } = built;
    const { body } = request;
    if (body === undefined || !isCompressible(request)) return send(built, control, given);
    const isLarge = body.length >= LARGE_BODY;
    const held = isLarge ? waiting?.enter(request, control) : undefined;
    if (isLarge && waiting !== undefined && held === undefined) {
      return { kind: 'sent', request, outcome: { ...FULL, attempts: 0 } };
    }
    let compressed: Uint8Array | undefined;
    try {
      compressed = await gzip(body, control);
    } finally {
      if (held !== undefined) waiting?.leave(held);
    }
    if (compressed === undefined) {
      return { kind: 'sent', request, outcome: { kind: 'canceled', attempts: 0 } };
    }
    return send({ ...built, request: { ...withGzipHeader(request), body: compressed } }, control);
  };
}

const FULL = failure('overload', false, 'the waiting calls hold too many bytes (pool.max_waiting_bytes)');

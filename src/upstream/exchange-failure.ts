import type { CallErrorCode } from '../errors.js';
import { ProxyFailure } from './proxy/proxy-failure.js';

/** Why an exchange got no usable response. */
export interface ExchangeFailure {
  readonly kind: 'failure';
  readonly code: Extract<
    CallErrorCode,
    'connect' | 'tls' | 'bad_answer' | 'timeout' | 'overload' | 'rate_limited'
  >;
  /**
   * True if the first byte was written to a socket. Then the request may have reached the upstream.
   */
  readonly sent: boolean;
  /** True if another attempt cannot help, for example if a certificate does not verify. */
  readonly permanent: boolean;
  /** The cause, for the log. Contains no URL, header or body. */
  readonly detail: string;
  /** Milliseconds to wait before the next call, if known. */
  readonly retryAfterMs?: number;
}

/**
 * OpenSSL's codes for certificates that do not verify (Node.js, tls: X.509 certificate error
 * codes).
 */
const CERTIFICATE_ERROR =
  /^(CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;
const TLS_ERROR = /^(EPROTO$|ERR_SSL_|ERR_TLS_|ERR_OSSL_)/;
/**
 * The codes of llhttp and of interim-responses.ts, the code for a body with another length than
 * announced, and the code for a status that undici's assertions refuse.
 */
const MALFORMED_HTTP =
  /^(HPE_|TOO_MANY_INTERIM|MALFORMED_INTERIM|ENDLESS_RESPONSE|UNKNOWN_HTTP_VERSION|UND_ERR_RES_CONTENT_LENGTH_MISMATCH$|UND_ERR_RES_EXCEEDED|ERR_ASSERTION$)/;
export const HEADERS_TOO_LONG = 'the header section is longer than pool.max_response_header_size';
/**
 * Messages of errors without a code: an unexpected protocol upgrade, and a response without a
 * request.
 */
const MALFORMED_MESSAGE = /^bad (upgrade|response)$/;
/**
 * The connection ended before the last chunk. Bytes are missing, but no byte is malformed. Some
 * versions of undici give this error no code.
 */
const ENDED_EARLY = 'HPE_INVALID_EOF_STATE';
const ENDED_EARLY_MESSAGE = '(Invalid EOF state)';

/**
 * Maps an error of undici or of a socket to an error code of the gateway.
 *
 * @param sent whether the first byte of the request was written before the error
 */
export function classifyFailure(error: unknown, sent: boolean): ExchangeFailure {
  if (error instanceof ProxyFailure) return failure('connect', sent, error.message, error.permanent);
  const { name, code, message, syscall } = describe(error);
  if (CERTIFICATE_ERROR.test(code)) return failure('tls', sent, code, true);
  if (TLS_ERROR.test(code)) return failure('tls', sent, code);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return failure('bad_answer', sent, HEADERS_TOO_LONG);
  }
  if (isMalformed(name, code, message)) return failure('bad_answer', sent, `malformed HTTP ${code}`.trim());
  // Does not use the message. In a system error it contains the host, which may be a secret from
  // auth.vars.
  return failure('connect', sent, `${syscall} ${code}`.trim() || 'connection lost');
}

export function failure(
  code: ExchangeFailure['code'],
  sent: boolean,
  detail: string,
  permanent = false,
): ExchangeFailure {
  return { kind: 'failure', code, sent, permanent, detail };
}

/** For malformed HTTP, undici's error has a special code, name or message. */
function isMalformed(name: string, code: string, message: string): boolean {
  if (code === ENDED_EARLY || message.endsWith(ENDED_EARLY_MESSAGE)) return false;
  return MALFORMED_HTTP.test(code) || name === 'HTTPParserError' || MALFORMED_MESSAGE.test(message);
}

interface ErrorParts {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** The system call that failed: `connect`, `getaddrinfo`, `read`. */
  readonly syscall: string;
}

function describe(error: unknown): ErrorParts {
  if (!(error instanceof Error)) return { name: '', code: '', message: '', syscall: '' };
  // Node tries several addresses (RFC 8305) and reports one error for each. The first error is
  // enough.
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
  return { name: error.name, code, message: error.message, syscall };
}

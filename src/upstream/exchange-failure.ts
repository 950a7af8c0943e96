import type { CallErrorCode } from '../errors.js';

/** Why an exchange brought no answer. */
export interface ExchangeFailure {
  readonly kind: 'failure';
  readonly code: Extract<CallErrorCode, 'connect' | 'tls' | 'bad_answer' | 'timeout' | 'overload'>;
  /** True once the request may have reached the upstream: from the moment its first byte was handed to a socket. */
  readonly sent: boolean;
  /** True where trying again cannot help: a certificate that does not verify. */
  readonly permanent: boolean;
  /** For the log: the cause in the words of the runtime. Holds no URL, header or body. */
  readonly detail: string;
}

/** Names that OpenSSL gives to certificates that do not verify (Node.js, tls: X.509 certificate error codes). */
const CERTIFICATE_ERROR =
  /^(CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;
const TLS_ERROR = /^(EPROTO$|ERR_SSL_|ERR_TLS_|ERR_OSSL_)/;
/**
 * llhttp's own codes, those of interim-responses.ts, a body of another length than announced, and a status that
 * undici's assertions refuse.
 */
const MALFORMED_HTTP =
  /^(HPE_|TOO_MANY_INTERIM|MALFORMED_INTERIM|ENDLESS_RESPONSE|UNKNOWN_HTTP_VERSION|UND_ERR_RES_CONTENT_LENGTH_MISMATCH$|UND_ERR_RES_EXCEEDED|ERR_ASSERTION$)/;
export const HEADERS_TOO_LONG = 'the header section is longer than pool.max_response_header_size';
/** Without a code: a switch of protocols unasked, and a response that nobody asked for. */
const MALFORMED_MESSAGE = /^bad (upgrade|response)$/;
/** The connection ended before the last chunk: bytes are missing, and none is malformed. */
const ENDED_EARLY = 'HPE_INVALID_EOF_STATE';

/**
 * Sorts an error of undici or of a socket into the gateway's codes.
 *
 * @param sent whether the request had begun to be written when the error came.
 */
export function classifyFailure(error: unknown, sent: boolean): ExchangeFailure {
  const { name, code, message, syscall } = describe(error);
  if (CERTIFICATE_ERROR.test(code)) return failure('tls', sent, code, true);
  if (TLS_ERROR.test(code)) return failure('tls', sent, code);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return failure('bad_answer', sent, HEADERS_TOO_LONG);
  }
  if (isMalformed(name, code, message)) return failure('bad_answer', sent, `malformed HTTP ${code}`.trim());
  // No message of the runtime is passed on: those of system errors name the host, which may come from auth.vars.
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

/** What undici names in three ways: by a code, by its parser's error alone, or by a message alone. */
function isMalformed(name: string, code: string, message: string): boolean {
  if (code === ENDED_EARLY) return false;
  return MALFORMED_HTTP.test(code) || name === 'HTTPParserError' || MALFORMED_MESSAGE.test(message);
}

interface ErrorParts {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** What the system was asked to do: `connect`, `getaddrinfo`, `read`. */
  readonly syscall: string;
}

function describe(error: unknown): ErrorParts {
  if (!(error instanceof Error)) return { name: '', code: '', message: '', syscall: '' };
  // Happy Eyeballs wraps one error per address (RFC 8305); the first one tells as much as all.
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
  return { name: error.name, code, message: error.message, syscall };
}

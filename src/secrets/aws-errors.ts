import { constants } from 'node:os';
import { SecretError } from './provider.js';

/**
 * Exceptions of Secrets Manager (its API reference: GetSecretValue, Common Error Types), of STS and
 * of SSO.
 */
const SERVICE_EXCEPTIONS = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'DecryptionFailure',
  'EncryptionFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'IDPCommunicationError',
  'IDPRejectedClaim',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InternalFailure',
  'InternalServerError',
  'InternalServiceError',
  'InternalServiceErrorException',
  'InvalidAction',
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'InvalidParameterException',
  'InvalidRequestException',
  'InvalidSignatureException',
  'LimitExceededException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'OptInRequired',
  'RegionDisabledException',
  'RequestExpired',
  'ResourceNotFoundException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SignatureDoesNotMatch',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'UnauthorizedException',
  'UnknownOperationException',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
]);

/** Errors of the credential chain of the SDK. */
const CREDENTIAL_ERRORS = new Set([
  'CredentialsProviderError',
  'InstanceMetadataV1FallbackError',
  'ProviderError',
  'TokenProviderError',
]);

/** Errors of the transport of the SDK. */
const TRANSPORT_ERRORS = new Set(['AbortError', 'TimeoutError']);

/** Error codes of the system, the resolver, TLS and Node for a failed request. */
const CODES = new Set([
  ...Object.keys(constants.errno),
  ...['EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENOTFOUND', 'EPROTO'],
  ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'CERT_UNTRUSTED', 'CERT_SIGNATURE_FAILURE'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT'],
  ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_INVALID_URL', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'],
  ...['HPE_INVALID_CONSTANT', 'HPE_INVALID_HEADER_TOKEN', 'HPE_INVALID_EOF_STATE', 'HPE_HEADER_OVERFLOW'],
]);

const MAX_CAUSES = 4;

/**
 * Describes an error of the AWS SDK for the log. Uses a known name or code, otherwise "other error"
 * with the HTTP status. The SDK copies messages, names and other fields from the response. Some
 * services repeat the request in these fields, so other text may contain secrets.
 */
export function describeAwsError(error: unknown, from = 'AWS Secrets Manager'): SecretError {
  const cause =
    known(error, 'name', SERVICE_EXCEPTIONS) ??
    known(error, 'code', CODES) ??
    known(error, 'name', TRANSPORT_ERRORS);
  if (cause !== undefined) return new SecretError(`${from}: ${cause}`);
  const credentials = known(error, 'name', CREDENTIAL_ERRORS);
  if (credentials !== undefined) return new SecretError(`no AWS credentials are available (${credentials})`);
  return new SecretError(`${from}: other error${statusOf(error)}`);
}

/** Returns the property of the error, or of one of its causes, if its value is one of `words`. */
function known(error: unknown, property: 'name' | 'code', words: ReadonlySet<string>): string | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth++) {
    const word = (current as { name?: unknown; code?: unknown })[property];
    if (typeof word === 'string' && words.has(word)) return word;
    current = current.cause;
  }
  return undefined;
}

function statusOf(error: unknown): string {
  const { $metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599
    ? ` (HTTP status ${status})`
    : '';
}

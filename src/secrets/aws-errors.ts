import { constants } from 'node:os';
import { SecretError } from './provider.js';

/** Exceptions of Secrets Manager (its API reference: GetSecretValue, Common Error Types), of STS and of SSO. */
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

/** What the SDK's credential chain throws. */
const CREDENTIAL_ERRORS = new Set([
  'CredentialsProviderError',
  'InstanceMetadataV1FallbackError',
  'ProviderError',
  'TokenProviderError',
]);

/** What the SDK calls failures of its own transport. */
const TRANSPORT_ERRORS = new Set(['AbortError', 'TimeoutError']);

/** Codes of the system, of the resolver, of TLS and of Node that a request can end with. */
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
 * What an error of the AWS SDK may say in the log: a name or a code that is known here, else "other error" and the HTTP
 * status. The SDK takes messages, names and further fields of its errors from the endpoint's answer, and some services
 * echo there what they were sent.
 */
export function describeAwsError(error: unknown): SecretError {
  const cause =
    known(error, 'name', SERVICE_EXCEPTIONS) ??
    known(error, 'code', CODES) ??
    known(error, 'name', TRANSPORT_ERRORS);
  if (cause !== undefined) return new SecretError(`AWS Secrets Manager: ${cause}`);
  const credentials = known(error, 'name', CREDENTIAL_ERRORS);
  if (credentials !== undefined) return new SecretError(`no AWS credentials could be had (${credentials})`);
  return new SecretError(`AWS Secrets Manager: other error${statusOf(error)}`);
}

/** The error's own property, or that of an error beneath it, where it is one of `words`. */
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

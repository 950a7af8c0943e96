import { type Idp, startIdp } from './idp.js';
import { HANG, type ResponseHandler, type UpstreamResponse } from './recording-upstream.js';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:billing-creds-AbCdEf';
const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' };

/** A fake AWS Secrets Manager for the real SDK: GetSecretValue in AWS JSON 1.1. */
export interface SecretsManager
  extends Pick<Idp, 'requests' | 'arrived' | 'respondWith' | 'drained' | 'stop' | 'restart' | 'close'> {
  readonly url: string;
  /** The SecretId of each request. */
  readonly secretIds: readonly unknown[];
  /** Sets the secret: an object becomes JSON, text stays unchanged. */
  hold(secret: object | string): void;
  holdBinary(bytes: Uint8Array): void;
  /**
   * Fails every request from now on. `type` is sent in the body's `__type` and in the header
   * `x-amzn-errortype`.
   */
  fail(type: string, options?: { readonly status?: number; readonly message?: string }): void;
  /** Stops responding to requests. */
  hang(): void;
}

/** Starts the endpoint on a loopback port. `secret` is what {@link SecretsManager.hold} takes. */
export async function startSecretsManager(secret: object | string = {}): Promise<SecretsManager> {
  let answer = holding(secret);
  // The fake token endpoint has all that is needed: the test controls it, and it keeps its port
  // over restarts.
  const server = await startIdp((request, response) => {
    const target = request.headers['x-amz-target'];
    if (target !== 'secretsmanager.GetSecretValue') return failure('UnknownOperationException');
    return answer(request, response);
  });
  return {
    ...server,
    url: server.origin,
    get secretIds() {
      return server.requests.map(({ text }) => JSON.parse(text).SecretId);
    },
    hold(next) {
      answer = holding(next);
    },
    holdBinary(bytes) {
      answer = () => found({ SecretBinary: Buffer.from(bytes).toString('base64') });
    },
    fail(type, { status, message } = {}) {
      answer = () => failure(type, status, message);
    },
    hang() {
      answer = () => HANG;
    },
    respondWith(next) {
      answer = next;
    },
  };
}

function holding(secret: object | string): ResponseHandler {
  const SecretString = typeof secret === 'string' ? secret : JSON.stringify(secret);
  return () => found({ SecretString });
}

function found(value: object): UpstreamResponse {
  const body = {
    ARN,
    CreatedDate: 1_767_225_600.5,
    Name: 'billing-creds',
    VersionId: '01234567-89ab-cdef-0123-456789abcdef',
    VersionStages: ['AWSCURRENT'],
    ...value,
  };
  return { headers: JSON_1_1, body: JSON.stringify(body) };
}

function failure(type: string, status = 400, message = 'refused by the test'): UpstreamResponse {
  return {
    status,
    headers: { ...JSON_1_1, 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message, Message: message }),
  };
}

/** The environment of the SDK for an endpoint, instead of the machine's own. */
export function awsVariables(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'test-secret-access-key',
    // The SDK must not read the machine's files or ask its metadata service.
    AWS_CONFIG_FILE: '/nonexistent/aws-config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/aws-credentials',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/**
 * Replaces every `AWS_*` variable of this process by `variables`.
 *
 * @returns restores the former variables
 */
export function replaceAwsEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const names = () => Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  const before = Object.fromEntries(names().map((name) => [name, process.env[name]]));
  const put = (next: Readonly<Record<string, string | undefined>>) => {
    for (const name of names()) delete process.env[name];
    Object.assign(process.env, next);
  };
  put(variables);
  return () => put(before);
}

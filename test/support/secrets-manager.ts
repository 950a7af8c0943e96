import {
  type AnswerHandler,
  HANG,
  type RecordedRequest,
  type RecordingUpstream,
  startRecordingUpstream,
  type UpstreamAnswer,
} from './recording-upstream.js';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:billing-creds-AbCdEf';
const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' };

/** A stand-in for AWS Secrets Manager that the real SDK talks to: GetSecretValue in AWS JSON 1.1. */
export interface SecretsManager {
  readonly url: string;
  /** The same after each `start`. */
  readonly port: number;
  /** All requests since the beginning, those before a `stop` too. */
  readonly requests: readonly RecordedRequest[];
  /** The SecretId of each request. */
  readonly secretIds: readonly unknown[];
  /** From now on the secret is this: an object as its JSON, text as it is. */
  hold(secret: object | string): void;
  holdBinary(bytes: Uint8Array): void;
  /** From now on every request fails so. `type` stands in the body's `__type` and in the header `x-amzn-errortype`. */
  fail(type: string, options?: { readonly status?: number; readonly message?: string }): void;
  /** From now on no request is answered. */
  hang(): void;
  answerWith(handler: AnswerHandler): void;
  /** The N-th request (1-based), now or when it arrives whole. */
  arrived(number: number): Promise<RecordedRequest>;
  /** Ends every connection and stops listening, as if the endpoint were down. */
  stop(): Promise<void>;
  /** Listens again, at the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the endpoint. `secret` is what {@link SecretsManager.hold} takes. */
export async function startSecretsManager(secret: object | string = {}): Promise<SecretsManager> {
  let answer: AnswerHandler = holding(secret);
  const requests: RecordedRequest[] = [];
  let waiting: { number: number; resolve: (request: RecordedRequest) => void }[] = [];

  const handler: AnswerHandler = (request, response) => {
    requests.push(request);
    for (const waiter of waiting.filter(({ number }) => number === requests.length)) waiter.resolve(request);
    waiting = waiting.filter(({ number }) => number !== requests.length);
    const target = request.headers['x-amz-target'];
    if (target !== 'secretsmanager.GetSecretValue') return failure('UnknownOperationException');
    return answer(request, response);
  };
  const first = await startRecordingUpstream(handler);
  let server: RecordingUpstream | undefined = first;

  async function stop(): Promise<void> {
    const stopping = server;
    server = undefined;
    await stopping?.close();
  }
  return {
    url: first.url,
    port: first.port,
    requests,
    get secretIds() {
      return requests.map(({ text }) => JSON.parse(text).SecretId);
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
    answerWith(next) {
      answer = next;
    },
    arrived(number) {
      const already = requests[number - 1];
      if (already !== undefined) return Promise.resolve(already);
      return new Promise((resolve) => waiting.push({ number, resolve }));
    },
    stop,
    async start() {
      server ??= await startRecordingUpstream(handler, { port: first.port });
    },
    close: stop,
  };
}

function holding(secret: object | string): AnswerHandler {
  const SecretString = typeof secret === 'string' ? secret : JSON.stringify(secret);
  return () => found({ SecretString });
}

function found(value: object): UpstreamAnswer {
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

function failure(type: string, status = 400, message = 'refused by the test'): UpstreamAnswer {
  return {
    status,
    headers: { ...JSON_1_1, 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message, Message: message }),
  };
}

/** The SDK's environment for an endpoint, in place of whatever the machine has. */
export function awsVariables(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'test-secret-access-key',
    // Neither the machine's own files nor its metadata service take part.
    AWS_CONFIG_FILE: '/nonexistent/aws-config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/aws-credentials',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/**
 * Replaces every `AWS_*` variable of this process by `variables`.
 *
 * @returns puts back what was there.
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

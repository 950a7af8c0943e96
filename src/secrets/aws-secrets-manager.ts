import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../clock.js';
import { describeAwsError } from './aws-errors.js';
import { readBoundedBody } from './bounded-body.js';
import { textFields } from './fields.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';

/** Identifies a secret. */
export interface AwsSecret {
  /** The name or ARN of the secret. */
  readonly secretId: string;
  readonly region: string;
}

/** Time limits in milliseconds. */
export interface AwsLimits {
  /** For opening one connection to Secrets Manager, including TLS. */
  readonly connectMs: number;
  /** For one request, until its response begins. */
  readonly requestMs: number;
  /** For a whole read: credentials, retries of the SDK, and the response body. */
  readonly readMs: number;
}

const LIMITS: AwsLimits = { connectMs: 5_000, requestMs: 10_000, readMs: 30_000 };

/** Without a logger, the SDK writes to the console, and its lines may quote an endpoint. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const noResponse = (readMs: number): string => `AWS Secrets Manager: no response within ${readMs / 1000} s`;

/**
 * The maximum number of reads in progress. If a source of credentials hangs once, it may work the
 * next time. If it always hangs, it must not be started without a limit.
 */
const MAX_IN_PROGRESS = 3;

/** Only a source of credentials can hang for this long, because the signal ends everything else. */
const STILL_WAITING =
  'no AWS credentials are available: earlier attempts still wait for them, and no new attempt begins before one ends' +
  ' (does a credential_process hang?)';

/**
 * Reads a secret from AWS Secrets Manager with the official SDK. The default credential chain and
 * the environment variables of the SDK apply, such as `AWS_ENDPOINT_URL_SECRETS_MANAGER`. The first
 * read loads the SDK, so a gateway without AWS secrets never loads it.
 */
export function createAwsSecretsManager(
  secret: AwsSecret,
  clock: Clock,
  limits: AwsLimits = LIMITS,
): SecretProvider {
  const reads = new Set<AbortController>();
  /** Reads in progress, including abandoned ones, because nothing can stop a credential process. */
  const inProgress = new Set<Promise<void>>();

  /**
   * Limits the reads in progress. If a `credential_process` hangs, each read starts it once more.
   */
  async function readInTurn(signal: AbortSignal, onStart: () => void): Promise<SecretFields> {
    while (inProgress.size >= MAX_IN_PROGRESS && !signal.aborted) {
      await Promise.race([...inProgress, whenAborted(signal)]);
    }
    signal.throwIfAborted();
    onStart();
    const reading = getFields(secret, limits, signal);
    const ended = () => void inProgress.delete(settled);
    const settled: Promise<void> = reading.then(ended, ended);
    inProgress.add(settled);
    return await reading;
  }

  return {
    async read() {
      const abort = new AbortController();
      let waits = true;
      const late = () => abort.abort(new SecretError(waits ? STILL_WAITING : noResponse(limits.readMs)));
      const stopTimer = clock.after(limits.readMs, late);
      reads.add(abort);
      try {
        const onStart = () => {
          waits = false;
        };
        // The race is necessary, because the signal does not stop a credential process or a request
        // to a metadata service.
        return await Promise.race([readInTurn(abort.signal, onStart), whenAborted(abort.signal)]);
      } finally {
        stopTimer();
        reads.delete(abort);
      }
    },
    close() {
      for (const read of reads) read.abort(new SecretError('the service is closed'));
    },
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

async function getFields(secret: AwsSecret, limits: AwsLimits, signal: AbortSignal): Promise<SecretFields> {
  let response: GetSecretValueCommandOutput;
  try {
    response = await getSecretValue(secret, limits, signal);
  } catch (error) {
    throw error instanceof SecretError ? error : describeAwsError(error);
  }
  if (response.SecretString !== undefined) return textFields(response.SecretString, 'the SecretString');
  if (response.SecretBinary === undefined) throw new SecretError('the secret has no SecretString');
  return textFields(decodeUtf8(response.SecretBinary), 'the SecretBinary');
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SecretError('the secret is binary and not UTF-8 text');
  }
}

/**
 * Sends the request with a new client. Reads are rare, and an old client that hangs or has expired
 * credentials would break the next read.
 */
async function getSecretValue(
  { secretId, region }: AwsSecret,
  { connectMs, requestMs }: AwsLimits,
  signal: AbortSignal,
): Promise<GetSecretValueCommandOutput> {
  const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const config = {
    region,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    },
    // Without this, the credential chain reads a credentials file only once per process.
    ignoreCache: true,
  };
  const client = new SecretsManagerClient(config);
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      await readBoundedBody(result.response);
      return result;
    },
    // Low priority puts this middleware before that of the SDK, which reads the body.
    { name: 'readBoundedBody', step: 'deserialize', priority: 'low' },
  );
  try {
    return await client.send(new GetSecretValueCommand({ SecretId: secretId }), { abortSignal: signal });
  } finally {
    client.destroy();
  }
}

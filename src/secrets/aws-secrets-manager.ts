import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../clock.js';
import { describeAwsError } from './aws-errors.js';
import { readBoundedBody } from './bounded-body.js';
import { textFields } from './fields.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';

/** Which secret to read. */
export interface AwsSecret {
  /** Its name or ARN. */
  readonly secretId: string;
  readonly region: string;
}

/** How long things may take, milliseconds. */
export interface AwsLimits {
  /** Opening one connection to Secrets Manager, TLS included. */
  readonly connectMs: number;
  /** One request until its answer begins. */
  readonly requestMs: number;
  /** A whole read: credentials, the SDK's own retries, the answer's body. */
  readonly readMs: number;
}

const LIMITS: AwsLimits = { connectMs: 5_000, requestMs: 10_000, readMs: 30_000 };

/** The SDK writes to the console where it has no logger, and its lines may quote an endpoint. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const noAnswer = (readMs: number): string => `AWS Secrets Manager: no answer within ${readMs / 1000} s`;

/** A source of credentials that hung once may answer the next time; one that always hangs is not asked for ever. */
const MAX_UNDER_WAY = 3;

/** What ends by the signal has ended soon after it; what goes on is a source of credentials. */
const STILL_WAITING =
  'no AWS credentials could be had: earlier attempts still wait for them, and no other is begun before one ends' +
  ' (does a credential_process hang?)';

/**
 * A secret in AWS Secrets Manager, read with the official SDK: its default credential chain, and its environment
 * variables, `AWS_ENDPOINT_URL_SECRETS_MANAGER` among them. The SDK is loaded by the first read, so that gateways which
 * don't use it never pay for it.
 */
export function createAwsSecretsManager(
  secret: AwsSecret,
  clock: Clock,
  limits: AwsLimits = LIMITS,
): SecretProvider {
  const reads = new Set<AbortController>();
  /** What the SDK still does for reads, some of them given up long ago: nothing stops a credential process. */
  const underWay = new Set<Promise<void>>();

  /** So many at a time and no more: a process that hangs must not become one more child with every attempt. */
  async function readInTurn(signal: AbortSignal, begun: () => void): Promise<SecretFields> {
    while (underWay.size >= MAX_UNDER_WAY && !signal.aborted) {
      await Promise.race([...underWay, whenAborted(signal)]);
    }
    signal.throwIfAborted();
    begun();
    const reading = getFields(secret, limits, signal);
    const ended = () => void underWay.delete(settled);
    const settled: Promise<void> = reading.then(ended, ended);
    underWay.add(settled);
    return await reading;
  }

  return {
    async read() {
      const abort = new AbortController();
      let waits = true;
      const late = () => abort.abort(new SecretError(waits ? STILL_WAITING : noAnswer(limits.readMs)));
      const stopTimer = clock.after(limits.readMs, late);
      reads.add(abort);
      try {
        const begun = () => {
          waits = false;
        };
        // Not by the signal alone: nothing aborts a credential process or a metadata service that hangs.
        return await Promise.race([readInTurn(abort.signal, begun), whenAborted(abort.signal)]);
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
  let answer: GetSecretValueCommandOutput;
  try {
    answer = await getSecretValue(secret, limits, signal);
  } catch (error) {
    throw error instanceof SecretError ? error : describeAwsError(error);
  }
  if (answer.SecretString !== undefined) return textFields(answer.SecretString, 'the SecretString');
  if (answer.SecretBinary === undefined) throw new SecretError('the secret holds no SecretString');
  return textFields(decodeUtf8(answer.SecretBinary), 'the SecretBinary');
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SecretError('the secret is binary, and no UTF-8 text');
  }
}

/**
 * With a client for this one read: reads are far apart, and a client that hangs, or whose credentials have run out, would
 * spoil the next one.
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
    // For the credential chain: without it a credentials file is read once per process, and never again.
    ignoreCache: true,
  };
  const client = new SecretsManagerClient(config);
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      await readBoundedBody(result.response);
      return result;
    },
    // The lowest of this step stands next to the connection: before the SDK's own, which reads the body.
    { name: 'readBoundedBody', step: 'deserialize', priority: 'low' },
  );
  try {
    return await client.send(new GetSecretValueCommand({ SecretId: secretId }), { abortSignal: signal });
  } finally {
    client.destroy();
  }
}

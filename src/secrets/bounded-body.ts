import { SecretError } from './provider.js';

/** AWS keeps 64 KB of a secret at most (Secrets Manager quotas); what is larger by far is no answer to GetSecretValue. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the body of an answer that the SDK has received, and puts the bytes in place of the stream: the SDK itself would
 * collect a stream for as long as it goes on.
 *
 * @param response what the SDK's request handler gave; left as it is where its body is no stream.
 * @throws SecretError where the body is too large; the connection is closed then.
 */
export async function readBoundedBody(response: unknown): Promise<void> {
  const holder = response as { body?: unknown } | undefined;
  const body = holder?.body;
  if (holder === undefined || !isByteStream(body)) return;
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by an error destroys the stream, and with it the connection.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new SecretError(`AWS Secrets Manager: the answer is larger than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  holder.body = new Uint8Array(Buffer.concat(chunks));
}

function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

import { SecretError } from './provider.js';

/**
 * A secret in AWS has at most 64 KB (Secrets Manager quotas). A much larger response is not a
 * secret.
 */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the body of a response and replaces the stream by its bytes. The SDK itself would read a
 * stream without a limit.
 *
 * @param response the response of the request handler. It does not change if its body is not a
 * stream.
 * @throws SecretError if the body is too large. The connection is then closed.
 */
export async function readBoundedBody(response: unknown): Promise<void> {
  const holder = response as { body?: unknown } | undefined;
  const body = holder?.body;
  if (holder === undefined || !isByteStream(body)) return;
  const chunks: Uint8Array[] = [];
  let length = 0;
  // An error in the loop destroys the stream and so closes the connection.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new SecretError(`AWS Secrets Manager: the response is larger than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  holder.body = new Uint8Array(Buffer.concat(chunks));
}

function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '../upstream/http-message.js';
import { strictPath, strictQuery } from './strict-url.js';

/** Credentials of AWS. A session token makes them temporary. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SigV4Options {
  readonly region: string;
  readonly service: string;
  /** Default: true. S3 and some other services require the hash of the body as a header. */
  readonly hasChecksum?: boolean;
  /** Whether the path is encoded once, and keeps every segment. Default: with the services of S3. */
  readonly encodesOnce?: boolean;
}

/** Signs a request as it will be sent. Its path and query get the encoding that AWS expects. */
export type SignRequest = (
  request: HttpRequest,
  credentials: AwsCredentials,
  now: Date,
) => Promise<HttpRequest>;

/** Headers that proxies between the gateway and AWS may change. AWS does not require their signature. */
const UNSIGNED = new Set(['accept', 'accept-encoding', 'traceparent', 'tracestate']);

/** The services of S3. */
const S3 = new Set(['s3', 's3-object-lambda', 's3-outposts', 's3express']);

/** Creates a signer. The library of AWS is loaded here, so that only services that need it load it. */
export async function createSigV4({
  region,
  service,
  hasChecksum = true,
  encodesOnce = S3.has(service),
}: SigV4Options): Promise<SignRequest> {
  const { SignatureV4: Signer } = await import('@smithy/signature-v4');
  const options = {
    region,
    service,
    sha256: Sha256,
    uriEscapePath: !encodesOnce,
    applyChecksum: hasChecksum,
  };
  let last: { readonly credentials: AwsCredentials; readonly signer: SignatureV4 } | undefined;

  function signerFor(credentials: AwsCredentials): SignatureV4 {
    if (last?.credentials !== credentials)
      last = { credentials, signer: new Signer({ ...options, credentials }) };
    return last.signer;
  }

  return async (request, credentials, now) => {
    const { protocol, hostname, host } = new URL(request.origin);
    const [rawPath = '/', rawQuery = ''] = splitOnce(request.path, '?');
    const path = strictPath(rawPath);
    const { text: search, values: query } = strictQuery(rawQuery);
    const headers = headersByName(request.headers, host);
    const signed = await signerFor(credentials).sign(
      { method: request.method, protocol, hostname, path, query, headers, body: request.body },
      { signingDate: now, unsignableHeaders: UNSIGNED },
    );
    const added = Object.entries(signed.headers).filter(([name]) => ADDED.has(name));
    return {
      ...request,
      path: search === '' ? path : `${path}?${search}`,
      headers: [...request.headers, ...added.flat()],
    };
  };
}

/** The headers that the signature adds, in lower case. */
export const SIGNATURE_HEADERS = [
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
];
const ADDED: ReadonlySet<string> = new Set(SIGNATURE_HEADERS);

/** Fields of one name are one field with commas (RFC 9110 section 5.3). */
function headersByName(flat: readonly string[], host: string): Record<string, string> {
  const headers: Record<string, string> = Object.assign(Object.create(null), { host });
  let hasHost = false;
  for (let index = 0; index < flat.length; index += 2) {
    const name = (flat[index] as string).toLowerCase();
    const value = flat[index + 1] as string;
    const isFirst = headers[name] === undefined || (name === 'host' && !hasHost);
    hasHost ||= name === 'host';
    headers[name] = isFirst ? value : `${headers[name]},${value}`;
  }
  return { ...headers };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A class, because the library creates its hashes with `new`. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

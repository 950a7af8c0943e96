import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../upstream/http-message.js';
import { createSigV4 } from './sigv4.js';

interface Vectors {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
  readonly date: string;
  readonly cases: readonly {
    readonly name: string;
    readonly method: HttpRequest['method'];
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
    readonly signature: string;
    readonly encodedOnce?: boolean;
    readonly token?: string;
    readonly hasChecksum?: boolean;
  }[];
}
const VECTORS = JSON.parse(
  readFileSync(new URL('../../test/vectors/aws-sigv4.json', import.meta.url), 'utf8'),
) as Vectors;

const headerOf = ({ headers }: HttpRequest, name: string) => headers[headers.indexOf(name) + 1];
const signatureOf = (request: HttpRequest) =>
  /Signature=(\w+)$/.exec(headerOf(request, 'authorization') ?? '')?.[1];

describe("the vectors of AWS's own test suite", () => {
  it.each(VECTORS.cases)(
    '$name',
    async ({ method, target, headers, body, signature, encodedOnce, token, hasChecksum }) => {
      const { region, service, accessKeyId, secretAccessKey, date } = VECTORS;
      const sign = await createSigV4({
        region,
        service,
        hasChecksum: hasChecksum === true,
        ...(encodedOnce && { encodesOnce: true }),
      });
      const request: HttpRequest = {
        method,
        origin: 'https://example.amazonaws.com',
        path: target,
        headers: headers.filter(([name]) => !/^x-amz-/i.test(name)).flat(),
        body: body === '' ? undefined : body,
      };
      const credentials = {
        accessKeyId,
        secretAccessKey,
        ...(token !== undefined && { sessionToken: token }),
      };
      expect(signatureOf(await sign(request, credentials, new Date(date)))).toBe(signature);
    },
  );
});

const KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const DATE = new Date('2013-05-24T00:00:00Z');

/** The example GET Object of the Amazon S3 API Reference ("Authenticating Requests"). */
it('signs the example of S3', async () => {
  const sign = await createSigV4({ region: 'us-east-1', service: 's3' });
  const request: HttpRequest = {
    method: 'GET',
    origin: 'https://examplebucket.s3.amazonaws.com',
    path: '/test.txt',
    headers: ['Range', 'bytes=0-9'],
    body: undefined,
  };
  expect(signatureOf(await sign(request, KEYS, DATE))).toBe(
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

describe('a signed request', () => {
  const base: HttpRequest = {
    method: 'POST',
    origin: 'https://h:8443',
    path: "/a'b%2fc/(d)?q=x+y&list[]=1&list[]=2&flag",
    headers: ['Accept', 'application/json', 'X-Odd', ' a   b '],
    body: Buffer.from([0, 255, 1]),
  };

  it('is sent with the path and the query that were signed', async () => {
    const sign = await createSigV4({ region: 'eu-central-1', service: 'execute-api' });
    const signed = await sign(base, KEYS, DATE);
    expect(signed.path).toBe('/a%27b%2Fc/%28d%29?q=x%20y&list%5B%5D=1&list%5B%5D=2&flag=');
    expect(signed.body).toBe(base.body);
    expect(headerOf(signed, 'x-amz-date')).toBe('20130524T000000Z');
    expect(headerOf(signed, 'authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-odd, Signature=[0-9a-f]{64}$/,
    );
  });

  it.each([
    ['the method', { method: 'PUT' }],
    ['the path', { path: '/other' }],
    ['the query', { path: `${base.path}&x=1` }],
    ['the body', { body: Buffer.from([0, 255, 2]) }],
    ['a header', { headers: ['X-Odd', 'b'] }],
    ['the host', { origin: 'https://other:8443' }],
  ] as const)('depends on %s', async (_, change) => {
    const sign = await createSigV4({ region: 'eu-central-1', service: 'execute-api' });
    const [one, other] = await Promise.all(
      [base, { ...base, ...change }].map((each) => sign(each, KEYS, DATE)),
    );
    expect(signatureOf(one!)).not.toBe(signatureOf(other!));
  });
});

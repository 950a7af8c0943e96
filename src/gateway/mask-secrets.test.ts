import { describe, expect, it } from 'vitest';
import { maskSecrets } from './mask-secrets.js';
import { encodeMultipart } from './pipeline/bodies/multipart.js';

const request = { method: 'POST', origin: 'https://h', path: '/x', headers: [], body: undefined } as const;

it.each(['Authorization', 'X-Api-Key', 'X-Auth', 'x-auth-token', 'Cookie', 'Client-Secret', 'X-Signature'])(
  'masks the header %s',
  (name) => {
    expect(maskSecrets({ ...request, headers: ['Accept', 'a', name, 's3cret'] }, 'json').headers).toEqual([
      'Accept',
      'a',
      name,
      '***',
    ]);
  },
);

it.each([
  'pwd',
  'accessKey',
  'privateKey',
  'pin',
  'jwt',
  'userPin',
  'ACCESSKEY',
  'access_key',
  'pass',
  'clientSecret',
  'otp',
])('masks the field %s in every place', (name) => {
  const body = JSON.stringify({ a: [{ [name]: 's3cret' }], [name]: 's3cret' });
  expect(maskSecrets({ ...request, body, path: `/x?${name}=s3cret` }, 'json')).toMatchObject({
    body: JSON.stringify({ a: [{ [name]: '***' }], [name]: '***' }),
    path: `/x?${name}=***`,
  });
});

it.each(['shipping', 'spinning', 'monkey', 'author', 'keyboard', 'design', 'compass'])(
  'shows the field %s',
  (name) => {
    const body = JSON.stringify({ [name]: 'v' });
    expect(maskSecrets({ ...request, body }, 'json').body).toBe(body);
  },
);

it('leaves a query name that is not UTF-8 unchanged, and masks the other values', () => {
  expect(maskSecrets({ ...request, path: '/x?%FF=1&%E0%A4=2&token=s3cret' }, 'json').path).toBe(
    '/x?%FF=1&%E0%A4=2&token=***',
  );
});

it.each(['Idempotency-Key', 'X-Request-ID', 'X-Author', 'X-Keyboard'])('shows the header %s', (name) => {
  expect(maskSecrets({ ...request, headers: [name, 'v'] }, 'json').headers).toEqual([name, 'v']);
});

it('masks query parameters by their names, and leaves the others unchanged', () => {
  const path = '/x?a=%20b&api_key=s3cret&client%5Fsecret=s3cret&key=s3cret&q=%27';
  expect(maskSecrets({ ...request, path }, 'json').path).toBe(
    '/x?a=%20b&api_key=***&client%5Fsecret=***&key=***&q=%27',
  );
});

it('keeps every question mark of a query', () => {
  expect(maskSecrets({ ...request, path: '/x?a=b?c&d=?' }, 'json').path).toBe('/x?a=b?c&d=?');
});

it('masks fields of the body by their names, and keeps big integers exact', () => {
  const body = '{"id":12345678901234567890,"client_secret":"s3cret","__proto__":{"a":1}}';
  expect(maskSecrets({ ...request, body }, 'json').body).toBe(
    '{"id":12345678901234567890,"client_secret":"***","__proto__":{"a":1}}',
  );
});

it.each([
  ['{"a":{"client_secret":"s3cret","b":1}}', '{"a":{"client_secret":"***","b":1}}'],
  ['[1,{"c":[{"token":"s3cret"}]}]', '[1,{"c":[{"token":"***"}]}]'],
])('masks fields of the body at any depth: %s', (body, masked) => {
  expect(maskSecrets({ ...request, body }, 'json').body).toBe(masked);
});

it.each([
  [
    '{"amount":1.10,"token":"s3cret","n":[1e5,{"pin" : 1.0, "x":-0}]}',
    '{"amount":1.10,"token":"***","n":[1e5,{"pin" : "***", "x":-0}]}',
  ],
  ['[ ]', '[ ]'],
  [
    '[{"t\\u006fken":{"a":[1]},"b":"\\u00e9"} , [ ] , {} ]',
    '[{"t\\u006fken":"***","b":"\\u00e9"} , [ ] , {} ]',
  ],
  ['{"token":1,"token":2,"9":1,"1":{"é":"token"}}', '{"token":"***","token":"***","9":1,"1":{"é":"token"}}'],
])('leaves the rest of a body unchanged: %s', (body, masked) => {
  expect(maskSecrets({ ...request, body }, 'json').body).toBe(masked);
  expect(maskSecrets({ ...request, body: Buffer.from(body) }, 'json').body).toBe(masked);
});

it('masks a deeply nested field of the body', () => {
  const deep = (value: string) => `${'[{"a":'.repeat(400)}${value}${'}]'.repeat(400)}`;
  expect(maskSecrets({ ...request, body: deep('{"token":1.10,"b":1.10}') }, 'json').body).toBe(
    deep('{"token":"***","b":1.10}'),
  );
});

it.each(['{"a": 1.0}', '[1.0]', '"token"'])('leaves the body %s unchanged', (body) => {
  expect(maskSecrets({ ...request, body }, 'json').body).toBe(body);
});

describe('the body of a request for display', () => {
  const masked = (encoding: 'form' | 'multipart' | 'text' | 'raw', body: string | Uint8Array) =>
    maskSecrets({ ...request, body }, encoding).body;

  it('has no secrets in the fields of a form', () => {
    expect(masked('form', 'a=1&client_secret=s3cret&b%5Bpassword%5D=x')).toBe(
      'a=1&client_secret=***&b%5Bpassword%5D=***',
    );
  });

  it('has no secrets in the parts of a form', () => {
    const fields = { a: '1', password: 's3cret\r\n--', token: { data: 's3cret', filename: 'f' }, z: 'ü' };
    const text = masked('multipart', encodeMultipart(fields, 'b-1'));
    expect(text).not.toContain('s3cret');
    expect(text).toBe(
      Buffer.from(
        encodeMultipart({ a: '1', password: '***', token: { data: '***', filename: 'f' }, z: 'ü' }, 'b-1'),
      ).toString(),
    );
  });

  it('stays as it is if it is one text, or bytes that are no text', () => {
    expect(masked('text', '{"password": ')).toBe('{"password": ');
    expect(masked('raw', Buffer.from('plain'))).toBe('plain');
    expect(masked('raw', new Uint8Array([0, 255]))).toEqual(new Uint8Array([0, 255]));
  });
});

import { describe, expect, it } from 'vitest';
import {
  api,
  noticesOf,
  operationOf,
  problemsOf,
  refusalOf,
  withBody,
  withParameters,
} from '../../support/operations.js';

const text = { type: 'string' };
const integer = { type: 'integer' };

describe('the kwargs of an operation', () => {
  it('are its parameters and the fields of its body', () => {
    const document = api({
      '/customers/{id}/invoices': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
        post: {
          operationId: 'createInvoice',
          parameters: [
            { name: 'dry', in: 'query', schema: { type: 'boolean' } },
            { name: 'X-Request-Id', in: 'header', schema: text },
            { name: 'lang', in: 'cookie', schema: text },
          ],
          requestBody: {
            content: {
              'application/json': {
                schema: { type: 'object', properties: { amount: integer, note: text }, required: ['amount'] },
              },
            },
          },
        },
      },
    });
    const call = operationOf(document, 'api.createInvoice', { baseUrl: 'http://api.example.com/v1' });
    const built = call({ id: 'a/b', dry: true, 'X-Request-Id': 'r 1', lang: 'de', amount: 5 });
    expect(built).toMatchObject({
      method: 'POST',
      path: '/v1/customers/a%2Fb/invoices?dry=true',
      headers: expect.objectContaining({
        'x-request-id': 'r 1',
        cookie: 'lang=de',
        'content-type': 'application/json',
      }),
      body: '{"amount":5}',
    });
  });

  it('have the prefix of their place if the name is taken', () => {
    const named = (name: string, place: string) => ({
      name,
      in: place,
      schema: text,
      required: place === 'path',
    });
    const document = api({
      '/{id}': {
        put: {
          operationId: 'put',
          parameters: [
            named('id', 'query'),
            named('id', 'path'),
            named('id', 'header'),
            named('id', 'cookie'),
          ],
          requestBody: { content: { 'application/json': { schema: { properties: { id: text } } } } },
        },
      },
    });
    const kwargs = { id: 'p', query_id: 'q', header_id: 'h', cookie_id: 'c', body_id: 'b' };
    const built = operationOf(document, 'api.put')(kwargs);
    expect(built.path).toBe('/p?id=q');
    expect(built.headers).toMatchObject({ id: 'h', cookie: 'id=c' });
    expect(built.body).toBe('{"id":"b"}');
  });

  it('are an error if a name is taken even with its prefix', () => {
    const document = withParameters(
      '/{id}/{query_id}',
      { name: 'id', in: 'path', required: true, schema: text },
      { name: 'query_id', in: 'path', required: true, schema: text },
      { name: 'id', in: 'query', schema: text },
    );
    expect(problemsOf(document)[1]).toMatch(
      /^\/etc\/api\.json:9: GET \/\{id\}\/\{query_id\}: the path parameter "query_id" and the query parameter "id" both need the keyword argument "query_id"; exclude/,
    );
    expect(
      problemsOf(document, {
        lines: ['+openapi.exclude = get', '+procedures.own.uri = a.b', '+procedures.own.realm = c'],
      }),
    ).toEqual([]);
  });

  it('never are credentials, or headers that the gateway sets', () => {
    const document = api(
      {
        '/a': {
          get: {
            operationId: 'get',
            parameters: ['Accept', 'Content-Type', 'authorization', 'Host', 'TE', 'X-API-Key', 'X-Other'].map(
              (name) => ({ name, in: 'header', required: true, schema: text }),
            ),
          },
        },
      },
      { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-api-key' } } },
    );
    const call = operationOf(document, 'api.get');
    expect(refusalOf(() => call({}))).toBe('Missing required keyword argument: X-Other (header parameter)');
    expect(call({ 'X-Other': '1' }).headers).toMatchObject({ 'x-other': '1', accept: 'application/json' });
    expect(refusalOf(() => call({ 'X-Other': '1', 'X-API-Key': '2' }))).toContain('"X-API-Key"');
  });

  it('never are what the configuration fills, which counts as given', () => {
    const names = (place: string) =>
      ['a', 'b'].map((name) => ({ name, in: place, required: true, schema: text }));
    const document = api({
      '/{a}/{b}': {
        post: {
          operationId: 'post',
          parameters: [...names('path'), ...names('query'), ...names('header'), ...names('cookie')],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: { type: 'object', properties: { a: text, b: text }, required: ['a', 'b'] },
              },
            },
          },
        },
      },
    });
    const call = operationOf(document, 'api.post', {
      lines: [
        '+query.a = 1',
        '+headers.A = 2',
        '+procedures.post.cookies.a = 3',
        '+procedures.post.body.a = {{x:-4}}',
      ],
    });
    const built = call({ a: 'p', b: 'p', query_b: 'q', header_b: 'h', cookie_b: 'c', body_b: 'b', x: 'X' });
    expect(built.path).toBe('/p/p?a=1&b=q');
    expect(built.headers).toMatchObject({ a: '2', b: 'h', cookie: 'a=3; b=c' });
    expect(JSON.parse(built.body!)).toEqual({ a: 'X', b: 'b' });
    expect(refusalOf(() => call({ a: 'p', b: 'p', query_a: 'q' }))).toContain('"query_a"');
  });

  it('are refused if the document has none of this name', () => {
    const document = withBody({ type: 'object', properties: { customer_id: text, amount: integer } });
    const call = operationOf(document, 'api.post');
    expect(refusalOf(() => call({ customerId: 'c' }))).toBe(
      'This procedure does not take the keyword argument "customerId"; did you mean "customer_id"?',
    );
    expect(refusalOf(() => call({ __proto__x: 1 }))).not.toContain('did you mean');
  });

  it('go to the body if the schema or the configuration allows others', () => {
    const open = { type: 'object', properties: { a: text }, additionalProperties: true };
    expect(operationOf(withBody(open), 'api.post')({ a: 'x', other: [1] }).body).toBe(
      '{"a":"x","other":[1]}',
    );
    const closed = { type: 'object', properties: { a: text } };
    const lines = ['+procedures.post.remaining = query'];
    expect(operationOf(withBody(closed), 'api.post', { lines })({ a: 'x', other: 1 })).toMatchObject({
      path: '/things?other=1',
      body: '{"a":"x"}',
    });
  });

  it('are checked for presence and JSON type', () => {
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: text },
      { name: 'limit', in: 'query', schema: integer },
      { name: 'ratio', in: 'query', schema: { type: 'number' } },
      { name: 'either', in: 'query', schema: { anyOf: [{ type: 'boolean' }, { type: 'null' }, integer] } },
    ];
    const call = operationOf(withParameters('/{id}', ...parameters), 'api.get');
    expect(call({ id: '1', limit: 2, ratio: 0.5, either: false }).path).toBe(
      '/1?limit=2&ratio=0.5&either=false',
    );
    expect(call({ id: '1', limit: 2n ** 64n }).path).toBe('/1?limit=18446744073709551616');
    expect(call({ id: '1', limit: null }).path).toBe('/1');
    expect(refusalOf(() => call({ limit: 1 }))).toBe('Missing required path variable: id');
    expect(refusalOf(() => call({ id: 1 }))).toBe('The keyword argument "id" must be text');
    expect(refusalOf(() => call({ id: '1', limit: 1.5 }))).toBe(
      'The keyword argument "limit" must be an integer',
    );
    expect(refusalOf(() => call({ id: '1', ratio: '1' }))).toBe(
      'The keyword argument "ratio" must be a number',
    );
    expect(refusalOf(() => call({ id: '1', either: 'x' }))).toBe(
      'The keyword argument "either" must be an integer, a boolean or null',
    );
    const off = operationOf(withParameters('/{id}', ...parameters), 'api.get', {
      lines: ['+openapi.validate = off'],
    });
    expect(off({ id: 1, limit: 'x' }).path).toBe('/1?limit=x');
  });

  it('of an optional body are required once one of them is given', () => {
    const schema = { type: 'object', properties: { a: text, b: text }, required: ['a'] };
    const call = operationOf(withBody(schema, { required: false }), 'api.post');
    expect(call({}).body).toBeUndefined();
    expect(refusalOf(() => call({ b: 'x' }))).toBe(
      'Missing required keyword argument: a (field of the body)',
    );
  });

  it('of an optional body are required if it has anything else', () => {
    const schema = { type: 'object', properties: { a: text }, required: ['a'], additionalProperties: true };
    const document = withBody(schema, { required: false });
    const missing = 'Missing required keyword argument: a (field of the body)';
    expect(refusalOf(() => operationOf(document, 'api.post')({ other: 'x' }))).toBe(missing);
    const lines = ['+procedures.post.body.tenant = acme'];
    const call = operationOf(document, 'api.post', { lines });
    expect(refusalOf(() => call({}))).toBe(missing);
    expect(call({ a: 'x' }).body).toBe('{"a":"x","tenant":"acme"}');
    const off = operationOf(document, 'api.post', { lines: [...lines, '+openapi.validate = off'] });
    expect(off({}).body).toBe('{"tenant":"acme"}');
  });

  it('need not be given for a required body without required fields', () => {
    expect(operationOf(withBody({ type: 'object', properties: { a: text } }), 'api.post')({}).body).toBe(
      '{}',
    );
  });

  it('are the whole body if the body is no object, or free', () => {
    for (const schema of [
      { type: 'array', items: integer },
      { type: 'object' },
      true,
      { oneOf: [{ type: 'object', properties: { a: text } }, text] },
    ]) {
      const call = operationOf(withBody(schema), 'api.post');
      expect(refusalOf(() => call({ a: 1 }))).toContain('does not take');
      expect(refusalOf(() => call({}))).toBe('Missing required keyword argument: body (body)');
    }
    expect(operationOf(withBody({ type: 'array' }), 'api.post')({ body: [1, 'ü'] }).body).toBe('[1,"ü"]');
    expect(operationOf(withBody({ type: 'object' }), 'api.post')({ body: { x: null } }).body).toBe(
      '{"x":null}',
    );
  });

  it('are the union of all branches of a body, and required if all require them', () => {
    const document = {
      ...api(
        {},
        {
          schemas: {
            Base: { type: 'object', properties: { kind: text }, required: ['kind'] },
            Cat: {
              allOf: [
                { $ref: '#/components/schemas/Base' },
                { properties: { lives: integer }, required: ['lives'] },
              ],
            },
            Dog: {
              allOf: [
                { $ref: '#/components/schemas/Base' },
                { properties: { bark: text, id: { type: 'string', readOnly: true } } },
              ],
            },
          },
        },
      ),
      paths: {
        '/things': {
          post: {
            operationId: 'post',
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: {
                    oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
                  },
                },
              },
            },
          },
        },
      },
    };
    const call = operationOf(document, 'api.post');
    expect(call({ kind: 'dog', bark: 'wuff' }).body).toBe('{"kind":"dog","bark":"wuff"}');
    expect(refusalOf(() => call({ lives: 9 }))).toBe(
      'Missing required keyword argument: kind (field of the body)',
    );
    expect(refusalOf(() => call({ kind: 'dog', id: '1' }))).toContain('"id"');
  });

  it('may have any name', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"},"_headers":{"type":"string"}}}',
    );
    const call = operationOf(withBody(schema), 'api.post');
    const kwargs = JSON.parse('{"__proto__":"p","constructor":"c","body__headers":"h"}');
    expect(call(kwargs).body).toBe('{"__proto__":"p","constructor":"c","_headers":"h"}');
    expect(call({}).body).toBe('{}');
  });

  it('leave out an operation with a required value that its style cannot express', () => {
    const nested = { type: 'array', items: { $ref: '#/components/schemas/Pair' } };
    const deep = { type: 'object', required: ['a'], properties: { a: { type: 'array' } } };
    const parameter = (schema: unknown, more: object = {}) => ({
      name: 'q',
      in: 'query',
      required: true,
      schema,
      ...more,
    });
    const operations = {
      list: parameter(nested),
      object: parameter(deep),
      optional: parameter(nested, { required: false }),
      deepObject: parameter(nested, { style: 'deepObject' }),
      either: parameter({ anyOf: [nested, text] }),
      plain: parameter({ type: 'object', required: ['a'], properties: { a: text, b: nested } }),
      // Without its only field there is nothing to send.
      hollow: parameter({ type: 'object', properties: { a: nested } }),
      open: parameter({ type: 'object', properties: { a: nested }, additionalProperties: text }),
    };
    const paths = Object.entries(operations).map(([operationId, each]) => [
      `/${operationId}`,
      { get: { operationId, parameters: [each] } },
    ]);
    const document = api(Object.fromEntries(paths), { schemas: { Pair: { type: 'object' } } });
    expect(noticesOf(document)).toEqual(
      ['list', 'object', 'hollow'].map((id) =>
        expect.stringContaining(
          `GET /${id}: is left out: its required query parameter "q" is nested, which the style form cannot express`,
        ),
      ),
    );
  });

  it('leave out an operation whose body cannot be written, and say why', () => {
    const form = 'application/x-www-form-urlencoded';
    const body = { content: { [form]: { schema: { type: 'array' } } } };
    const document = api({
      '/a': { get: { operationId: 'a' }, post: { operationId: 'b', requestBody: body }, options: {} },
    });
    expect(noticesOf(document)).toEqual([
      '/etc/api.json:12: POST /a: is left out: its body is application/x-www-form-urlencoded, but has no fields',
      '/etc/api.json:24: OPTIONS /a: is left out: procedures cannot have the method OPTIONS',
    ]);
  });
});

describe('a body that is always empty', () => {
  const empty = { type: 'object', properties: {}, additionalProperties: false };
  it.each([
    [empty, undefined],
    [{ allOf: [{ type: 'object' }, empty] }, undefined],
    [{ oneOf: [empty, { type: 'null' }] }, undefined],
    [{ ...empty, properties: { id: { type: 'string', readOnly: true } } }, undefined],
    [{ ...empty, patternProperties: { '^x-': {} } }, '{"a":1}'],
    [{ anyOf: [empty, { type: 'object' }] }, '{"a":1}'],
  ])('takes no kwarg, but others have the kwarg body: %j', (schema, body) => {
    const call = operationOf(withBody(schema, {}), 'api.post');
    expect(call().body).toBeUndefined();
    if (body !== undefined) expect(call({ body: { a: 1 } }).body).toBe(body);
    else expect(refusalOf(() => call({ body: {} }))).toContain('does not take the keyword argument "body"');
  });
  it('is {} if the document requires it', () => {
    expect(operationOf(withBody(empty), 'api.post')().body).toBe('{}');
  });
});

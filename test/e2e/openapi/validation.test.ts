import { describe, expect, it } from 'vitest';
import { wampBytes } from '../../../src/wamp/binary-value.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { api, operationOf, refusalOf, withBody, withParameters } from '../../support/operations.js';
import type { UpstreamResponse } from '../../support/recording-upstream.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const lines = ['+openapi.validate = full'];
const text = { type: 'string' };

describe('openapi.validate = full', () => {
  it('checks parameters against their whole schema', () => {
    const document = withParameters(
      '/{id}',
      { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^INV-', maxLength: 8 } },
      { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
      { name: 'sort', in: 'query', schema: { type: 'array', items: { enum: ['name', 'date'] } } },
    );
    const call = operationOf(document, 'api.get', { lines });
    expect(call({ id: 'INV-1', limit: 100, sort: ['date'] }).path).toBe('/INV-1?limit=100&sort=date');
    expect(refusalOf(() => call({ id: 'inv' }))).toBe(
      'The keyword argument "id" does not match its schema: must match pattern "^INV-"',
    );
    expect(refusalOf(() => call({ id: 'INV-1', limit: 101 }))).toContain('must be <= 100');
    expect(refusalOf(() => call({ id: 'INV-1', limit: 2n ** 70n }))).toContain('must be <= 100');
    expect(refusalOf(() => call({ id: 'INV-1', sort: ['date', 'x'] }))).toBe(
      'The keyword argument "sort" does not match its schema: /1 must be equal to one of the allowed values',
    );
    expect(refusalOf(() => call({}))).toBe('Missing required path variable: id');
  });

  it('checks a body with cycles, without its readOnly fields', () => {
    const node = {
      type: 'object',
      required: ['id', 'name'],
      properties: {
        id: { type: 'integer', readOnly: true },
        name: text,
        default: { $ref: '#/components/schemas/Node' },
        children: { type: 'array', items: { $ref: '#/components/schemas/Node' } },
      },
      additionalProperties: false,
    };
    const document = {
      ...api({}, { schemas: { Node: node } }),
      paths: (withBody({ $ref: '#/components/schemas/Node' }) as { paths: unknown }).paths,
    };
    const call = operationOf(document, 'api.post', { lines });
    const kwargs = { name: 'a', default: { name: 'd' }, children: [{ name: 'b', children: [] }] };
    expect(JSON.parse(call(kwargs).body!)).toEqual(kwargs);
    expect(refusalOf(() => call({ name: 'a', children: [{ name: 'b', children: [{}] }] }))).toBe(
      "The body does not match its schema: /children/0/children/0 must have required property 'name'",
    );
    expect(refusalOf(() => call({ name: 'a', default: { name: 'b', other: 1 } }))).toContain(
      '/default must NOT have additional properties',
    );
  });

  it('compares with all schemas but those that are wrong', () => {
    const schemas = { Bad: { type: 'string', pattern: '[' }, Good: { type: 'string', maxLength: 3 } };
    const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    const parameters = ['Bad', 'Good'].map((name) => ({ name, in: 'query', schema: refTo(name) }));
    const call = operationOf(
      api({ '/': { get: { operationId: 'get', parameters } } }, { schemas }),
      'api.get',
      {
        lines,
      },
    );
    expect(call({ Bad: 'long' }).path).toBe('/?Bad=long');
    expect(refusalOf(() => call({ Good: 'long' }))).toContain('must NOT have more than 3 characters');
  });

  it('takes bytes as a text, as JSON does', () => {
    const call = operationOf(withBody({ type: 'object', properties: { a: text } }), 'api.post', { lines });
    expect(call({ a: wampBytes(Buffer.from('hi')) }).body).toBe('{"a":"\\u0000aGk="}');
    expect(refusalOf(() => call({ a: [wampBytes(Buffer.from('hi'))] }))).toContain('must be text');
  });

  it('names the kwarg of a field, not the field', () => {
    const schema = { type: 'object', properties: { id: { type: 'string', maxLength: 1 } } };
    const operation = {
      operationId: 'post',
      parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
      requestBody: { content: { 'multipart/form-data': { schema } } },
    };
    const call = operationOf(api({ '/{id}': { post: operation } }), 'api.post', { lines });
    expect(refusalOf(() => call({ id: 'long', body_id: 'long' }))).toContain(
      'The keyword argument "body_id" does not match its schema',
    );
  });

  it('counts what the configuration fills', () => {
    const schema = { type: 'object', required: ['a', 'b'], properties: { a: text, b: { type: 'integer' } } };
    const call = operationOf(withBody(schema), 'api.post', {
      lines: [...lines, '+procedures.post.body.b = 5'],
    });
    expect(call({ a: 'x' }).body).toBe('{"a":"x","b":5}');
  });

  it('checks each branch of a body', () => {
    const branch = (kind: string, more: object) => ({
      type: 'object',
      properties: { kind: { const: kind }, ...more },
      required: ['kind', ...Object.keys(more)],
    });
    const schema = { oneOf: [branch('card', { number: text }), branch('iban', { iban: text })] };
    const call = operationOf(withBody(schema), 'api.post', { lines });
    expect(call({ kind: 'iban', iban: 'DE' }).body).toBe('{"kind":"iban","iban":"DE"}');
    expect(refusalOf(() => call({ kind: 'card', iban: 'DE' }))).toContain(
      'The body does not match its schema',
    );
  });

  it('knows the keywords of OpenAPI 3.0', () => {
    const schema = {
      type: 'object',
      properties: {
        n: { type: 'integer', minimum: 0, exclusiveMinimum: true, nullable: true },
        e: { type: 'string', enum: ['x'], nullable: true },
        any: { nullable: true, allOf: [{ type: 'string' }] },
      },
    };
    const document = { ...(withBody(schema) as object), openapi: '3.0.3' };
    const call = operationOf(document, 'api.post', { lines });
    expect(call({ n: null, e: null, any: null }).body).toBe('{"n":null,"e":null,"any":null}');
    expect(refusalOf(() => call({ n: 0 }))).toContain('/n must be > 0');
    expect(refusalOf(() => call({ e: 'y' }))).toContain('/e must be equal to one of the allowed values');
    expect(refusalOf(() => call({ any: 5 }))).toBe('The keyword argument "any" must be text or null');
  });

  it('does not check files, but the other fields beside them', () => {
    const content = {
      'multipart/form-data': {
        schema: {
          properties: { file: { type: 'string', format: 'binary' }, n: { type: 'integer', minimum: 1 } },
        },
      },
    };
    const document = api({ '/': { post: { operationId: 'post', requestBody: { content } } } });
    const call = operationOf(document, 'api.post', { lines });
    expect(call({ file: new Uint8Array(3), n: 1 }).body).toContain('name="file"');
    expect(refusalOf(() => call({ file: { data: 'x', filename: 'y' }, n: 0 }))).toContain('must be >= 1');
  });
});

describe('response.validate = warn', () => {
  it('logs each difference once, without values of the response, and passes the response on', async () => {
    const folder = createTemporaryFolder();
    const schema = {
      type: 'object',
      required: ['id', 'secret'],
      properties: { id: { type: 'integer' }, secret: { type: 'string', writeOnly: true } },
      additionalProperties: { type: 'string' },
    };
    const responses = { 200: { content: { 'application/json': { schema } } }, '4XX': {} };
    const document = api({ '/{answer}': { get: { operationId: 'get', responses } } });
    folder.write('api.json', JSON.stringify(document));
    const answers: Readonly<Record<string, UpstreamResponse>> = {
      '/right': { json: { id: 1, more: 'x' } },
      '/wrong': { json: { id: 'hunter2' } },
      '/name': { json: { id: 1, hunter3: 5 } },
      '/text': { body: 'hunter4', headers: { 'content-type': 'text/plain' } },
      '/missing': { status: 404 },
      '/strange': { status: 500 },
    };
    const fixture = await openGatewayFixture({
      conf: (url) => `
rpc_gateway.services.api.base_url = ${url}
rpc_gateway.services.api.openapi.file = ${folder.path}/api.json
rpc_gateway.services.api.openapi.realm = com.example.myrealm
rpc_gateway.services.api.response.validate = warn
listeners.main.port = 0`,
      respond: ({ url }) => answers[url] ?? {},
    });
    for (const answer of ['right', 'wrong', 'wrong', 'name', 'text', 'missing', 'strange']) {
      const { kwargs } = await fixture.caller.call('api.get', { answer });
      if (answer === 'wrong') expect(kwargs).toMatchObject({ body: { id: 'hunter2' } });
    }
    const lines = fixture.log
      .records()
      .filter(({ msg }) => msg === 'a response differs from the OpenAPI document');
    await fixture.close();
    folder.remove();
    expect(lines.map(({ status, difference }) => [status, difference])).toEqual([
      [200, '#/properties/id/type must be integer'],
      [200, '#/additionalProperties/type must be string'],
      [500, 'the document does not describe this status'],
    ]);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      service: 'api',
      procedure: 'api.get',
      path: '/{{answer}}',
    });
    expect(JSON.stringify(lines)).not.toContain('hunter');
  });
});

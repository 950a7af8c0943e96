import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import { leaksIn, plantedSecret } from '../../../test/support/planted-secrets.js';
import { createTemporaryFolder } from '../../../test/support/temporary-folder.js';
import { loadConfig, parseConfig } from '../../config/load-config.js';
import { describeProcedure } from './describe-procedure.js';

const DOCUMENT = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Billing', version: '1' },
  paths: {
    '/invoices/{id}': {
      put: {
        operationId: 'put',
        summary: 'Changes an invoice',
        parameters: [
          { name: 'id', in: 'path', required: true, description: 'the number', schema: { type: 'string' } },
          { name: 'X-Tenant', in: 'header', schema: { type: 'string' } },
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Invoice' } } },
        },
        responses: {
          200: {
            description: 'ok',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } },
          },
          204: { description: 'nothing has changed' },
          409: { description: 'somebody else has changed it' },
        },
      },
    },
  },
  components: {
    schemas: {
      Invoice: {
        type: 'object',
        required: ['amount'],
        properties: { amount: { type: 'integer' }, note: true },
      },
      Tree: {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
      },
    },
  },
});

const described = (...lines: string[]) => describedBy(DOCUMENT, ...lines);

function describedBy(document: string, ...lines: string[]) {
  const folder = createTemporaryFolder();
  folder.write('billing.json', document);
  const prefix = 'rpc_gateway.services.billing';
  const conf = [
    '+base_url = https://billing.example.com/api',
    '+openapi.file = billing.json',
    '+openapi.realm = realm1',
    ...lines,
  ].map((line) => line.replace('+', `${prefix}.`));
  const config = loadConfig(folder.write('bondy.conf', conf.join('\n')), { env: {} });
  folder.remove();
  const [service] = config.services;
  return describeProcedure(service!, service!.procedures[0]!);
}

describe('the description of an operation', () => {
  it('has the schemas of its document', () => {
    const description = described();
    expect(description).toMatchObject({
      uri: 'billing.put',
      realm: 'realm1',
      kind: 'procedure',
      format: 'json_schema_2020_12',
      description: 'Changes an invoice',
      kwargs_schema: {
        properties: { id: { type: 'string', description: 'the number' }, amount: { type: 'integer' } },
        required: ['id', 'amount'],
        additionalProperties: false,
      },
      http: { method: 'PUT', path: '/invoices/{{id}}', service: 'billing' },
    });
    expect(description.errors).toContainEqual({
      uri: 'bondy.error.invalid_argument',
      status: 409,
      description: 'somebody else has changed it',
    });
  });

  it('has schemas that ajv compiles, also with cycles', () => {
    const { kwargs_schema, result_kwargs_schema } = described();
    const isCall = new Ajv2020().compile(kwargs_schema);
    expect(isCall({ id: '1', amount: 1, _headers: {} })).toBe(true);
    expect(isCall({ id: '1' })).toBe(false);
    expect(isCall({ id: '1', amount: 1, other: 1 })).toBe(false);
    const isResult = new Ajv2020().compile(result_kwargs_schema);
    expect(isResult({ status: 200, body: { children: [{ children: [] }] } })).toBe(true);
    expect(isResult({ status: 204, body: '' })).toBe(true);
    expect(isResult({ status: 200, body: { children: [1] } })).toBe(false);
  });

  it('has the part of the result that callers get', () => {
    const bodyOf = (...lines: string[]) =>
      (described(...lines).result_kwargs_schema['properties'] as Record<string, unknown>)['body'];
    const items = { type: 'array', items: { $ref: '#/$defs/Tree' } };
    expect(bodyOf('+procedures.put.response.path = children')).toEqual(items);
    expect(bodyOf('+procedures.put.response.path = children.0.children.5')).toEqual({ $ref: '#/$defs/Tree' });
    expect(bodyOf('+procedures.put.response.path = missing')).toEqual({});
    expect(
      bodyOf('+procedures.put.response.path = children', '+procedures.put.response.path_optional = on'),
    ).toEqual({ anyOf: [items, { type: 'null' }] });
    // The schema of an error says nothing about the part.
    expect(bodyOf('+procedures.put.response.path = children', '+procedures.put.success = 2xx, 409')).toEqual(
      items,
    );
  });

  it('has the joined list of all pages', () => {
    // The document has no GET, which is what the configuration check demands.
    const { result_kwargs_schema } = described(
      '+procedures.put.method = get',
      '+procedures.put.pages.next = link',
      '+procedures.put.pages.items = children',
    );
    expect(result_kwargs_schema).toMatchObject({
      properties: { body: { type: 'array', items: { $ref: '#/$defs/Tree' } }, more: { type: 'boolean' } },
      required: ['status', 'body'],
    });
  });

  it('has the errors that the keys about responses add and take away', () => {
    const { errors, result_kwargs_schema } = described(
      '+procedures.put.success = 200, 409',
      '+error_path = errors',
      '+errors.body = com.billing.refused',
    );
    expect(errors[0]).toMatchObject({ uri: 'com.billing.refused', status: 200 });
    expect(errors.filter(({ status }) => status === 409)).toEqual([]);
    // 409 has no schema, so its body is text.
    expect(result_kwargs_schema).toMatchObject({
      properties: { body: { anyOf: [{ $ref: '#/$defs/Tree' }, { type: 'string' }] } },
    });
  });

  const withResponses = (responses: object, ...lines: string[]) => {
    const document = {
      openapi: '3.1.0',
      info: { title: 'Billing', version: '1' },
      paths: { '/invoices': { get: { operationId: 'get', responses } } },
      components: { schemas: { Problem: { type: 'object' } } },
    };
    return describedBy(JSON.stringify(document), ...lines);
  };
  const resultOf = (content: object, ...lines: string[]) => {
    const { result_kwargs_schema } = withResponses({ 200: { description: 'ok', content } }, ...lines);
    return result_kwargs_schema['properties'] as Record<string, unknown>;
  };
  const problem = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } };

  it('has the body as it is read', () => {
    const json = { 'application/json': { schema: { type: 'object' } } };
    const bytes = { type: 'string', format: 'binary' };
    expect(resultOf(json)['body']).toEqual({ type: 'object' });
    expect(resultOf(json, '+procedures.get.response.decode = text')['body']).toEqual({ type: 'string' });
    expect(resultOf(json, '+procedures.get.response.decode = bytes')['body']).toEqual(bytes);
    expect(resultOf(json, '+procedures.get.method = head')['body']).toEqual({ type: 'string' });
    expect(resultOf({ 'application/pdf': {} })['body']).toEqual(bytes);
    expect(resultOf({ 'application/json': {} })['body']).toEqual({});
  });

  it('has the last result of a stream', () => {
    const event = { schema: { type: 'object' } };
    expect(resultOf({ 'text/event-stream': event })).toMatchObject({
      body: { type: 'string' },
      count: { type: 'integer' },
    });
    // Without progress, the lines are one text.
    expect(resultOf({ 'application/x-ndjson': event })['body']).toEqual({
      anyOf: [{ type: 'string' }, { type: 'object' }],
    });
    const both = { 'text/event-stream': event, 'application/json': event };
    expect(resultOf(both)).toMatchObject({ body: { type: 'object' }, count: {} });
    expect(resultOf(both, '+procedures.get.response.stream = off')).not.toHaveProperty('count');
    expect(resultOf(both, '+procedures.get.cache = on')).not.toHaveProperty('count');
  });

  it('has the parts of a stream', () => {
    const object = { schema: { type: 'object' } };
    const progressOf = (content: object, ...lines: string[]) =>
      withResponses({ 200: { description: 'ok', content } }, ...lines).progress_kwargs_schema;
    const bodyOf = (content: object, ...lines: string[]) =>
      (progressOf(content, ...lines)!['properties'] as Record<string, unknown>)['body'];
    const orText = { anyOf: [{ type: 'object' }, { type: 'string' }] };
    expect(bodyOf({ 'application/x-ndjson': object })).toEqual(orText);
    expect(bodyOf({ 'application/json': object }, '+procedures.get.response.stream = ndjson')).toEqual(
      orText,
    );
    expect(bodyOf({ 'text/event-stream': object })).toMatchObject({
      properties: { event: { type: 'string' }, data: orText, retry: { type: ['integer', 'null'] } },
      required: ['event', 'id', 'data', 'retry'],
    });
    // A schema of text says nothing about the data.
    const text = { schema: { type: 'string' } };
    expect(bodyOf({ 'text/event-stream': text })).toMatchObject({ properties: { data: {} } });
    expect(bodyOf({ 'application/jsonl': object }, '+procedures.get.response.decode = text')).toEqual({
      type: 'string',
    });
    // The schema is that of the JSON.
    const both = { 'text/event-stream': object, 'application/json': object };
    expect(bodyOf(both)).toMatchObject({ properties: { data: {} } });
    expect(progressOf(both, '+procedures.get.response.stream = off')).toBeUndefined();
    expect(progressOf({ 'application/json': object })).toBeUndefined();
  });

  it('leaves writeOnly fields out of the items of pages', () => {
    const properties = { secret: { type: 'string', writeOnly: true } };
    const schema = { type: 'array', items: { required: ['secret'], properties } };
    const body = resultOf({ 'application/json': { schema } }, '+procedures.get.pages.next = link')['body'];
    expect(body).toEqual({ type: 'array', items: { required: [], properties } });
  });

  it('has the default response for a status of success that has no other', () => {
    const bodyOf = (responses: object) =>
      withResponses(responses, '+procedures.get.success = 2xx, 404').result_kwargs_schema['properties'];
    const ok = { content: { 'application/json': { schema: { type: 'array' } } } };
    const both = { body: { anyOf: [{ type: 'array' }, { $ref: '#/$defs/Problem' }] } };
    expect(bodyOf({ 200: ok, default: problem })).toMatchObject(both);
    expect(bodyOf({ 200: ok, '4XX': problem, default: {} })).toMatchObject(both);
    expect(bodyOf({ 200: ok, 404: problem })).toMatchObject(both);
    expect(bodyOf({ 200: ok })).toMatchObject({ body: {} });
  });

  it('has the errors of ranges of statuses', () => {
    const statusesOf = (responses: object, ...lines: string[]) =>
      withResponses(responses, ...lines).errors.flatMap(({ status }) => status ?? []);
    const of4xx = [400, 401, 403, 404, 408, 409, 422, 429];
    expect(statusesOf({ 200: {} })).toEqual([]);
    expect(statusesOf({ '4XX': problem })).toEqual(of4xx);
    expect(statusesOf({ default: problem })).toEqual([...of4xx, 500, 504]);
    expect(statusesOf({})).toEqual([...of4xx, 500, 504]);
    expect(statusesOf({ '4XX': problem }, '+procedures.get.success = 200, 4xx')).toEqual([]);
    expect(statusesOf({ 200: {}, 202: {} }, '+procedures.get.success = 200')).toEqual([202]);
    const { errors } = withResponses({ default: { description: 'wrong' }, 404: { description: 'none' } });
    expect(errors).toContainEqual({ uri: 'wamp.error.not_found', status: 404, description: 'none' });
    expect(errors).toContainEqual({
      uri: 'wamp.error.not_authorized',
      status: 401,
      range: 'default',
      description: 'wrong',
    });
  });

  it('has files with a name, and demands only what is sent', () => {
    const item = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'integer', readOnly: true } },
    };
    const properties = {
      file: { $ref: '#/components/schemas/File' },
      files: { type: 'array', items: { format: 'binary' } },
      item,
    };
    const body = { content: { 'multipart/form-data': { schema: { type: 'object', properties } } } };
    const { kwargs_schema } = describedBy(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'Files', version: '1' },
        paths: { '/files': { post: { operationId: 'put', requestBody: body } } },
        components: { schemas: { File: { type: 'string', format: 'binary', description: 'a picture' } } },
      }),
    );
    expect(kwargs_schema).toMatchObject({ properties: { file: { description: 'a picture' } } });
    const isCall = new Ajv2020({ formats: { binary: true } }).compile(kwargs_schema);
    const file = { data: 'x', filename: 'a.png', content_type: 'image/png' };
    for (const kwargs of [{ file }, { file: 'x' }, { files: [file, 'x'] }, { item: {} }]) {
      expect([kwargs, isCall(kwargs)]).toEqual([kwargs, true]);
    }
    for (const kwargs of [{ file: 1 }, { file: { filename: 'x' } }, { files: [{ ...file, other: 1 }] }]) {
      expect([kwargs, isCall(kwargs)]).toEqual([kwargs, false]);
    }
  });

  const post = (operation: object, schemas: object = {}) =>
    describedBy(
      JSON.stringify({
        openapi: '3.0.3',
        info: { title: 'Billing', version: '1' },
        paths: { '/': { post: { operationId: 'put', ...operation } } },
        components: { schemas },
      }),
    );

  it('allows every body of a media type without a schema', () => {
    const bodyOf = (response: object) => {
      const { result_kwargs_schema } = post({ responses: { 200: { description: 'ok', ...response } } });
      return (result_kwargs_schema['properties'] as Record<string, unknown>)['body'];
    };
    expect(bodyOf({ content: { 'application/json': {} } })).toEqual({});
    expect(bodyOf({})).toEqual({ type: 'string' });
  });

  it('does not promise a writeOnly field that may be null', () => {
    const password = { nullable: true, writeOnly: true, deprecated: true, allOf: [{ minLength: 8 }] };
    const User = { type: 'object', required: ['id', 'password'], properties: { id: {}, password } };
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/User' } } };
    const { result_kwargs_schema } = post({ responses: { 200: { content } } }, { User });
    expect(result_kwargs_schema['$defs']).toMatchObject({
      User: { required: ['id'], properties: { password: { deprecated: true } } },
    });
  });

  it('has the texts about the fields of a form in OpenAPI 2.0', () => {
    const field = { name: 'amount', in: 'formData', type: 'integer', description: 'in cents' };
    const { kwargs_schema } = describedBy(
      JSON.stringify({
        swagger: '2.0',
        info: { title: 'Billing', version: '1' },
        paths: { '/': { post: { operationId: 'put', parameters: [field] } } },
      }),
    );
    expect(kwargs_schema).toMatchObject({ properties: { amount: { description: 'in cents' } } });
  });

  it('leaves out what the configuration fills', () => {
    expect(described().kwargs_schema['properties']).toHaveProperty('X-Tenant');
    const { kwargs_schema } = described('+headers.x-tenant = acme', '+procedures.put.body.amount = 5');
    expect(kwargs_schema['properties']).not.toHaveProperty('X-Tenant');
    expect(kwargs_schema['properties']).not.toHaveProperty('amount');
    expect(kwargs_schema['required']).toEqual(['id']);
  });

  it('has the kwargs of the templates that the configuration adds', () => {
    const { kwargs_schema } = described(
      '+procedures.put.path = /tenants/{{tenant}}/invoices/{{note}}',
      '+headers.x-tenant = {{tenant}}',
      '+procedures.put.query.limit = {{limit:-20}}',
    );
    expect(kwargs_schema).toMatchObject({
      properties: { limit: { default: '20' }, tenant: {}, note: {} },
      required: ['amount', 'tenant', 'note'],
      additionalProperties: false,
    });
    expect(kwargs_schema['properties']).not.toHaveProperty('id');
  });
});

describe('the description of a procedure without a document', () => {
  function ofTemplates(...lines: string[]) {
    const config = parseConfig(billingConf('https://billing.example.com/api', ...lines), { env: {} });
    const [service] = config.services;
    return describeProcedure(service!, service!.procedures[0]!);
  }

  it('is made of its templates', () => {
    const { kwargs_schema, description } = ofTemplates('+query.expand = {{expand:-lines}}');
    expect(description).toBe('');
    expect(kwargs_schema).toMatchObject({
      properties: { id: { type: ['string', 'number', 'boolean'] }, expand: { default: 'lines' } },
      required: ['id'],
      additionalProperties: true,
    });
  });

  it('has the parts of a stream that only the configuration knows', () => {
    const plain = (form: string) => ofTemplates(`+procedures.get_invoice.response.stream = ${form}`);
    expect(plain('sse').progress_kwargs_schema).toMatchObject({
      properties: { body: { properties: { data: {} } } },
    });
    expect(plain('ndjson')).toMatchObject({
      progress_kwargs_schema: { properties: { body: {} } },
      result_kwargs_schema: { properties: { count: { type: 'integer' } } },
    });
    expect(plain('auto').progress_kwargs_schema).toBeUndefined();
  });

  it('says with remaining = refuse that other kwargs are not taken, and names the headers of a result', () => {
    const { kwargs_schema, result_kwargs_schema, errors } = ofTemplates(
      '+procedures.get_invoice.remaining = refuse',
      '+procedures.get_invoice.response.headers = etag, set-cookie',
      '+errors.409 = com.billing.error.conflict',
    );
    expect(kwargs_schema['additionalProperties']).toBe(false);
    expect(result_kwargs_schema).toMatchObject({
      properties: { headers: { properties: { etag: { type: 'string' }, 'set-cookie': { type: 'array' } } } },
    });
    expect(errors).toContainEqual({
      uri: 'com.billing.error.conflict',
      status: 409,
      description: 'The API responded with the status 409.',
    });
    // Nothing says which errors the API has.
    expect(errors).toContainEqual(expect.objectContaining({ uri: 'wamp.error.not_found', status: 404 }));
  });

  it('has no secret', () => {
    const description = ofTemplates(
      `+headers.X-Api-Key = ${plantedSecret('header')}`,
      `+query.api_key = {{key:-${plantedSecret('default')}}}`,
      `+procedures.get_invoice.path = /invoices/{{id}}?token=${plantedSecret('query')}`,
    );
    expect(leaksIn(JSON.stringify(description))).toEqual([]);
  });
});

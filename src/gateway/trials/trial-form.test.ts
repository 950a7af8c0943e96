import { expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import { parseConfig } from '../../config/load-config.js';
import { trialForm } from './trial-form.js';

const UNTYPED = { type: null, choices: null, description: null };
const ENV = { API_KEY: 's3cret', DEFAULT: 's3cret' };

function form(name: string, ...lines: string[]) {
  const own = lines.map((line) => `+procedures.${name}.${line}`);
  const config = parseConfig(billingConf('https://h.example.com', '+auth.vars.shop = s3cret', ...own), {
    env: ENV,
  });
  const procedure = config.services[0]!.procedures.find((each) => each.name === name)!;
  return trialForm(config.services[0]!, procedure);
}

it('has the variables of the path as required arguments', () => {
  expect(form('get_invoice')).toEqual({
    uri: 'com.billing.get_invoice',
    realm: 'com.example.myrealm',
    service: 'billing',
    method: 'GET',
    path: '/invoices/{{id}}',
    arguments: [{ name: 'id', places: ['path'], required: true, default: null, ...UNTYPED }],
    remaining: 'query',
  });
});

it('tells where each argument goes, and its default', () => {
  const { arguments: found } = form(
    'update_invoice',
    'path = /{{shop:-main}}/invoices/{{id}}',
    'query.expand = {{expand}}',
    'headers.X-Id = {{id}}',
    'cookies.lang = {{lang:-en}}',
    'body.customer.id = {{customer}}',
    'body.note = by {{customer}} in {{realm}} as {{caller.authid}}',
  );
  expect(found).toEqual([
    { name: 'shop', places: ['path'], required: false, default: 'main', ...UNTYPED },
    { name: 'id', places: ['path', 'header'], required: true, default: null, ...UNTYPED },
    { name: 'expand', places: ['query'], required: false, default: null, ...UNTYPED },
    { name: 'lang', places: ['cookie'], required: false, default: 'en', ...UNTYPED },
    { name: 'customer', places: ['body'], required: false, default: null, ...UNTYPED },
  ]);
});

it('knows a body that is one argument', () => {
  expect(form('create_invoice', 'body = {{items}}')).toMatchObject({
    arguments: [{ name: 'items', places: ['body'] }],
    remaining: 'refuse',
  });
});

it('shows no secret', () => {
  const shown = form(
    'get_invoice',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    'path = /${API_KEY}/{{vars.shop}}/{{id}}?key=s3cret',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    'query.q = {{q:-${DEFAULT}}}',
    'headers.X-Api-Key = {{key:-s3cret}}',
  );
  expect(JSON.stringify(shown)).not.toContain('s3cret');
  expect(shown).toMatchObject({
    path: '/***/{{vars.shop}}/{{id}}',
    arguments: [{ name: 'id' }, { name: 'q', default: '***' }, { name: 'key', default: '***' }],
  });
});

it('has the types, choices and descriptions of an OpenAPI document', () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Billing', version: '1' },
    paths: {
      '/invoices/{id}': {
        put: {
          operationId: 'put',
          parameters: [
            { name: 'id', in: 'path', required: true, description: 'the number', schema: { type: 'string' } },
          ],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Invoice' } } },
          },
        },
      },
    },
    components: {
      schemas: {
        Invoice: {
          type: 'object',
          required: ['status'],
          properties: {
            status: { $ref: '#/components/schemas/Status' },
            amount: { type: ['integer', 'null'] },
          },
        },
        Status: { description: 'of the invoice', enum: ['draft', 'paid', null] },
      },
    },
  };
  const config = parseConfig(
    `rpc_gateway.services.billing.base_url = https://h.example.com
rpc_gateway.services.billing.openapi.file = billing.json
rpc_gateway.services.billing.openapi.realm = realm1
rpc_gateway.services.billing.procedures.put.query.expand = {{expand:-lines}}
rpc_gateway.services.billing.procedures.put.headers.X-Status = {{status}}`,
    { env: {}, readFile: () => JSON.stringify(document) },
  );
  const [service] = config.services;
  const put = trialForm(service!, service!.procedures[0]!);
  const common = { default: null, choices: null, description: null };
  expect(put.arguments).toEqual([
    { ...common, name: 'id', places: ['path'], required: true, type: 'string', description: 'the number' },
    {
      ...common,
      name: 'status',
      places: ['body', 'header'],
      required: true,
      type: 'string or null',
      choices: ['draft', 'paid'],
      description: 'of the invoice',
    },
    { ...common, name: 'amount', places: ['body'], required: false, type: 'integer or null' },
    { ...UNTYPED, name: 'expand', places: ['query'], required: false, default: 'lines' },
  ]);
});

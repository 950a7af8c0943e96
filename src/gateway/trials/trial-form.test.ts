import { expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import { parseConfig } from '../../config/load-config.js';
import { trialForm } from './trial-form.js';

const ENV = { API_KEY: 's3cret', DEFAULT: 's3cret' };

function form(name: string, ...lines: string[]) {
  const own = lines.map((line) => `+procedures.${name}.${line}`);
  const config = parseConfig(billingConf('https://h.example.com', '+auth.vars.shop = s3cret', ...own), {
    env: ENV,
  });
  const procedure = config.services[0]!.procedures.find((each) => each.name === name)!;
  return trialForm(procedure);
}

it('has the variables of the path as required arguments', () => {
  expect(form('get_invoice')).toEqual({
    uri: 'com.billing.get_invoice',
    realm: 'com.example.myrealm',
    service: 'billing',
    method: 'GET',
    path: '/invoices/{{id}}',
    arguments: [{ name: 'id', places: ['path'], required: true, default: null }],
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
    { name: 'shop', places: ['path'], required: false, default: 'main' },
    { name: 'id', places: ['path', 'header'], required: true, default: null },
    { name: 'expand', places: ['query'], required: false, default: null },
    { name: 'lang', places: ['cookie'], required: false, default: 'en' },
    { name: 'customer', places: ['body'], required: false, default: null },
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

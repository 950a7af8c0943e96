import { expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { parseConfig } from '../config/load-config.js';
import { previewRequest } from './preview.js';

const deps = { userAgent: 'test', uuid: () => 'uuid-1' };
const preview = (baseUrl: string, ...lines: string[]) =>
  previewRequest(
    parseConfig(billingConf(baseUrl, ...lines), { env: {} }),
    'com.billing.get_invoice',
    undefined,
    { id: '1', _headers: { 'X-Auth-Token': 'callers-own' } },
    deps,
  ).request;

it('shows a constant base_url exactly', () => {
  expect(preview('https://h.example.com:443/api?v=1')).toMatchObject({
    origin: 'https://h.example.com',
    path: '/api/invoices/1?v=1',
  });
});

it.each([
  ['https://{{host}}/api/bot{{token}}?k={{key}}', 'https://***', '/api/bot***/invoices/1?k=***'],
  ['{{all}}', '***', '/invoices/1'],
])('masks the variables of %s', (baseUrl, origin, path) => {
  const vars = [
    'host = s3cret.example.com',
    'token = s3cret',
    'key = s3cret',
    'all = https://s3cret.example.com',
  ];
  const used = vars.filter((line) => baseUrl.includes(`{{${line.split(' ')[0]}}}`));
  const shown = preview(baseUrl, ...used.map((line) => `+auth.vars.${line}`));
  expect(shown).toMatchObject({ origin, path });
  expect(JSON.stringify(shown)).not.toContain('s3cret');
});

it('masks credentials, and headers that have the name of a credential', () => {
  const shown = preview('https://h.example.com', '+auth.vars.token = s3cret', '+headers.X-Api-Key = s3cret');
  expect(shown.headers.filter((text) => text === '***')).toHaveLength(3);
  expect(JSON.stringify(shown)).not.toMatch(/s3cret|callers-own/);
});

it('names the procedure that is missing', () => {
  const config = parseConfig(billingConf('https://h.example.com'), { env: {} });
  expect(() => previewRequest(config, 'com.nope', 'r', {}, deps)).toThrow('no procedure com.nope in realm r');
});

it('shows a trace context as the caller gave it, because a call sends it in a new form', () => {
  const config = parseConfig(billingConf('https://h.example.com'), { env: {} });
  const kwargs = { id: '1', _headers: { Traceparent: '00-11-22-01', tracestate: ['a=1', 'b=2'] } };
  const { request } = previewRequest(config, 'com.billing.get_invoice', undefined, kwargs, deps);
  expect(request.headers.slice(-4)).toEqual(['traceparent', '00-11-22-01', 'tracestate', 'a=1, b=2']);
});

import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthFixture, openAuthFixture } from '../../support/auth-fixture.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { RESET, type ResponseHandler } from '../../support/recording-upstream.js';
import { keepSpans } from '../../support/spans.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

const CONFIGURED = [
  `+auth.vars.client_secret = ${plantedSecret('client-secret')}`,
  `+auth.vars.tenant = ${plantedSecret('tenant')}`,
  `+headers.X-Configured = ${plantedSecret('header')}`,
  `+query.configured = ${plantedSecret('query')}`,
  `+cookies.configured = ${plantedSecret('cookie')}`,
  '+procedures.get_invoice.path = /invoices/{{id}}/{{vars.tenant}}?key=S3CR3T-path',
  '+retries = 0',
];
const KWARGS = {
  id: plantedSecret('id'),
  q: plantedSecret('leftover'),
  _headers: { 'X-Caller': plantedSecret('caller-header') },
};

const kept = keepSpans();
let fixture: AuthFixture;
beforeAll(async () => {
  fixture = await openAuthFixture({
    lines: CONFIGURED,
    more: (_, idp) =>
      `rpc_gateway.services.billing.auth.fetch.url = ${idp}/{{tenant}}/token?key=${plantedSecret('token-url')}`,
    idp: () => ({ json: { access_token: plantedSecret('token'), token_type: 'Bearer', expires_in: 60 } }),
    tracerProvider: kept.provider,
  });
});
afterAll(() => fixture.close());

it.each<[string, string, object, ResponseHandler]>([
  ['a good call', GET, KWARGS, () => ({ json: { a: plantedSecret('answer') } })],
  ['a good POST', POST, { a: plantedSecret('body') }, () => ({ status: 201, json: plantedSecret('answer') })],
  ['an error of the API', GET, KWARGS, () => ({ status: 503, reason: plantedSecret('reason') })],
  ['a refused kwarg', GET, { ...KWARGS, id: { a: plantedSecret('dict') } }, () => ({})],
  ['a refused header', GET, { id: 1, _headers: { 'X-A': `${plantedSecret('crlf')}\r\n` } }, () => ({})],
  ['a reset', GET, KWARGS, () => RESET],
  ['no HTTP', GET, KWARGS, () => ({ raw: `${plantedSecret('raw')}\r\n\r\n`, afterwards: 'close' })],
  ['a bad traceparent', GET, { id: 1, _headers: { traceparent: plantedSecret('trace') } }, () => ({})],
])('the spans of %s hold no secret', async (_, procedure, kwargs, respond) => {
  kept.clear();
  fixture.upstream.respondWith(respond);
  await fixture.caller.call(procedure, kwargs, { options: { _traceparent: plantedSecret('option') } });
  expect(kept.ofKind('SERVER')).toHaveLength(1);
  for (const { span } of kept.spans()) {
    const { name, attributes, status, events, links } = span;
    expect(leaksIn(inspect({ name, attributes, status, events, links }, { depth: 9 }))).toEqual([]);
  }
});

it('the span of a token request holds no secret', async () => {
  kept.clear();
  await fixture.pass(120_000);
  await fixture.caller.call(GET, KWARGS);
  const token = kept.spans().find(({ name }) => name.startsWith('POST'));
  expect(token?.attributes).toMatchObject({ 'url.template': '/{{tenant}}/token' });
  expect(leaksIn(inspect(token?.attributes))).toEqual([]);
});

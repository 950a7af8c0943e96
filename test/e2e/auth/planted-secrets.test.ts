import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { billingConf } from '../../support/billing-conf.js';
import { type Caller, connectCaller } from '../../support/caller.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { leaksIn, MARK, plantedSecret } from '../../support/planted-secrets.js';
import {
  RESET,
  type RecordingUpstream,
  startRecordingUpstream,
  type UpstreamResponse,
} from '../../support/recording-upstream.js';

/** The parts of the configuration that must not leave the gateway. */
const CONFIGURED = [
  `+auth.vars.token = ${plantedSecret('token')}`,
  `+auth.vars.other = ${plantedSecret('var')}`,
  '+auth.apply.format = Bearer {{token}} {{other}}',
  `+headers.X-Configured = ${plantedSecret('header')}`,
  `+query.configured = ${plantedSecret('query')}`,
  `+cookies.configured = ${plantedSecret('cookie')}`,
  'log.calls = all',
];
const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

/** Kwargs with a secret in every place that a caller controls. */
const KWARGS = {
  id: plantedSecret('id'),
  q: plantedSecret('leftover'),
  _headers: { 'X-Caller': plantedSecret('caller-header'), Authorization: plantedSecret('caller-auth') },
};

describe('secrets, at log.level = debug and log.calls = all', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: [...CONFIGURED, '+retries = 1', '+pool.max_response_size = 1MB'],
    });
  });
  afterAll(() => fixture.close());

  const secretBody = {
    status: 404,
    json: { message: plantedSecret('answer') },
    headers: { 'x-a': plantedSecret('h') },
  };

  it.each([
    ['a good call', GET, KWARGS, { json: { a: plantedSecret('answer') } }],
    [
      'a good POST',
      POST,
      { a: { b: [plantedSecret('body')] } },
      { status: 201, json: plantedSecret('answer') },
    ],
    ['an error of the API', GET, KWARGS, secretBody],
    ['a body that is no JSON', GET, KWARGS, { body: `{"a": ${plantedSecret('broken')}` }],
    ['a refused path variable', GET, { ...KWARGS, id: { a: plantedSecret('dict') } }, {}],
    ['a refused query value', GET, { ...KWARGS, q: { a: plantedSecret('dict') } }, {}],
    ['a refused header value', GET, { id: 1, _headers: { 'X-A': `${plantedSecret('crlf')}\r\n` } }, {}],
    ['refused headers', GET, { id: 1, _headers: plantedSecret('headers') }, {}],
    ['a reset', GET, KWARGS, RESET],
    [
      'broken compression',
      GET,
      KWARGS,
      { headers: { 'content-encoding': 'gzip' }, body: plantedSecret('gz') },
    ],
    ['an odd coding', GET, KWARGS, { headers: { 'content-encoding': plantedSecret('coding') }, body: 'x' }],
    [
      'a large response',
      GET,
      KWARGS,
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync(plantedSecret('x').repeat(500_000)) },
    ],
    ['no HTTP', GET, KWARGS, { raw: `${plantedSecret('raw')}\r\n\r\n`, afterwards: 'close' }],
    ['a broken header', GET, KWARGS, { raw: `HTTP/1.1 200 OK\r\n${MARK} x\r\n\r\n`, afterwards: 'close' }],
    ['an event stream', GET, KWARGS, { headers: { 'content-type': `text/event-stream;${MARK}` }, body: 'x' }],
    ['an odd charset', GET, KWARGS, { headers: { 'content-type': `text/plain;charset=${MARK}` }, body: 'x' }],
    ['a redirect', GET, KWARGS, { status: 302, headers: { location: `/${plantedSecret('location')}` } }],
  ] as const)('%s reveals nothing', async (_, procedure, kwargs, answer) => {
    fixture.upstream.respondWith(() => answer as UpstreamResponse);
    const { frame } = await fixture.caller.call(procedure, kwargs);
    expect(fixture.log.text()).toMatch(/call (answered|failed)/);
    expect(leaksIn(fixture.log.text())).toEqual([]);
    // The caller gets the API's response, but nothing of the configuration.
    for (const where of ['token', 'var', 'header', 'query', 'cookie']) {
      expect(frame).not.toContain(`"${plantedSecret(where)}`);
    }
  });

  it('positional arguments reveal nothing', async () => {
    const answer = await fixture.caller.call(GET, {}, { args: [plantedSecret('arg')] });
    expect(leaksIn(answer.frame)).toEqual([]);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it.each([
    `[48,1,{},"${GET}",[],{"a":"${plantedSecret('cut')}`,
    `[48,1,{},"${GET}",[],"${plantedSecret('kwargs')}"]`,
    `["${plantedSecret('type')}"]`,
    `[48,1,{"timeout":"${plantedSecret('option')}"},"${GET}"]`,
    `[48,1,{},"${plantedSecret('uri')} with space"]`,
    plantedSecret('frame'),
  ])('a frame that breaks the protocol reveals nothing: %s', async (frame) => {
    const ws = new WebSocket(fixture.gateway.url, ['wamp.2.json']);
    await once(ws, 'open');
    ws.send('[1,"com.example.myrealm",{"roles":{"caller":{}}}]');
    await once(ws, 'message');
    ws.send(frame);
    await once(ws, 'message');
    ws.terminate();
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });

  it('a call that is cancelled, and a caller that disconnects, reveal nothing', async () => {
    fixture.upstream.clear();
    fixture.upstream.respondWith(() => ({ raw: '', afterwards: 'hang' }));
    const call = fixture.caller.call(GET, KWARGS);
    await fixture.upstream.arrived(1);
    fixture.caller.cancel('kill');
    await call;
    const other = await connectCaller(fixture.gateway.url);
    void other.call(GET, KWARGS).catch(() => {});
    const request = await fixture.upstream.arrived(2);
    other.terminate();
    expect(await request.responded).toBe(false);
    expect(leaksIn(fixture.log.text())).toEqual([]);
  });
});

describe('secrets in a base_url', () => {
  let upstream: RecordingUpstream;
  const open: { caller: Caller; close(): Promise<void> }[] = [];
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
  });
  afterAll(async () => {
    await Promise.all(open.map(({ close }) => close()));
    await upstream.close();
  });

  it.each([
    ['http://{{tenant}}.invalid/', MARK],
    ['https://{{tenant}}.invalid:8443/{{tenant}}?k={{tenant}}', MARK],
    ['http://127.0.0.1:1/{{tenant}}', MARK],
    ['http://{{tenant}}.invalid/', MARK.toLowerCase()],
  ])('%s reveal nothing', async (baseUrl, mark) => {
    const fixture = await openGatewayFixture({
      conf: () => billingConf(baseUrl, `+auth.vars.tenant = ${MARK}`, '+retries = 0'),
    });
    open.push(fixture);
    const { frame } = await fixture.caller.call(GET, { id: 1 });
    expect(fixture.log.text()).toContain('call failed');
    expect(`${fixture.log.text()}${frame}`).not.toContain(mark);
  });
});

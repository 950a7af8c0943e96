import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { billingConf } from '../../support/billing-conf.js';
import { type Caller, connectCaller } from '../../support/caller.js';
import {
  RESET,
  type RecordingUpstream,
  startRecordingUpstream,
  type UpstreamAnswer,
} from '../../support/recording-upstream.js';
import { openScene, type Scene } from '../../support/scene.js';

/** Stands in every planted value, so that one search finds any of them: percent-encoding and JSON leave it as it is. */
const MARK = 'S3CR3T';
const planted = (where: string): string => `${MARK}-${where}`;

/** Whatever of the configuration must stay within the gateway. */
const CONFIGURED = [
  `+auth.vars.token = ${planted('token')}`,
  `+auth.vars.other = ${planted('var')}`,
  '+auth.apply.format = Bearer {{token}} {{other}}',
  `+headers.X-Configured = ${planted('header')}`,
  `+query.configured = ${planted('query')}`,
  `+cookies.configured = ${planted('cookie')}`,
  'log.calls = all',
];
const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

/** Kwargs that hold a secret wherever a caller can put one. */
const KWARGS = {
  id: planted('id'),
  q: planted('leftover'),
  _headers: { 'X-Caller': planted('caller-header'), Authorization: planted('caller-auth') },
};

describe('secrets, at log.level = debug and log.calls = all', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ lines: [...CONFIGURED, '+retries = 1', '+pool.max_response_size = 1MB'] });
  });
  afterAll(() => scene.close());

  const secretBody = { status: 404, json: { message: planted('answer') }, headers: { 'x-a': planted('h') } };

  it.each([
    ['a good call', GET, KWARGS, { json: { a: planted('answer') } }],
    ['a good POST', POST, { a: { b: [planted('body')] } }, { status: 201, json: planted('answer') }],
    ['an error of the API', GET, KWARGS, secretBody],
    ['a body that is no JSON', GET, KWARGS, { body: `{"a": ${planted('broken')}` }],
    ['a refused path variable', GET, { ...KWARGS, id: { a: planted('dict') } }, {}],
    ['a refused query value', GET, { ...KWARGS, q: { a: planted('dict') } }, {}],
    ['a refused header value', GET, { id: 1, _headers: { 'X-A': `${planted('crlf')}\r\n` } }, {}],
    ['refused headers', GET, { id: 1, _headers: planted('headers') }, {}],
    ['a reset', GET, KWARGS, RESET],
    ['broken compression', GET, KWARGS, { headers: { 'content-encoding': 'gzip' }, body: planted('gz') }],
    ['an odd coding', GET, KWARGS, { headers: { 'content-encoding': planted('coding') }, body: 'x' }],
    [
      'a large answer',
      GET,
      KWARGS,
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync(planted('x').repeat(500_000)) },
    ],
    ['no HTTP', GET, KWARGS, { raw: `${planted('raw')}\r\n\r\n`, afterwards: 'close' }],
    ['a broken header', GET, KWARGS, { raw: `HTTP/1.1 200 OK\r\n${MARK} x\r\n\r\n`, afterwards: 'close' }],
    ['an event stream', GET, KWARGS, { headers: { 'content-type': `text/event-stream;${MARK}` }, body: 'x' }],
    ['an odd charset', GET, KWARGS, { headers: { 'content-type': `text/plain;charset=${MARK}` }, body: 'x' }],
    ['a redirect', GET, KWARGS, { status: 302, headers: { location: `/${planted('location')}` } }],
  ] as const)('%s tells nothing', async (_, procedure, kwargs, answer) => {
    scene.upstream.answerWith(() => answer as UpstreamAnswer);
    const { frame } = await scene.caller.call(procedure, kwargs);
    expect(scene.log.text()).toMatch(/call (answered|failed)/);
    expect(scene.log.text()).not.toContain(MARK);
    // The caller gets the API's answer, and never what the configuration holds.
    for (const where of ['token', 'var', 'header', 'query', 'cookie']) {
      expect(frame).not.toContain(`"${planted(where)}`);
    }
  });

  it('positional arguments tell nothing', async () => {
    const answer = await scene.caller.call(GET, {}, { args: [planted('arg')] });
    expect(answer.frame).not.toContain(MARK);
    expect(scene.log.text()).not.toContain(MARK);
  });

  it.each([
    `[48,1,{},"${GET}",[],{"a":"${planted('cut')}`,
    `[48,1,{},"${GET}",[],"${planted('kwargs')}"]`,
    `["${planted('type')}"]`,
    `[48,1,{"timeout":"${planted('option')}"},"${GET}"]`,
    `[48,1,{},"${planted('uri')} with space"]`,
    planted('frame'),
  ])('a frame that breaks the protocol tells nothing: %s', async (frame) => {
    const ws = new WebSocket(scene.gateway.url, ['wamp.2.json']);
    await once(ws, 'open');
    ws.send('[1,"com.example.myrealm",{"roles":{"caller":{}}}]');
    await once(ws, 'message');
    ws.send(frame);
    await once(ws, 'message');
    ws.terminate();
    expect(scene.log.text()).not.toContain(MARK);
  });

  it('a call that is cancelled, and a caller who dies, tell nothing', async () => {
    scene.upstream.clear();
    scene.upstream.answerWith(() => ({ raw: '', afterwards: 'hang' }));
    const call = scene.caller.call(GET, KWARGS);
    await scene.upstream.arrived(1);
    scene.caller.cancel('kill');
    await call;
    const other = await connectCaller(scene.gateway.url);
    void other.call(GET, KWARGS).catch(() => {});
    const request = await scene.upstream.arrived(2);
    other.terminate();
    expect(await request.answered).toBe(false);
    expect(scene.log.text()).not.toContain(MARK);
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
  ])('%s tell nothing', async (baseUrl, mark) => {
    const scene = await openScene({
      conf: () => billingConf(baseUrl, `+auth.vars.tenant = ${MARK}`, '+retries = 0'),
    });
    open.push(scene);
    const { frame } = await scene.caller.call(GET, { id: 1 });
    expect(scene.log.text()).toContain('call failed');
    expect(`${scene.log.text()}${frame}`).not.toContain(mark);
  });
});

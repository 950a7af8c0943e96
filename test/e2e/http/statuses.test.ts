import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const PROCEDURE = '+procedures';

describe('an HTTP status', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: [
        '+errors.409 = com.billing.error.conflict',
        '+errors.503 = com.billing.error.closed',
        `${PROCEDURE}.update_invoice.errors.409 = com.billing.error.stale`,
        `${PROCEDURE}.update_invoice.errors.404 = com.billing.error.gone`,
        `${PROCEDURE}.delete_invoice.response.headers = ETag, x-total-count, Set-Cookie, x-none`,
      ],
    });
  });
  afterAll(() => fixture.close());

  const get = (kwargs: object = {}) => fixture.caller.call('com.billing.get_invoice', { id: '1', ...kwargs });

  it.each([200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299])('%i is a result', async (status) => {
    const empty = status === 204 || status === 205;
    fixture.upstream.respondWith(() => (empty ? { status } : { status, json: { a: [1, null] } }));
    const answer = await get();
    expect(answer.kind).toBe('result');
    expect(answer.args).toEqual([]);
    expect(answer.kwargs).toStrictEqual({ status, body: empty ? '' : { a: [1, null] } });
  });

  it.each([
    [300, 'bondy.error.bad_gateway'],
    [301, 'bondy.error.bad_gateway'],
    [302, 'bondy.error.bad_gateway'],
    [303, 'bondy.error.bad_gateway'],
    [304, 'bondy.error.bad_gateway'],
    [305, 'bondy.error.bad_gateway'],
    [307, 'bondy.error.bad_gateway'],
    [308, 'bondy.error.bad_gateway'],
    [399, 'bondy.error.bad_gateway'],
    [400, 'wamp.error.invalid_argument'],
    [401, 'wamp.error.not_authorized'],
    [402, 'bondy.error.invalid_argument'],
    [403, 'wamp.error.not_authorized'],
    [404, 'wamp.error.not_found'],
    [405, 'bondy.error.invalid_argument'],
    [406, 'bondy.error.invalid_argument'],
    [407, 'bondy.error.invalid_argument'],
    [408, 'wamp.error.timeout'],
    [410, 'bondy.error.invalid_argument'],
    [418, 'bondy.error.invalid_argument'],
    [421, 'bondy.error.invalid_argument'],
    [422, 'wamp.error.invalid_argument'],
    [425, 'bondy.error.invalid_argument'],
    [428, 'bondy.error.invalid_argument'],
    [429, 'bondy.error.too_many_requests'],
    [451, 'bondy.error.invalid_argument'],
    [499, 'bondy.error.invalid_argument'],
    [500, 'bondy.error.bad_gateway'],
    [501, 'bondy.error.bad_gateway'],
    [502, 'bondy.error.bad_gateway'],
    [504, 'wamp.error.timeout'],
    [505, 'bondy.error.bad_gateway'],
    [511, 'bondy.error.bad_gateway'],
    [599, 'bondy.error.bad_gateway'],
    [600, 'bondy.error.bad_gateway'],
    [999, 'bondy.error.bad_gateway'],
  ])('%i is the error %s', async (status, uri) => {
    const empty = status === 304;
    fixture.upstream.clear();
    fixture.upstream.respondWith(() => (empty ? { status } : { status, json: { error: 'why' } }));
    const answer = await get();
    expect([answer.kind, answer.uri, answer.args]).toEqual(['error', uri, []]);
    expect(answer.kwargs).toStrictEqual({ status, body: empty ? '' : { error: 'why' } });
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it('is passed on as an error without a body, or with a text body', async () => {
    fixture.upstream.respondWith(() => ({ status: 500 }));
    expect((await get()).kwargs).toStrictEqual({ status: 500, body: '' });
    fixture.upstream.respondWith(() => ({
      status: 404,
      headers: { 'content-type': 'text/html' },
      body: '<p>',
    }));
    expect((await get()).kwargs).toStrictEqual({ status: 404, body: '<p>' });
  });

  it.each(['If-None-Match', 'if-modified-since'])(
    '304 is a result for a caller that sent %s',
    async (name) => {
      fixture.upstream.respondWith(() => ({ status: 304, headers: { etag: '"v1"' } }));
      const answer = await get({ _headers: { [name]: '"v1"' } });
      expect(answer.kind).toBe('result');
      expect(answer.kwargs).toStrictEqual({ status: 304, body: '' });
    },
  );

  it('gives an error the URI of the procedure, else of the service', async () => {
    fixture.upstream.respondWith(() => ({ status: 409, json: 1 }));
    expect((await get()).uri).toBe('com.billing.error.conflict');
    const update = () => fixture.caller.call('com.billing.update_invoice', { id: '1' });
    expect((await update()).uri).toBe('com.billing.error.stale');
    fixture.upstream.respondWith(() => ({ status: 404, json: 1 }));
    expect((await update()).uri).toBe('com.billing.error.gone');
    expect((await get()).uri).toBe('wamp.error.not_found');
    fixture.upstream.respondWith(() => ({ status: 503, json: 1 }));
    expect([(await update()).uri, (await get()).uri]).toEqual(Array(2).fill('com.billing.error.closed'));
  });

  it.each([
    [200, 'result'],
    [404, 'error'],
  ])('passes on the configured response headers, on %i', async (status, kind) => {
    fixture.upstream.respondWith(() => ({
      status,
      headers: { ETag: '"v1"', 'X-Total-Count': '7', 'set-cookie': ['a=1', 'b=2'], 'x-other': 'no' },
      json: {},
    }));
    const answer = await fixture.caller.call('com.billing.delete_invoice', { id: '1' });
    expect(answer.kind).toBe(kind);
    expect(answer.kwargs).toStrictEqual({
      status,
      body: {},
      headers: { etag: '"v1"', 'x-total-count': '7', 'set-cookie': ['a=1', 'b=2'] },
    });
  });

  it('has empty headers in the kwargs when the upstream sent none of them', async () => {
    fixture.upstream.respondWith(() => ({ status: 204 }));
    const answer = await fixture.caller.call('com.billing.delete_invoice', { id: '1' });
    expect(answer.kwargs).toStrictEqual({ status: 204, body: '', headers: {} });
  });

  it('is not taken from an interim response', async () => {
    fixture.upstream.respondWith((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.writeProcessing();
      return { json: 'final' };
    });
    expect((await get()).kwargs).toStrictEqual({ status: 200, body: 'final' });
  });
});

describe('result = args', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: ['+result = args', '+procedures.update_invoice.result = kwargs'],
    });
  });
  afterAll(() => fixture.close());

  it('makes a result one positional dictionary, and leaves errors with their kwargs', async () => {
    fixture.upstream.respondWith(() => ({ json: { a: 1 } }));
    const answer = await fixture.caller.call('com.billing.get_invoice', { id: '1' });
    expect([answer.args, answer.kwargs]).toStrictEqual([[{ status: 200, body: { a: 1 } }], {}]);
    fixture.upstream.respondWith(() => ({ status: 404, body: '' }));
    const error = await fixture.caller.call('com.billing.get_invoice', { id: '1' });
    expect([error.args, error.kwargs]).toStrictEqual([[], { status: 404, body: '' }]);
  });

  it('can be set for one procedure only', async () => {
    fixture.upstream.respondWith(() => ({ status: 204 }));
    const answer = await fixture.caller.call('com.billing.update_invoice', { id: '1' });
    expect([answer.args, answer.kwargs]).toStrictEqual([[], { status: 204, body: '' }]);
  });
});
